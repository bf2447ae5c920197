//! The inventory of a release graph: its charts, and the images that are known.

use strata_artifact::sbom::{ChartComponent, Property, Sbom};
use strata_diagnostic::{Finding, Outcome};

use crate::graph::{KustomizationOrigin, Release, ReleaseGraph, ReleaseSource};
use crate::images::images;

/// Returns the inventory of a graph; `name` is what the bundle is called.
///
/// # Errors
///
/// `ART-11` for an image with a malformed digest.
pub fn inventory(graph: &ReleaseGraph, name: &str) -> Outcome<Sbom> {
    let mut findings = Vec::new();
    let charts: Vec<ChartComponent> = graph
        .releases
        .iter()
        .map(|release| component(release, &mut findings))
        .collect();
    let failed = findings.iter().any(Finding::is_error);
    let sbom = Sbom {
        name: name.to_owned(),
        properties: vec![Property::new(
            "images",
            "those that values and manifests name; what the defaults of a chart name is not known",
        )],
        charts,
    };
    Outcome {
        value: (!failed).then_some(sbom),
        findings,
    }
}

fn component(release: &Release, findings: &mut Vec<Finding>) -> ChartComponent {
    let (images, found) = images(release);
    findings.extend(found);
    let (source, repository, version) = match &release.source {
        ReleaseSource::Chart(chart) => ("chart", Some(&chart.repository), Some(&chart.version)),
        ReleaseSource::Manifests(_) => ("manifests", None, None),
        ReleaseSource::Kustomization(kustomization) => match &kustomization.origin {
            KustomizationOrigin::Files(_) => ("kustomization", None, None),
            KustomizationOrigin::Repository { url, revision } => {
                ("kustomization", Some(url), Some(revision))
            }
        },
    };
    let mut properties = vec![
        Property::new("component", release.component.as_str()),
        Property::new("release", release.name.as_str()),
        Property::new("namespace", release.namespace.as_str()),
        Property::new("source", source),
    ];
    properties.extend(repository.map(|url| Property::new("repository", url.as_str())));
    if let Some(kustomization) = release.source.kustomization() {
        properties.push(Property::new("path", kustomization.path.as_str()));
    }
    let chart = release.source.chart();
    ChartComponent {
        release: release.name.clone(),
        chart: chart.map_or(&release.name, |chart| &chart.chart).clone(),
        version: version.cloned(),
        repository: chart.map(|chart| chart.repository.clone()),
        description: release.about.clone(),
        properties,
        dependencies: release.dependencies.clone(),
        images: images.into_iter().collect(),
    }
}
