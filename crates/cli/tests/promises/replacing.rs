//! A bundle takes the place of another whole or not at all, on a real disk, with the real program killed
//! at every system call that writes.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::deployers::DEPLOYERS;
use crate::folder::{Folder, Run};

/// System calls with which the program changes the disk.
const CALLS: &str = "mkdir,mkdirat,openat,write,chmod,fchmod,fchmodat,rename,renameat,renameat2,\
                     unlink,unlinkat,rmdir,fsync,ftruncate";

/// One of this many system calls is tried where not all are.
const OFTEN: usize = 7;

/// Every file below a folder; nothing if it is not there.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).into_iter().flatten() {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(root)
                    .expect("below")
                    .display()
                    .to_string();
                found.insert(name, fs::read(&path).expect("readable"));
            }
        }
    }
    found
}

/// Runs under `strace`, which ends it with SIGKILL at the system call of this number.
fn killed_at(folder: &Folder, call: usize, arguments: &str) -> Run {
    let line = format!(
        "strace --quiet=all --follow-forks --output=trace --trace={CALLS} \
         --inject={CALLS}:signal=KILL:when={call} strata bundle {arguments}"
    );
    folder.shell(&line)
}

/// Whether this machine lets one program trace another.
fn can_trace(folder: &Folder) -> bool {
    folder.shell("strace --output=trace true").status == 0
}

/// What a target must be after a kill, and what the next run makes of it; `share` says at how many of the
/// calls it is tried where not at all of them.
fn kill_everywhere(prepare: &str, output: &str, arguments: &str, share: usize) {
    let folder = Folder::in_memory(&[]);
    if !can_trace(&folder) {
        eprintln!("skipped: strace cannot trace here, so nothing is killed at its system calls");
        return;
    }
    let reset = format!("rm -rf out .out.strata-*; {prepare}");
    folder.shell(&reset);
    let target = folder.at("out");
    let old = files(&target);
    folder.shell(&format!("strata bundle {arguments}"));
    let new = files(&target);
    assert_ne!(old, new);
    folder.shell(&reset);
    let undisturbed = killed_at(&folder, 60_000, arguments);
    assert_eq!(undisturbed.status, 0, "{undisturbed:?}");
    let calls = folder.read("trace").lines().count();
    assert!(calls > 50, "{calls}");
    let mut seen = BTreeSet::new();
    // Files are written one like the other, so that a sample of those is enough unless everything was
    // asked for; what comes after them is tried call by call.
    let is_thorough = std::env::var_os("STRATA_REQUIRE_TOOLS").is_some();
    for call in
        (1..calls + 2).filter(|call| is_thorough || call % share == 0 || call + 280 / share > calls)
    {
        folder.shell(&reset);
        let run = killed_at(&folder, call, arguments);
        let found = files(&target);
        let markers = [
            "out/.strata-journal",
            "out/.strata-staging",
            ".out.strata-recovery",
        ];
        let marker = markers.iter().any(|name| folder.at(name).exists());
        let state = match (found == old, found == new, marker) {
            (true, _, _) => "old",
            (_, true, _) => "new",
            (false, false, true) => "marked",
            (false, false, false) => panic!("{call}: {run:?}: {:?}", found.keys()),
        };
        seen.insert(state);
        let verdict = folder.shell(&format!("strata verify {output}"));
        let verifies = !found.is_empty() && !marker;
        assert_eq!(verdict.status == 0, verifies, "{call} {state}: {verdict:?}");
        let next = folder.shell(&format!("strata bundle {arguments}"));
        assert_eq!(next.status, 0, "{call}: {next:?}");
        assert_eq!(files(&target), new, "{call}");
        let names = folder.names();
        let is_clean = names.iter().all(|name| !name.contains(".strata-"));
        assert!(is_clean, "{call}: {names:?}");
    }
    assert!(seen.contains("old") && seen.contains("new"), "{seen:?}");
}

#[test]
fn a_bundle_killed_at_a_system_call_while_it_is_exchanged() {
    let prepare = "strata bundle --service eks -o out";
    kill_everywhere(prepare, "out", "--service kind -o out", OFTEN);
}

