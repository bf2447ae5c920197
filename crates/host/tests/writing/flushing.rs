//! What is renamed into place is on the disk before, and the files of a tree at once.

use crate::machine::Machine;
use strata_artifact::{ArtifactPath, ArtifactTree};
use strata_diagnostic::Sources;
use strata_host::{write_output, write_tree};

#[test]
fn a_tree_is_flushed_at_once_before_it_is_renamed() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("bundle");
    let mut tree = ArtifactTree::new();
    for path in ["a", "b/c", "b/d"] {
        tree.insert_text(ArtifactPath::new(path).expect("a path"), path);
    }
    let system = Machine::default();
    let shown = target.display().to_string();
    let outcome = write_tree(&system, &shown, &tree, &mut Sources::new());
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    let calls = system.calls.borrow();
    let calls: Vec<&str> = calls
        .iter()
        .copied()
        .filter(|c| *c != "create_dir")
        .collect();
    assert_eq!(
        calls,
        ["write", "write", "write", "sync all", "rename", "sync"]
    );
    let written = std::fs::read_to_string(target.join("b/d")).expect("it was written");
    assert_eq!(written, "b/d");
}

#[test]
fn a_file_is_flushed_before_it_is_renamed() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("recipe.yaml");
    let system = Machine::default();
    let shown = target.display().to_string();
    let outcome = write_output(&system, &shown, b"text", &mut Sources::new());
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    let calls = system.calls.borrow();
    let calls: Vec<&str> = calls
        .iter()
        .copied()
        .filter(|c| !c.ends_with("_dir"))
        .collect();
    assert_eq!(calls, ["write", "sync", "rename", "sync"]);
}
