//! Directories that are one thing: bundles, and catalogs of clusters.

use std::collections::BTreeMap;

use strata_artifact::{EntryKind, Listing};
use strata_cluster::{BaseLayer, Layer, load_catalog};
use strata_diagnostic::{Finding, Outcome, SourceId};
use strata_document::HEAD_BYTES;
use strata_host::{System, read_layer};

use super::project;
use crate::check::pass::Subject;
use crate::check::walk::{Found, REGISTRY};
use crate::check::world::World;
use crate::late;
use crate::objects;
use crate::opened::open_bundle;
use crate::verify;

/// Verifies a bundle; its files are generated, and but for objects not looked at one by one. Returns what is wrong
/// with it, and its files.
pub(in crate::check) fn check_bundle(
    world: &mut World<'_, '_>,
    bundle: &Found,
) -> (Vec<Finding>, Vec<SourceId>) {
    let mut findings = Vec::new();
    let mut files = Vec::new();
    let listing: Option<Listing> = open_bundle(world.session, &bundle.name).take(&mut findings);
    if let Some(listing) = listing {
        let verdict = strata_artifact::verify(&listing);
        let sources = &mut world.session.sources;
        let problems = verdict.problems.iter();
        findings.extend(problems.map(|problem| verify::finding(problem, &bundle.name, sources)));
        findings.extend(late::missing(world.session, &bundle.name, &listing));
        let manifests = objects::bundled(world.session, &bundle.name, &listing);
        let read: BTreeMap<&str, SourceId> = (manifests.iter())
            .map(|manifest| (manifest.path.as_str(), manifest.source))
            .collect();
        let entries = listing.entries.iter();
        for entry in entries.filter(|entry| entry.kind == EntryKind::File) {
            let name = format!("{}/{}", bundle.name.trim_end_matches('/'), entry.path);
            let known = read.get(name.as_str()).copied();
            files.push(known.unwrap_or_else(|| world.session.sources.add_named(&name)));
        }
        world.bundled.extend(manifests);
    }
    (findings, files)
}

/// Returns whether a directory with a registry is a catalog.
pub(in crate::check) fn is_catalog(system: &dyn System, directory: &Found) -> bool {
    let head = system.read(&directory.absolute.join(REGISTRY), HEAD_BYTES);
    let word = b"ComponentRegistry";
    head.is_ok_and(|head| head.windows(word.len()).any(|window| window == word))
}

/// Loads a catalog: by itself where it is whole, over the project's own catalog where it adds to one.
/// Returns what is wrong with it, and its files.
pub(in crate::check) fn check_catalog(
    world: &mut World<'_, '_>,
    directory: &Found,
) -> (Vec<Finding>, Vec<Subject>) {
    let mut findings = Vec::new();
    let Some(layer) = layer(world, &directory.name).take(&mut findings) else {
        return (findings, Vec::new());
    };
    let paths: Vec<String> = layer.files.iter().map(|file| file.path.clone()).collect();
    let is_base = |path: &String| path.contains("overlays/") && path.ends_with("/base.yaml");
    let (base, data) = if paths.iter().any(is_base) {
        (BaseLayer::Directory(layer), Vec::new())
    } else {
        let base = match project::catalog_request(world).catalog {
            None => Some(BaseLayer::Image(strata_catalog::CLUSTER)),
            Some(base) => self::layer(world, &base).value.map(BaseLayer::Directory),
        };
        let Some(base) = base else {
            return (findings, Vec::new());
        };
        (base, vec![layer])
    };
    let sources = &mut world.session.sources;
    findings.extend(load_catalog(base, data, sources).findings);
    let prefix = directory.name.trim_end_matches('/');
    let names: BTreeMap<String, &String> = paths
        .iter()
        .map(|path| (format!("{prefix}/{path}"), path))
        .collect();
    let subjects = sources.iter().filter_map(|(source, entry)| {
        let path = names.get(&*entry.name)?;
        Some(Subject {
            source,
            name: entry.name.to_string(),
            absolute: directory.absolute.join(path),
        })
    });
    // Files that were named as well were read twice; the last reading is the one that was loaded.
    let by_name: BTreeMap<String, Subject> = subjects
        .map(|subject| (subject.name.clone(), subject))
        .collect();
    (findings, by_name.into_values().collect())
}

fn layer(world: &mut World<'_, '_>, directory: &str) -> Outcome<Layer> {
    let files = read_layer(world.session.system, directory, &mut world.session.sources);
    files.map(|files| Layer {
        label: directory.to_owned(),
        prefix: format!("{}/", directory.trim_end_matches('/')),
        files,
    })
}