#[test]
fn a_bundle_killed_at_a_system_call_while_it_is_made() {
    kill_everywhere("true", "out", "--service kind -o out", OFTEN);
}

#[test]
fn a_bundle_killed_at_a_system_call_while_its_files_are_put_in_place() {
    let prepare = "strata bundle --service eks -o out && mkdir out/.git && echo x >out/.git/HEAD";
    kill_everywhere(prepare, "out", "--service kind -o out", OFTEN);
}

/// A bundle of each deployer takes the place of one for another tool, whose files are called otherwise.
#[test]
fn a_bundle_of_every_deployer_killed_at_a_system_call() {
    let arguments = |(deployer, stated): (&str, &[&str])| {
        let stated = stated.join(" ");
        format!("--service kind --deployer {deployer} {stated} -o out")
    };
    for (index, deployer) in DEPLOYERS.into_iter().enumerate() {
        let before = DEPLOYERS[(index + 1) % DEPLOYERS.len()];
        let prepare = format!("strata bundle {}", arguments(before));
        kill_everywhere(&prepare, "out", &arguments(deployer), 5 * OFTEN);
    }
}

#[test]
fn a_bundle_in_a_working_tree_leaves_version_control_alone() {
    let folder = Folder::in_memory(&[("out/.git/HEAD", "ref: refs/heads/main\n")]);
    for service in ["kind", "eks"] {
        folder
            .strata(&["bundle", "--service", service, "-o", "out"])
            .done();
        assert_eq!(folder.read("out/.git/HEAD"), "ref: refs/heads/main\n");
        let verified = folder.strata(&["verify", "out"]).done();
        assert!(verified.stdout.contains(".git"), "{verified:?}");
    }
}

#[test]
fn files_that_are_the_users_stay_and_are_recorded() {
    let folder = Folder::in_memory(&[]);
    let bundle = |more: &[&str]| folder.strata(&[&["bundle", "--service", "kind"], more].concat());
    bundle(&[]).done();
    folder.write("bundle/notes.md", "mine");
    folder.write("bundle/runbooks/gpu.md", "mine too");
    let finding = bundle(&[]).refused(4, "HST-12");
    let message = finding["message"].as_str().expect("text");
    assert!(
        message.contains("notes.md") && message.contains("runbooks"),
        "{finding}"
    );
    bundle(&["--keep", "notes.md", "--keep", "./runbooks/"]).done();
    // From now on they are known.
    bundle(&["--set", "nfd:a.b=1"]);
    assert_eq!(folder.read("bundle/notes.md"), "mine");
    assert_eq!(folder.read("bundle/runbooks/gpu.md"), "mine too");
    let verified = folder.strata(&["verify", "bundle"]).done();
    assert!(verified.stdout.contains("notes.md"), "{verified:?}");
}

#[test]
fn values_of_one_cluster_stay_the_users() {
    let folder = Folder::in_memory(&[]);
    let bundle = |more: &[&str]| folder.strata(&[&["bundle", "--service", "kind"], more].concat());
    bundle(&[]).done();
    let late = "bundle/002-nfd/cluster-values.yaml";
    folder.write(late, "a: 1\n");
    bundle(&[]).refused(4, "HST-13");
    bundle(&["--keep", "002-nfd/cluster-values.yaml"]).done();
    bundle(&["--storage-class", "fast"]);
    assert_eq!(folder.read(late), "a: 1\n");
    // In a new place they are there from the start.
    let elsewhere = ["--keep", "002-nfd/cluster-values.yaml", "-o", "new"];
    bundle(&elsewhere).done();
    assert!(folder.at("new/002-nfd/cluster-values.yaml").exists());
    folder.strata(&["verify", "new"]).done();
    // Another recipe numbers its folders otherwise, which would silently drop the values.
    let run = folder.strata(&["bundle", "--service", "eks"]);
    assert_eq!((run.status, run.codes()), (0, vec!["BND-2".to_owned()]));
    assert_eq!(folder.read(late), "a: 1\n");
}

