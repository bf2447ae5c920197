//! strata.yaml: its own shape, and whether what it lists can be made.

use std::path::Path;
use std::sync::Arc;

use strata_cluster::Catalog;
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Limits, read};

use super::Checked;
use crate::bundle::findings_of;
use crate::check::sniff::Domain;
use crate::check::world::{CheckedFile, World};
use crate::open::CatalogRequest;
use crate::project::{OpenProject, Project};

/// Checks every project file: its shape, and what comes of making its outputs in memory.
pub(super) fn check(world: &mut World<'_, '_>) -> Checked {
    let own = world
        .files
        .iter()
        .filter(|file| file.domain == Domain::Project);
    let opened: Vec<Outcome<OpenProject>> = own.map(open).collect();
    let mut checked = Checked::default();
    for outcome in opened {
        let project = outcome.take(&mut checked.findings);
        if let Some(project) = project.filter(|project| !project.project.spec.outputs.is_empty()) {
            checked.findings.extend(outputs(world, &project));
        }
    }
    checked
}

fn open(file: &CheckedFile) -> Outcome<OpenProject> {
    let directory = Path::new(&file.name).parent().unwrap_or(Path::new(""));
    let directory = directory.to_string_lossy().into_owned();
    read(file.bytes(), file.source, &Limits::DOCUMENT)
        .and_then(|node| Project::from_node(&node))
        .map(|project| OpenProject { project, directory })
}

fn outputs(world: &mut World<'_, '_>, project: &OpenProject) -> Vec<Finding> {
    let mut findings = Vec::new();
    let requests = project.requests(world.session, &[], world.tool_version);
    let Some(requests) = requests.take(&mut findings) else {
        return findings;
    };
    let Some(catalog) = world.catalog(&project.catalog()) else {
        return findings;
    };
    for request in &requests {
        findings.extend(findings_of(world.session, &catalog, request));
    }
    findings
}

/// Returns which catalog the nearest project names.
pub(super) fn catalog_request(world: &World<'_, '_>) -> CatalogRequest {
    let Some((file, absolute)) = &world.settings.project else {
        return CatalogRequest::default();
    };
    let absolute = absolute.join(crate::project::PROJECT_FILE);
    let known = world.files.iter().find(|known| known.absolute == absolute);
    let opened = match known {
        Some(file) => open(file).value,
        None => {
            let bytes = world
                .session
                .system
                .read(&absolute, Limits::DOCUMENT.bytes + 1);
            let nowhere = Place::NOWHERE.source;
            let node = bytes.ok().and_then(|bytes| {
                let document = read(&bytes, nowhere, &Limits::DOCUMENT);
                document.value
            });
            let project = node.and_then(|node| Project::from_node(&node).value);
            let directory = Path::new(file).parent().unwrap_or(Path::new(""));
            let directory = directory.to_string_lossy().into_owned();
            project.map(|project| OpenProject { project, directory })
        }
    };
    opened.map_or_else(CatalogRequest::default, |project| project.catalog())
}

/// Returns the catalog that documents of the project are for.
pub(super) fn catalog(world: &mut World<'_, '_>) -> Option<Arc<Catalog>> {
    let request = catalog_request(world);
    world.catalog(&request)
}
