//! A directory is replaced whole or not at all, whatever call fails or is the last.
//!
//! Each way of replacing is run once for every call that changes something: with that call failing as on
//! a full disk, and with the process killed there. A killed run must leave the old content, the new
//! content or a marker, and the next run must make it the new content with nothing left beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::machine::{Fault, Machine};
use strata_artifact::markers::{JOURNAL, STAGING, recovery_name};
use strata_artifact::{ArtifactPath, ArtifactTree};
use strata_diagnostic::{Outcome, Sources};
use strata_document::{Digest, digest_bytes};
use strata_host::System;
use strata_host::target::{Content, Target, Written};

type Files = BTreeMap<String, String>;

const OLD: &[(&str, &str)] = &[
    ("a", "old a"),
    ("both", "the same"),
    ("gone/deep/x", "old x"),
    ("turns", "a file that becomes a directory"),
    ("was/dir", "a directory that becomes a file"),
];
const NEW: &[(&str, &str)] = &[
    ("a", "new a"),
    ("both", "the same"),
    ("new/deep/y", "new y"),
    ("turns/into", "a directory"),
    ("was", "a file"),
];

fn tree(files: &[(&str, &str)]) -> ArtifactTree {
    let mut tree = ArtifactTree::new();
    for (path, text) in files {
        tree.insert_text(ArtifactPath::new(*path).expect("a path"), *text);
    }
    tree
}

fn owned(files: &[(&str, &str)]) -> BTreeMap<ArtifactPath, Option<Digest>> {
    let known = |(path, text): &(&str, &str)| {
        let path = ArtifactPath::new(*path).expect("a path");
        (path, Some(digest_bytes(text.as_bytes())))
    };
    files.iter().map(known).collect()
}

/// Every file below a directory.
fn files(directory: &Path) -> Files {
    let mut found = Files::new();
    let mut todo = vec![directory.to_path_buf()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(next).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(directory).expect("below");
                let text = fs::read_to_string(&path).expect("text");
                found.insert(name.display().to_string(), text);
            }
        }
    }
    found
}

fn expected(files: &[(&str, &str)], more: &[(&str, &str)]) -> Files {
    let all = files.iter().chain(more);
    all.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

/// One way of replacing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Create,
    Exchange,
    TwoRenames,
    /// File by file, since a file of the user is in it.
    Kept,
    /// File by file, since something is mounted there.
    Mounted,
}

struct Scene {
    folder: tempfile::TempDir,
    way: Way,
}

impl Scene {
    fn new(way: Way) -> Self {
        let memory = tempfile::tempdir_in("/dev/shm");
        let folder = memory.or_else(|_| tempfile::tempdir()).expect("a folder");
        let scene = Self { folder, way };
        if way != Way::Create {
            let made = scene.write(&Machine::default(), OLD, &[]);
            assert_eq!(made.value, Some(Written::Created));
        }
        for (path, text) in scene.users() {
            let path = scene.target().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("writable");
            fs::write(path, text).expect("writable");
        }
        scene
    }

    fn target(&self) -> std::path::PathBuf {
        self.folder.path().join("bundle")
    }

    /// Files of the user.
    fn users(&self) -> &'static [(&'static str, &'static str)] {
        match self.way {
            Way::Kept => &[(".git/HEAD", "ref"), ("notes/mine", "mine")],
            _ => &[],
        }
    }

    fn machine(&self, fault: Option<(usize, Fault)>) -> Machine {
        Machine {
            fault,
            lacks_exchange: self.way == Way::TwoRenames,
            mounted: (self.way == Way::Mounted).then_some("bundle"),
            ..Machine::default()
        }
    }

    fn write(
        &self,
        system: &dyn System,
        new: &[(&str, &str)],
        old: &[(&str, &str)],
    ) -> Outcome<Written> {
        let mut sources = Sources::new();
        let target = self.target().display().to_string();
        let notes = [ArtifactPath::new("notes").expect("a path")];
        Target::open(system, &target, &mut sources).and_then(|opened| {
            // As a record in the target would say: after recovery the new content may be there.
            let is_new = opened.read("a").is_some_and(|bytes| bytes == b"new a");
            let new = tree(new);
            let content = Content {
                owned: &owned(if is_new { NEW } else { old }),
                keep: &notes,
                ..Content::new(&new)
            };
            opened.write(&content)
        })
    }

    /// Whether anything says that a run was killed.
    fn has_marker(&self) -> bool {
        let inside = [JOURNAL, STAGING].map(|name| self.target().join(name));
        let beside = self.folder.path().join(recovery_name("bundle"));
        inside.iter().chain([&beside]).any(|path| path.exists())
    }

    /// What the target holds; nothing if it is not there.
    fn files(&self) -> Files {
        let target = self.target();
        if target.exists() {
            files(&target)
        } else {
            Files::new()
        }
    }

    fn assert_whole(&self, context: &str) {
        let found = self.files();
        let old = match self.way {
            Way::Create => Files::new(),
            _ => expected(OLD, self.users()),
        };
        let is_whole = found == old || found == expected(NEW, self.users());
        assert!(is_whole || self.has_marker(), "{context}: {found:#?}");
    }

    fn assert_repaired(&self, context: &str) {
        let outcome = self.write(&self.machine(None), NEW, OLD);
        assert!(outcome.value.is_some(), "{context}: {outcome:?}");
        assert_eq!(self.files(), expected(NEW, self.users()), "{context}");
        let names: Vec<_> = fs::read_dir(self.folder.path())
            .expect("readable")
            .map(|entry| entry.expect("readable").file_name())
            .collect();
        assert_eq!(names, ["bundle"], "{context}");
    }
}