#[test]
fn values_of_one_cluster_are_sent_where_another_deployer_reads_them() {
    let folder = Folder::in_memory(&[]);
    let bundle = |deployer: &str, output: &str, more: &[&str]| {
        let words = ["bundle", "--service", "kind", "-d", deployer, "-o", output];
        folder.strata(&[&words[..], more].concat())
    };
    let repository = ["--repo", "https://example.com/x.git"];
    let dynamic = ["--dynamic", "cert-manager:crds.enabled"];
    let file = "001-cert-manager/cluster-values.yaml";
    let config_map = "cert-manager/configmap-values.yaml";
    for (from, kept, to, more, expected) in [
        (
            "helm",
            file,
            "flux",
            &dynamic[..],
            &[config_map, "ConfigMap"][..],
        ),
        ("helm", file, "flux", &[], &["--dynamic", config_map]),
        (
            "helm",
            file,
            "argocd-helm",
            &dynamic,
            &["when its chart is installed"],
        ),
        (
            "flux",
            config_map,
            "helm",
            &dynamic,
            &[file, "the values alone"],
        ),
        ("flux", config_map, "argocd", &[], &["--dynamic", file]),
    ] {
        let output = format!("{from}-{to}-{}", more.len());
        let of = |deployer: &str| match deployer {
            "helm" => Vec::new(),
            _ => repository.to_vec(),
        };
        let first = [&of(from)[..], &dynamic, &["--keep", kept]].concat();
        let run = bundle(from, &output, &first);
        assert_eq!(run.status, 0, "{run:?}");
        let run = bundle(to, &output, &[&of(to)[..], more].concat());
        let findings = run.findings();
        let finding = findings.iter().find(|finding| finding["code"] == "BND-2");
        let finding = finding.unwrap_or_else(|| panic!("{run:?}"));
        let help = finding["help"].to_string();
        for text in expected {
            assert!(help.contains(text), "{output}: {finding}");
        }
        assert!(!help.contains(&format!("move it to `{kept}`")), "{finding}");
    }
}

#[test]
fn force_puts_a_bundle_beside_what_is_there_and_deletes_nothing() {
    let folder = Folder::in_memory(&[("notes.md", "mine"), ("src/main.rs", "mine")]);
    let here = |more: &[&str]| {
        let arguments = [&["bundle", "--service", "kind", "-o", "."], more].concat();
        folder.strata(&arguments)
    };
    here(&[]).refused(4, "HST-8");
    here(&["--force"]).done();
    here(&[]).done();
    folder.strata(&["verify", "."]).done();
    assert_eq!(folder.read("notes.md"), "mine");
    assert_eq!(folder.read("src/main.rs"), "mine");
    // What is in the way is not overwritten, either.
    let folder = Folder::in_memory(&[("README.md", "mine")]);
    let arguments = ["bundle", "--service", "kind", "-o", ".", "--force"];
    folder.strata(&arguments).refused(2, "BND-1");
    assert_eq!(folder.read("README.md"), "mine");
}

/// The reference deletes every folder called `NNN-*`, whoever made it.
#[test]
fn folders_of_the_user_are_not_deleted_whatever_they_are_called() {
    let folder = Folder::in_memory(&[("out/001-mine/precious", "mine")]);
    let arguments = ["bundle", "--service", "kind", "-o", "out"];
    folder.strata(&arguments).refused(4, "HST-8");
    folder
        .strata(&[&arguments[..], &["--force"]].concat())
        .done();
    assert_eq!(folder.read("out/001-mine/precious"), "mine");
    folder.strata(&arguments).done();
    assert_eq!(folder.read("out/001-mine/precious"), "mine");
}

#[test]
fn a_mount_point_is_filled_in_place() {
    let folder = Folder::with(&[("disk/x", ""), ("out/x", "")]);
    folder.shell("rm disk/x out/x").done();
    let line = "unshare --map-root-user --mount bash -c 'mount --bind disk out && \
                strata bundle --service eks -o out && strata bundle --service kind -o out && \
                strata verify out && strata bundle --service kind -o out'";
    let mounts = "unshare --map-root-user --mount mount --bind disk out";
    if folder.shell(mounts).status != 0 {
        eprintln!("skipped: this machine lets nobody mount, so no mount point is written to");
        return;
    }
    let run = folder.shell(line).done();
    assert!(run.stdout.contains("unchanged out"), "{run:?}");
    // What was written through the mount is on the disk behind it.
    assert!(folder.at("disk/bundle.yaml").exists());
    assert!(!folder.at("out/bundle.yaml").exists());
    assert_eq!(folder.names(), ["disk", "out"]);
}

