//! Decodes `catalog/` with the domains' own loaders into one image per domain, so that start-up
//! reads no YAML. A catalog with any finding does not build.

use std::path::{Path, PathBuf};
use std::{env, fs};

use strata_cluster::{BaseLayer, Layer, load_catalog, pack_catalog};
use strata_diagnostic::{HumanOptions, Outcome, Sources, render_human};
use strata_document::InputFile;
use strata_environment::images::ImageCatalog;

#[expect(
    clippy::disallowed_methods,
    reason = "a build script reads files and its environment"
)]
fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let catalog = manifest.join("../../catalog");
    let cluster = cluster(read(&catalog.join("cluster")));
    fs::write(out.join("cluster.image"), cluster).expect("OUT_DIR is writable");
    let environment = environment(&read(&catalog.join("environment")));
    fs::write(out.join("environment.image"), environment).expect("OUT_DIR is writable");
}

fn cluster(files: Vec<InputFile>) -> Vec<u8> {
    let layer = Layer {
        label: "embedded".into(),
        prefix: "catalog/cluster/".into(),
        files,
    };
    let mut sources = Sources::new();
    let outcome = load_catalog(BaseLayer::Directory(layer), Vec::new(), &mut sources);
    pack_catalog(&without_findings(outcome, &sources))
}

fn environment(files: &[InputFile]) -> Vec<u8> {
    let mut sources = Sources::new();
    let outcome = ImageCatalog::pack(files, &mut sources);
    without_findings(outcome, &sources)
}

fn without_findings<T>(outcome: Outcome<T>, sources: &Sources) -> T {
    let options = HumanOptions {
        color: false,
        width: 100,
    };
    let report: String = outcome
        .findings
        .iter()
        .map(|finding| render_human(finding, sources, options))
        .collect();
    assert!(
        report.is_empty(),
        "the embedded catalog has findings:\n{report}"
    );
    outcome
        .value
        .expect("a catalog without findings has a value")
}

/// Reads the files of a domain, sorted by their paths.
fn read(root: &Path) -> Vec<InputFile> {
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(root, "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

#[expect(clippy::disallowed_methods, reason = "a build script reads files")]
fn collect(directory: &Path, relative: &str, files: &mut Vec<InputFile>) {
    for entry in fs::read_dir(directory).expect("the catalog is part of the repository") {
        let entry = entry.expect("the catalog is readable");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if relative.is_empty() {
            name
        } else {
            format!("{relative}/{name}")
        };
        if entry.path().is_dir() {
            collect(&entry.path(), &path, files);
        } else {
            files.push(InputFile {
                path,
                bytes: fs::read(entry.path()).expect("readable"),
            });
        }
    }
}