const WAYS: [Way; 5] = [
    Way::Create,
    Way::Exchange,
    Way::TwoRenames,
    Way::Kept,
    Way::Mounted,
];

fn number_of_calls(way: Way) -> usize {
    let scene = Scene::new(way);
    let machine = scene.machine(None);
    let outcome = scene.write(&machine, NEW, OLD);
    let written = match way {
        Way::Create => Written::Created,
        _ => Written::Replaced,
    };
    assert_eq!(outcome.value, Some(written), "{way:?}: {outcome:?}");
    assert!(outcome.findings.is_empty(), "{way:?}: {outcome:?}");
    scene.assert_repaired("undisturbed");
    let calls = machine.calls.borrow();
    let is_used = |name: &str| calls.contains(&name);
    assert_eq!(is_used("exchange"), way == Way::Exchange, "{way:?}");
    calls.len()
}

#[test]
fn a_run_killed_at_any_call_leaves_old_new_or_a_marker_that_the_next_run_repairs() {
    for way in WAYS {
        let calls = number_of_calls(way);
        assert!(calls > 8, "{way:?}: {calls}");
        for call in 0..calls {
            let scene = Scene::new(way);
            let machine = scene.machine(Some((call, Fault::Killed)));
            scene.write(&machine, NEW, OLD);
            let context = format!(
                "{way:?}, killed at call {call}, {:?}",
                machine.calls.borrow()
            );
            scene.assert_whole(&context);
            scene.assert_repaired(&context);
        }
    }
}

