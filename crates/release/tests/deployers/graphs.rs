//! Release graphs for tests: by hand, and at random.

use proptest::prelude::*;
use serde_json::{Value, json};
use strata_artifact::ArtifactPath;
use strata_diagnostic::Place;
use strata_document::Node;
use strata_release::{
    ChartReference, InstallHints, Kustomization, KustomizationOrigin, Manifest, Part, Release,
    ReleaseGraph, ReleaseSource,
};

/// A chart of a repository, without values and dependencies.
pub(crate) fn chart(name: &str) -> Release {
    Release {
        name: name.to_owned(),
        component: name.to_owned(),
        part: Part::Main,
        namespace: "somewhere".to_owned(),
        namespace_place: Place::NOWHERE,
        source: ReleaseSource::Chart(ChartReference {
            repository: "https://charts.example.com".to_owned(),
            chart: "chart".to_owned(),
            version: "v1.0.0".to_owned(),
        }),
        values: Node::from_json(&json!({})),
        values_key: name.replace('-', ""),
        install_values: Node::from_json(&json!({})),
        install_paths: Vec::new(),
        namespace_manifests: String::new(),
        dependencies: Vec::new(),
        about: String::new(),
        install: InstallHints::default(),
    }
}

/// A chart in a registry.
pub(crate) fn oci(name: &str) -> Release {
    let source = ReleaseSource::Chart(ChartReference {
        repository: "oci://registry.example.com/charts".to_owned(),
        chart: name.to_owned(),
        version: "v2.4.0".to_owned(),
    });
    Release {
        source,
        ..chart(name)
    }
}

/// Manifests, each a ConfigMap.
pub(crate) fn manifests(name: &str, texts: &[&str]) -> Release {
    let manifest = |(index, text): (usize, &&str)| Manifest {
        name: format!("m{index}.yaml"),
        text: (*text).to_owned(),
    };
    let manifests = texts.iter().enumerate().map(manifest).collect();
    Release {
        source: ReleaseSource::Manifests(manifests),
        ..chart(name)
    }
}

/// A kustomization on disk, with what was built of it.
pub(crate) fn kustomized(name: &str) -> Release {
    let text = "kind: ConfigMap\nmetadata: {name: m}\n";
    let file = |path: &str, text: &str| {
        let path = ArtifactPath::new(path).expect("a safe path");
        (path, text.as_bytes().to_vec())
    };
    let kustomization = Kustomization {
        origin: KustomizationOrigin::Files(vec![
            file("site/kustomization.yaml", "resources: [m.yaml]\n"),
            file("site/m.yaml", text),
        ]),
        path: "site".to_owned(),
        built: vec![Manifest {
            name: "manifest.yaml".to_owned(),
            text: text.to_owned(),
        }],
    };
    Release {
        source: ReleaseSource::Kustomization(kustomization),
        ..chart(name)
    }
}

/// A kustomization of somebody else.
pub(crate) fn foreign_kustomization(name: &str, url: &str, revision: &str) -> Release {
    let kustomization = Kustomization {
        origin: KustomizationOrigin::Repository {
            url: url.to_owned(),
            revision: revision.to_owned(),
        },
        path: "config/default".to_owned(),
        built: vec![Manifest {
            name: "manifest.yaml".to_owned(),
            text: "kind: ConfigMap\nmetadata: {name: m}\n".to_owned(),
        }],
    };
    Release {
        source: ReleaseSource::Kustomization(kustomization),
        ..chart(name)
    }
}

/// The same release after others.
pub(crate) fn after(mut release: Release, needs: &[&str]) -> Release {
    release.dependencies = needs.iter().map(|&name| name.to_owned()).collect();
    release
}

/// The same release with values.
pub(crate) fn with_values(mut release: Release, values: &Value) -> Release {
    release.values = Node::from_json(values);
    release
}

/// The same release with values that are given later.
pub(crate) fn with_late(mut release: Release, values: &Value, paths: &[&[&str]]) -> Release {
    release.install_values = Node::from_json(values);
    let path = |path: &&[&str]| path.iter().map(|&key| key.to_owned()).collect();
    release.install_paths = paths.iter().map(path).collect();
    release
}

pub(crate) fn graph(releases: Vec<Release>) -> ReleaseGraph {
    ReleaseGraph { releases }
}

/// What a release of a random graph is: its source, whether it brings its namespace, what is special
/// about installing it, and which of the releases before it it needs.
type Shape = (u8, bool, u8, Vec<prop::sample::Index>);

/// Graphs of up to twelve releases, in the order in which they may be installed.
pub(crate) fn any_graph() -> impl Strategy<Value = ReleaseGraph> {
    let needs = prop::collection::vec(any::<prop::sample::Index>(), 0..4);
    let shape = (0_u8..5, any::<bool>(), 0_u8..4, needs);
    prop::collection::vec(shape, 1..12).prop_map(|shapes| {
        let releases = shapes.iter().enumerate().map(release);
        graph(releases.collect())
    })
}

fn release((index, (source, brings, special, needs)): (usize, &Shape)) -> Release {
    let name = format!("r{index}");
    let mut release = match source {
        0 => chart(&name),
        1 => oci(&name),
        2 => kustomized(&name),
        3 => foreign_kustomization(&name, "https://git.example.com/x.git", "v1.0.0"),
        _ => manifests(&name, &["kind: ConfigMap\nmetadata: {name: m}\n"]),
    };
    release.namespace = format!("n{}", index % 3);
    if *brings && matches!(release.source, ReleaseSource::Manifests(_)) {
        release.namespace_manifests = format!(
            "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: {}\n",
            release.namespace
        );
    }
    release.install.is_left_alone = special & 1 == 1;
    release.install.brings_own_kinds = special & 2 == 2;
    release.values = Node::from_json(&json!({ "b": index, "a": { "d": "x", "c": [1, "y"] } }));
    if index > 0 {
        release.dependencies = (needs.iter())
            .map(|need| format!("r{}", need.index(index)))
            .collect();
    }
    release
}
