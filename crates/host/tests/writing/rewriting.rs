//! A file that is repaired in place: whole or not at all, and only the file that was read.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use strata_diagnostic::{Outcome, Sources};
use strata_host::{RealSystem, System, rewrite_file};

use crate::machine::{Fault, Machine};

fn rewrite(system: &dyn System, path: &Path, old: &str) -> Outcome<()> {
    let path = path.to_str().expect("UTF-8");
    rewrite_file(system, path, old.as_bytes(), b"new\n", &mut Sources::new())
}

#[test]
fn the_permissions_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.yml");
    fs::write(&path, "old\n").expect("writable");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
    assert!(rewrite(&RealSystem, &path, "old\n").findings.is_empty());
    assert_eq!(fs::read_to_string(&path).expect("readable"), "new\n");
    let mode = fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
}

#[test]
fn nothing_else_than_the_file_that_was_read_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.yml");
    fs::write(&path, "old\n").expect("writable");
    let link = folder.path().join("link.yml");
    symlink(&path, &link).expect("links are possible");
    let refused = |path: &Path, old: &str| {
        let outcome = rewrite(&RealSystem, path, old);
        assert_eq!(outcome.findings[0].rule.code, "HST-17");
        outcome.findings[0].message.clone()
    };
    assert_eq!(refused(&link, "old\n"), "this is not a regular file");
    assert_eq!(
        refused(&path, "older\n"),
        "the file changed after it was read"
    );
    assert_eq!(refused(&path, "old"), "the file changed after it was read");
    let gone = folder.path().join("gone.yml");
    assert_eq!(refused(&gone, ""), "the file is no longer there");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("permissions");
    assert_eq!(refused(&path, "old\n"), "the file is read-only");
    assert_eq!(fs::read_to_string(&path).expect("readable"), "old\n");
}

#[test]
fn whatever_call_fails_the_file_is_the_old_or_the_new_one() {
    for fault in [Fault::Full, Fault::Killed] {
        for call in 0.. {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("a.yml");
            fs::write(&path, "old\n").expect("writable");
            let machine = Machine {
                fault: Some((call, fault)),
                ..Machine::default()
            };
            let outcome = rewrite(&machine, &path, "old\n");
            let text = fs::read_to_string(&path).expect("readable");
            if machine.calls.borrow().len() <= call {
                assert_eq!(text, "new\n");
                break;
            }
            assert!(outcome.has_errors(), "call {call}");
            assert!(text == "old\n" || text == "new\n", "call {call}: {text}");
        }
    }
}