#[test]
fn a_read_only_place_is_said_to_be_one() {
    let folder = Folder::with(&[("disk/x", "")]);
    let mount = "mount --bind disk disk && mount -o remount,bind,ro disk";
    let line = format!(
        "unshare --map-root-user --mount bash -c '{mount} && strata bundle --service kind -o disk/out'"
    );
    if folder
        .shell(&format!(
            "unshare --map-root-user --mount bash -c '{mount}'"
        ))
        .status
        != 0
    {
        eprintln!("skipped: this machine lets nobody mount, so nothing is read-only");
        return;
    }
    let finding = folder.shell(&line).refused(6, "HST-7");
    assert_eq!(finding["message"], "the file system is read-only");
    assert_eq!(folder.names(), ["disk"]);
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let folder = Folder::with(&[("disk/x", "")]);
    // A bundle of kind fits; a second one beside it does not.
    let mount = "mount -t tmpfs -o size=200k none disk && strata bundle --service kind -o disk/out";
    let line = format!(
        "unshare --map-root-user --mount bash -c '{mount} >/dev/null && \
         strata bundle --service eks -o disk/out; s=$?; strata verify disk/out >&2; ls -A disk >&2; exit $s'"
    );
    if folder
        .shell(&format!(
            "unshare --map-root-user --mount bash -c '{mount}'"
        ))
        .status
        != 0
    {
        eprintln!("skipped: this machine lets nobody mount, so no disk is full");
        return;
    }
    let run = folder.shell(&line);
    assert_eq!(run.status, 6, "{run:?}");
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert!(lines[0].contains("no space is left"), "{run:?}");
    assert_eq!(lines.last(), Some(&"out"), "{run:?}");
    assert!(run.stderr.contains("as sealed"), "{run:?}");
}

#[test]
fn an_archive_takes_the_place_of_a_bundle_and_of_nothing_else() {
    let folder = Folder::in_memory(&[("notes.tar.gz", "mine")]);
    let bundle = |output: &str| folder.strata(&["bundle", "--service", "kind", "-o", output]);
    folder
        .shell("mkdir x && echo mine >x/y && tar -czf mine.tgz x && tar -cf mine.tar x")
        .done();
    for output in ["notes.tar.gz", "mine.tgz", "mine.tar"] {
        let before = fs::read(folder.at(output)).expect("there");
        bundle(output).refused(4, "BND-10");
        assert_eq!(fs::read(folder.at(output)).expect("there"), before);
    }
    for output in ["b.zip", "b.tar.xz"] {
        bundle(output).refused(4, "BND-10");
        assert!(!folder.at(output).exists());
    }
    bundle("new/below/b.tar.gz").done();
    let again = folder
        .strata(&["bundle", "--service", "eks", "-o", "new/below/b.tar.gz"])
        .done();
    assert!(again.stdout.starts_with("replaced "), "{again:?}");
}

#[test]
fn values_that_are_given_later_are_missed_in_a_file_of_the_users() {
    let folder = Folder::in_memory(&[]);
    let late = "002-nfd/cluster-values.yaml";
    let bundle = |more: &[&str]| {
        let arguments = [&["bundle", "--service", "kind", "--keep", late], more].concat();
        folder.strata(&arguments)
    };
    bundle(&[]).done();
    let dynamic = ["--dynamic", "nfd:topologyUpdater.enable"];
    let run = bundle(&dynamic);
    assert_eq!((run.status, run.codes()), (0, vec!["BND-11".to_owned()]));
    let message = run.findings()[0]["message"]
        .as_str()
        .expect("text")
        .to_owned();
    assert!(message.contains("topologyUpdater.enable"), "{message}");
    folder
        .shell(&format!(
            "printf 'topologyUpdater:\\n  enable: true\\n' >>bundle/{late}"
        ))
        .done();
    bundle(&dynamic).done();
    folder.write(&format!("bundle/{late}"), "a: [\n");
    let run = bundle(&dynamic);
    assert_eq!((run.status, run.codes()), (2, vec!["DOC-3".to_owned()]));
}
