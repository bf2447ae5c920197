//! Every script of every bundle, read by bash and by shellcheck.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use strata_testkit::tools;

use crate::bundle::{bundle, every_bundle, files, path, run, text};

fn scripts(directory: &Path, found: &mut Vec<PathBuf>) {
    for file in files(directory) {
        if file.is_dir() {
            scripts(&file, found);
        } else if file.extension().is_some_and(|extension| extension == "sh") {
            found.push(file);
        }
    }
}

/// One file of each content.
fn distinct(found: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let is_new = |path: &PathBuf| {
        seen.insert(std::fs::read(path).expect("a script of a bundle is readable"))
    };
    found.into_iter().filter(is_new).collect()
}

/// A recipe whose names mean something to a shell wherever they may.
const HOSTILE: &str = r#"apiVersion: aicr.run/v1alpha2
kind: RecipeResult
metadata:
  version: v1.0.0
criteria: {}
componentRefs:
  - name: quoted
    type: Helm
    chart: "chart'; touch pwned #"
    source: "https://charts.example.com/'$(touch pwned)'"
    version: "1.0.0 `touch pwned`"
    namespace: quoted
deploymentOrder: [quoted]
"#;

#[test]
fn bash_and_shellcheck_have_nothing_to_say_about_any_script() {
    if !tools::available("shellcheck reads every script", &["bash", "shellcheck"]) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    std::fs::write(directory.path().join("hostile.yaml"), HOSTILE).expect("a file can be written");
    let mut bundles = every_bundle(directory.path());
    bundles.push(bundle(directory.path(), "hostile", &["-r", "hostile.yaml"]));
    let mut found = Vec::new();
    for bundle in &bundles {
        scripts(bundle, &mut found);
    }
    let scripts = distinct(found);
    assert!(scripts.len() > QUERIES_HAVE, "{} scripts", scripts.len());
    for batch in scripts.chunks(64) {
        for script in batch {
            let output = run("bash", directory.path(), &["-n", path(script)]);
            let said = text(&output.stderr);
            assert!(output.status.success(), "bash -n {}: {said}", path(script));
        }
        let mut words = vec!["--shell=bash", "--enable=all", "--exclude=SC2310,SC2312"];
        words.extend(batch.iter().map(|script| path(script)));
        let output = run("shellcheck", directory.path(), &words);
        assert!(output.status.success(), "{}", text(&output.stdout));
    }
    println!("{} distinct scripts", scripts.len());
}

/// The embedded catalog alone gives more scripts than this.
const QUERIES_HAVE: usize = 16;
