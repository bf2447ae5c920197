//! Values of a bundle, given to the real charts they were written for.
//!
//! The charts are not part of the repository; `STRATA_CORPUS` names the folder that has them.

use std::path::{Path, PathBuf};

use strata_testkit::{corpus, tools};

use crate::bundle::{bundle, file_name, files, folders, path, run, text};

/// A value of `upstream.env`.
fn variable(folder: &Path, name: &str) -> String {
    let file = std::fs::read_to_string(folder.join("upstream.env")).expect("upstream.env is there");
    let line = file
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
        .expect("upstream.env has its three lines");
    line.trim_matches('\'').to_owned()
}

/// The package of a chart, by its name and version with or without a leading `v`.
///
/// One chart is not to be had in the version that the catalog pins; the nearest, under the name it
/// had then, stands in for it.
fn package(charts: &[PathBuf], chart: &str, version: &str) -> Option<PathBuf> {
    let (chart, version) = match (chart.rsplit('/').next()?, version) {
        ("nodewright", "v0.17.1") => ("skyhook-operator", "v0.15.1"),
        other => other,
    };
    let bare = version.trim_start_matches('v');
    [
        format!("{chart}-{bare}.tgz"),
        format!("{chart}-v{bare}.tgz"),
    ]
    .iter()
    .find_map(|name| charts.iter().find(|file| file_name(file) == name))
    .cloned()
}

#[test]
fn the_real_charts_render_with_the_values_of_the_eks_recipe() {
    let what = "real charts render with the values of the EKS recipe";
    let Some(charts) = corpus::find(what, "charts") else {
        return;
    };
    if !tools::available(what, &["helm3", "helm4"]) {
        return;
    }
    let charts = files(&charts);
    let directory = tempfile::tempdir().expect("a directory can be made");
    let query =
        "--service eks --accelerator h100 --intent training --os ubuntu --platform kubeflow";
    let words: Vec<&str> = query.split(' ').collect();
    let bundle = bundle(directory.path(), "bundle", &words);
    let mut rendered = 0;
    for folder in folders(&bundle) {
        if folder.join("Chart.yaml").is_file() {
            continue;
        }
        let (chart, version) = (variable(&folder, "CHART"), variable(&folder, "VERSION"));
        let Some(package) = package(&charts, &chart, &version) else {
            panic!("{chart} {version} is not among the real charts");
        };
        for helm in ["helm3", "helm4"] {
            let words = [
                "template",
                "release",
                path(&package),
                "--namespace",
                "some-namespace",
                "--kube-version",
                "1.34.0",
                "--values",
                "values.yaml",
                "--values",
                "cluster-values.yaml",
            ];
            let output = run(helm, &folder, &words);
            let said = text(&output.stderr);
            assert!(output.status.success(), "{helm} renders {chart}: {said}");
            // Helm warns where a value cannot be merged into the chart's own.
            assert!(!said.contains("warning"), "{helm} renders {chart}: {said}");
            let objects = text(&output.stdout);
            assert!(objects.contains("\nkind: "), "{chart} renders nothing");
        }
        rendered += 1;
    }
    assert_eq!(rendered, 14, "the recipe names fourteen charts");
}