#[test]
fn a_run_killed_while_it_repairs_is_repaired_too() {
    // The other ways leave nothing that takes more than one step to repair.
    for way in [Way::TwoRenames, Way::Kept] {
        for first in 0..number_of_calls(way) {
            for second in 0.. {
                let scene = Scene::new(way);
                scene.write(&scene.machine(Some((first, Fault::Killed))), NEW, OLD);
                let machine = scene.machine(Some((second, Fault::Killed)));
                scene.write(&machine, NEW, OLD);
                let context = format!("{way:?}, killed at {first} and {second}");
                scene.assert_whole(&context);
                scene.assert_repaired(&context);
                if machine.calls.borrow().len() <= second {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_call_that_fails_leaves_the_old_content_or_says_what_to_do() {
    for way in WAYS {
        for call in 0..number_of_calls(way) {
            let scene = Scene::new(way);
            let machine = scene.machine(Some((call, Fault::Full)));
            let outcome = scene.write(&machine, NEW, OLD);
            let context = format!("{way:?}, call {call} fails: {:?}", machine.calls.borrow());
            scene.assert_whole(&context);
            // Going another way after a failure to clean up the first is no failure.
            if outcome.value.is_some() {
                assert_eq!(machine.calls.borrow()[call], "remove_dir", "{context}");
                assert_eq!(scene.files(), expected(NEW, scene.users()), "{context}");
            } else {
                let codes: Vec<_> = outcome.findings.iter().map(|f| f.rule.code).collect();
                assert_eq!(codes, ["HST-7"], "{context}");
            }
            scene.assert_repaired(&context);
        }
    }
}

#[test]
fn nothing_is_written_where_nothing_changes() {
    for way in WAYS {
        let scene = Scene::new(way);
        scene.write(&scene.machine(None), NEW, OLD);
        let machine = scene.machine(None);
        let outcome = scene.write(&machine, NEW, NEW);
        assert_eq!(outcome.value, Some(Written::Unchanged), "{way:?}");
        assert!(machine.calls.borrow().is_empty(), "{way:?}");
    }
}

#[test]
fn two_runs_are_kept_apart_by_a_lock_that_a_killed_run_does_not_keep() {
    let scene = Scene::new(Way::Exchange);
    let target = scene.target().display().to_string();
    let system = Machine::default();
    let first = Target::open(&system, &target, &mut Sources::new());
    assert!(first.value.is_some());
    let second = Target::open(&system, &target, &mut Sources::new());
    let codes: Vec<_> = second.findings.iter().map(|f| f.rule.code).collect();
    assert_eq!((second.value.is_some(), codes), (false, vec!["HST-11"]));
    drop(first);
    // What a killed process leaves is a file that nobody holds.
    fs::write(scene.folder.path().join(".bundle.strata-lock"), "").expect("writable");
    scene.assert_repaired("a stale lock");
}

#[test]
fn files_of_others_are_named_and_nothing_is_touched() {
    for (path, code) in [
        ("mine", "HST-12"),
        ("gone/mine", "HST-12"),
        ("new/deep/y", "HST-12"),
        ("both", "HST-13"),
        ("gone/deep/x", "HST-13"),
    ] {
        let scene = Scene::new(Way::Exchange);
        let full = scene.target().join(path);
        fs::create_dir_all(full.parent().expect("a parent")).expect("writable");
        fs::write(&full, "by somebody else").expect("writable");
        let before = scene.files();
        let machine = scene.machine(None);
        let outcome = scene.write(&machine, &NEW[..3], OLD);
        let finding = &outcome.findings[0];
        assert_eq!(finding.rule.code, code, "{path}");
        assert!(finding.message.contains(path), "{}", finding.message);
        assert!(machine.calls.borrow().is_empty(), "{path}");
        assert_eq!(scene.files(), before, "{path}");
    }
}

#[test]
fn an_empty_directory_of_the_user_is_not_lost() {
    let scene = Scene::new(Way::Exchange);
    fs::create_dir(scene.target().join("mine")).expect("writable");
    let outcome = scene.write(&scene.machine(None), NEW, OLD);
    assert_eq!(outcome.findings[0].rule.code, "HST-12");
    assert!(scene.target().join("mine").exists());
}

#[test]
fn what_appears_in_the_moment_of_the_exchange_is_left_beside_the_target() {
    let scene = Scene::new(Way::Exchange);
    let machine = Machine {
        appears: Some("mine"),
        ..Machine::default()
    };
    let outcome = scene.write(&machine, NEW, OLD);
    assert_eq!(outcome.value, Some(Written::Replaced));
    assert_eq!(outcome.findings[0].rule.code, "HST-16");
    assert_eq!(scene.files(), expected(NEW, &[]));
    let left = fs::read_dir(scene.folder.path())
        .expect("readable")
        .map(|entry| entry.expect("readable").path())
        .find(|path| path.join("mine").exists())
        .expect("it is somewhere");
    let name = left.display().to_string();
    assert!(outcome.findings[0].message.contains(&name), "{outcome:?}");
}

#[test]
fn a_link_in_place_of_a_file_is_not_written_through() {
    let scene = Scene::new(Way::Kept);
    let outside = scene.folder.path().join("outside");
    fs::create_dir(&outside).expect("writable");
    fs::rename(scene.target().join("gone/deep/x"), outside.join("x")).expect("writable");
    fs::remove_dir(scene.target().join("gone/deep")).expect("writable");
    std::os::unix::fs::symlink(&outside, scene.target().join("gone/deep")).expect("writable");
    let outcome = scene.write(&scene.machine(None), NEW, OLD);
    assert_eq!(outcome.findings[0].rule.code, "HST-12", "{outcome:?}");
    assert_eq!(files(&outside).len(), 1);
    // Nor does a journal lead out, whoever wrote it.
    let journal = "strata journal 1\nremove gone/deep/x\nend\n";
    fs::write(scene.target().join(JOURNAL), journal).expect("writable");
    let outcome = scene.write(&scene.machine(None), NEW, OLD);
    assert_eq!(outcome.findings[0].rule.code, "HST-7", "{outcome:?}");
    assert_eq!(files(&outside).len(), 1);
}

#[test]
fn what_is_no_journal_stops_the_run() {
    let scene = Scene::new(Way::Exchange);
    fs::write(scene.target().join(JOURNAL), "notes").expect("writable");
    let before = scene.files();
    let outcome = scene.write(&scene.machine(None), NEW, OLD);
    assert_eq!(outcome.findings[0].rule.code, "HST-14");
    assert_eq!(scene.files(), before);
}

#[test]
fn who_was_let_into_the_old_directory_is_let_into_the_new_one() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new(Way::Exchange);
    fs::set_permissions(scene.target(), fs::Permissions::from_mode(0o2750)).expect("ours");
    scene.assert_repaired("permissions");
    let mode = fs::metadata(scene.target())
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o2750);
}
