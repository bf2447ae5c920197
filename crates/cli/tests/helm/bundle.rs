//! Making the bundles that the tests give to other programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use strata_testkit::{corpus, output_within, tools};

/// How long one program may take; the longest, a whole deployment, takes seconds.
pub(crate) const LIMIT: Duration = Duration::from_mins(4);

/// Queries of the embedded catalog that together use each of its fragments.
pub(crate) const QUERIES: [&str; 6] = [
    "--service kind",
    "--service kind --accelerator h100",
    "--service kind --intent training",
    "--service eks",
    "--service eks --accelerator h100 --intent training",
    "--service eks --accelerator h100 --intent training --os ubuntu --platform kubeflow",
];

/// Runs strata in a directory and returns what it said.
pub(crate) fn strata(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strata"));
    command.args(arguments).current_dir(directory).env_clear();
    output_within(&mut command, LIMIT).expect("strata runs and ends")
}

/// Runs `strata bundle --output NAME` and returns the bundle's directory.
pub(crate) fn bundle(directory: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let mut words = vec!["bundle", "--output", name];
    words.extend(arguments);
    let output = strata(directory, &words);
    assert!(
        output.status.success(),
        "strata {}: {}",
        words.join(" "),
        text(&output.stderr)
    );
    directory.join(name)
}

/// Makes a bundle of every query of the embedded catalog and, where they are, of every recorded
/// recipe with the catalog it was made from.
pub(crate) fn every_bundle(directory: &Path) -> Vec<PathBuf> {
    let embedded = QUERIES.iter().enumerate().map(|(index, query)| {
        let words: Vec<&str> = query.split(' ').collect();
        bundle(directory, &format!("embedded-{index}"), &words)
    });
    let mut bundles: Vec<PathBuf> = embedded.collect();
    let Some(recorded) = corpus::find("bundles of the recorded recipes", "cluster") else {
        return bundles;
    };
    let catalog = recorded.join("catalog");
    for recipe in files(&recorded.join("recipes")) {
        let name = format!("recorded-{}", file_name(&recipe).replace(".yaml", ""));
        let words = [
            "--recipe",
            path(&recipe),
            "--catalog",
            path(&catalog),
            "--quiet",
        ];
        bundles.push(bundle(directory, &name, &words));
    }
    bundles
}

/// Returns the folders of a bundle, one per release, in order.
pub(crate) fn folders(bundle: &Path) -> Vec<PathBuf> {
    let mut folders = files(bundle);
    folders.retain(|path| path.is_dir());
    folders
}

/// Returns what a directory holds, sorted.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("the directory is readable");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry is readable").path())
        .collect();
    paths.sort();
    paths
}

/// Runs a program found by [`tools::find`], in a directory, with an empty home.
pub(crate) fn run(program: &str, directory: &Path, arguments: &[&str]) -> Output {
    let found = tools::find(program).expect("the caller asked whether it is there");
    let home = tempfile::tempdir().expect("a directory can be made");
    let mut command = Command::new(found);
    command
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", home.path());
    output_within(&mut command, LIMIT).expect("the program runs and ends")
}

/// Returns a path as an argument.
pub(crate) fn path(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

/// Returns the last part of a path.
pub(crate) fn file_name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .expect("paths of tests are UTF-8 and have names")
}

/// Returns what a program wrote, for messages.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
