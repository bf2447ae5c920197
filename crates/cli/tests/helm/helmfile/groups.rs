//! The groups that Helmfile itself makes of our files are the levels of the releases.
//!
//! The levels are read from `deploy.sh` of the same recipe, which another deployer writes. No cluster
//! and no chart is needed: a stand-in for Helm answers that it has pulled what lies in a registry.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use strata_testkit::{corpus, output_within, tools};

use super::FOR_HELMFILE;
use crate::bundle::{LIMIT, QUERIES, bundle, files, path, text};
use crate::deploy::assert_success;
use crate::stage::Stage;

type Levels = Vec<BTreeSet<String>>;

/// Reads what `helmfile show-dag` says: a table for each file, in the order of the files.
fn groups(said: &str) -> Levels {
    let mut groups = Levels::new();
    let mut last = "";
    for line in said.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["GROUP", ..] => last = "",
            [number, release, ..] if number.parse::<u32>().is_ok() => {
                if number != last {
                    groups.push(BTreeSet::new());
                    last = number;
                }
                let name = release.rsplit('/').next().unwrap_or_default();
                let group = groups.last_mut().expect("there is one");
                group.insert(name.to_owned());
            }
            _ => {}
        }
    }
    groups
}

/// Reads the levels of `deploy.sh`.
fn levels(bundle: &Path) -> Levels {
    let script = std::fs::read_to_string(bundle.join("deploy.sh")).expect("a script");
    let mut levels = Levels::new();
    for row in script
        .lines()
        .filter_map(|line| line.strip_prefix("release "))
    {
        let words: Vec<&str> = row.split(' ').collect();
        let level: usize = words[3].parse().expect("a level");
        while levels.len() <= level {
            levels.push(BTreeSet::new());
        }
        levels[level].insert(words[1].to_owned());
    }
    levels
}

fn named(names: &[&[&str]]) -> Levels {
    let level = |names: &&[&str]| names.iter().map(|&name| name.to_owned()).collect();
    names.iter().map(level).collect()
}

/// The groups of the stage's releases, and with `--serial`.
pub(super) fn of_the_stage(stage: &Stage, made: &Path) {
    let said = stage.helmfile(made, &["show-dag"]);
    assert_success(&said);
    let expected = [&["first", "second"][..], &["middle", "crowd"], &["last"]];
    assert_eq!(groups(&text(&said.stdout)), named(&expected));
    let words = [&FOR_HELMFILE[..], &["--serial"]].concat();
    let chain = stage.bundle_without("chain", &[], &[], &words);
    let said = stage.helmfile(&chain, &["show-dag"]);
    assert_success(&said);
    let expected = ["first", "second", "middle", "last", "crowd"];
    let expected = expected.each_ref().map(std::slice::from_ref);
    assert_eq!(groups(&text(&said.stdout)), named(&expected));
}

/// Helm that has whatever chart it is asked for.
const HELM: &str = "#!/bin/bash
if [[ $1 != pull ]]; then exec 'HELM' \"$@\"; fi
chart=\"$4/${2##*/}\"
mkdir -p \"$chart\"
printf 'apiVersion: v2\\nname: %s\\nversion: 0.0.0\\n' \"${2##*/}\" > \"$chart/Chart.yaml\"
";

fn write_helm(directory: &Path) -> PathBuf {
    let real = tools::find("helm3").expect("the caller asked");
    let file = directory.join("helm");
    std::fs::write(&file, HELM.replace("HELM", path(&real))).expect("writable");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&file, mode).expect("a mode is set");
    file
}

fn show_dag(directory: &Path, helm: &Path, made: &Path) -> Levels {
    let mut command = std::process::Command::new(tools::find("helmfile").expect("it is there"));
    command
        .current_dir(made)
        .args(["--helm-binary", path(helm), "show-dag"])
        .env_clear()
        .env("HOME", directory)
        .env("PATH", "/usr/bin:/bin");
    let said = output_within(&mut command, LIMIT).expect("helmfile runs and ends");
    assert_success(&said);
    groups(&text(&said.stdout))
}

/// Words for bundles of every fragment of the embedded catalog and of the recorded recipes.
fn recipes() -> Vec<Vec<String>> {
    let own = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let mut recipes: Vec<Vec<String>> = QUERIES
        .iter()
        .map(|query| own(&query.split(' ').collect::<Vec<_>>()))
        .collect();
    if let Some(recorded) = corpus::find("groups of recorded recipes", "cluster") {
        let catalog = recorded.join("catalog");
        for folder in files(&recorded.join("bundles")) {
            let recipe = folder.join("recipe-input.yaml");
            let words = ["--recipe", path(&recipe), "--catalog", path(&catalog)];
            recipes.push(own(&words));
        }
        assert_eq!(recipes.len(), QUERIES.len() + 5);
    }
    recipes
}

#[test]
fn groups_of_helmfile_are_levels() {
    if !tools::available("groups that Helmfile makes", &["helmfile", "helm3", "bash"]) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let root = directory.path();
    let helm = write_helm(root);
    let mut most = 0;
    for (number, words) in recipes().iter().enumerate() {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let make = |name: &str, more: &[&str]| {
            let words = [&words[..], &["--quiet"], more].concat();
            bundle(root, &format!("{name}-{number}"), &words)
        };
        let expected = levels(&make("helm", &[]));
        let made = make("helmfile", &FOR_HELMFILE);
        assert_eq!(show_dag(root, &helm, &made), expected, "{words:?}");
        most = most.max(expected.len());
        let count: usize = expected.iter().map(BTreeSet::len).sum();
        let made = make("chain", &[&FOR_HELMFILE[..], &["--serial"]].concat());
        let chain = show_dag(root, &helm, &made);
        assert_eq!(chain.len(), count, "{words:?}: one at a time");
        assert_eq!(chain, levels(&make("helm-chain", &["--serial"])));
    }
    assert!(most > 2, "{most} levels at most");
}
