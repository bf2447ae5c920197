//! Decodes `catalog/` with the domains' own loaders into one image per domain, so that start-up
//! reads no YAML. A catalog with any finding does not build.

use std::path::{Path, PathBuf};
use std::{env, fs};

use strata_cluster::{BaseLayer, Layer, load_catalog, pack_catalog};
use strata_diagnostic::{HumanOptions, Sources, render_human};
use strata_document::InputFile;

#[expect(
    clippy::disallowed_methods,
    reason = "a build script reads files and its environment"
)]
fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let root = manifest.join("../../catalog/cluster");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let layer = Layer {
        label: "embedded".into(),
        prefix: "catalog/cluster/".into(),
        files,
    };
    let mut sources = Sources::new();
    let outcome = load_catalog(BaseLayer::Directory(layer), Vec::new(), &mut sources);
    let options = HumanOptions {
        color: false,
        width: 100,
    };
    let report: String = outcome
        .findings
        .iter()
        .map(|finding| render_human(finding, &sources, options))
        .collect();
    assert!(
        report.is_empty(),
        "the embedded catalog has findings:\n{report}"
    );
    let catalog = outcome.value.expect("a catalog without findings loads");
    fs::write(out.join("cluster.image"), pack_catalog(&catalog)).expect("OUT_DIR is writable");
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
