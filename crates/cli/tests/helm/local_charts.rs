//! Local chart folders, which strata writes itself, under the linters and the renderers of Helm.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use strata_testkit::tools;

use crate::bundle::{every_bundle, file_name, files, folders, path, run, text};

/// Local chart folders, one of each content: many recipes share them.
fn distinct_charts(bundles: &[PathBuf]) -> Vec<PathBuf> {
    let mut by_content = BTreeMap::new();
    for folder in bundles.iter().flat_map(|bundle| folders(bundle)) {
        if folder.join("Chart.yaml").is_file() {
            by_content.entry(content(&folder)).or_insert(folder);
        }
    }
    by_content.into_values().collect()
}

/// Everything in a folder that Helm reads.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut content = Vec::new();
    for file in files(folder) {
        if file.is_dir() {
            content.extend(self::content(&file));
        } else if file_name(&file) != "install.sh" {
            let bytes = std::fs::read(&file).expect("a file of a bundle is readable");
            content.push((file_name(&file).to_owned(), bytes));
        }
    }
    content
}

#[test]
fn helm_3_and_4_lint_and_render_every_local_chart() {
    let what = "Helm 3 and 4 lint and render local charts";
    if !tools::available(what, &["helm3", "helm4"]) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let charts = distinct_charts(&every_bundle(directory.path()));
    assert!(charts.len() >= 2, "the embedded catalog has manifests");
    for chart in &charts {
        let rendered = ["helm3", "helm4"].map(|helm| {
            let lint = run(helm, chart, &["lint", "--strict", "--quiet", "."]);
            assert!(
                lint.status.success(),
                "{helm} lint {}: {}{}",
                path(chart),
                text(&lint.stdout),
                text(&lint.stderr)
            );
            let words = [
                "template",
                "release",
                ".",
                "--namespace",
                "some-namespace",
                "--values",
                "values.yaml",
                "--values",
                "cluster-values.yaml",
            ];
            let output = run(helm, chart, &words);
            assert!(
                output.status.success(),
                "{helm} template {}: {}",
                path(chart),
                text(&output.stderr)
            );
            text(&output.stdout)
        });
        let written: String = files(&chart.join("templates"))
            .iter()
            .map(|file| std::fs::read_to_string(file).expect("a template is readable"))
            .collect();
        let kinds = |text: &str| {
            text.lines()
                .filter(|line| line.starts_with("kind:"))
                .count()
        };
        for (helm, rendered) in ["helm3", "helm4"].iter().zip(&rendered) {
            assert_eq!(
                kinds(rendered),
                kinds(&written),
                "{helm} loses or adds objects of {}",
                path(chart)
            );
        }
    }
    println!("{} distinct local charts", charts.len());
}
