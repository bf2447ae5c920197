//! The inventory in every bundle.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use strata_testkit::{corpus, tools};

use crate::folder::{Folder, Run, place};

const QUERIES: [&str; 4] = [
    "--service kind",
    "--service kind --accelerator h100",
    "--service eks --set nfd:image.repository=x.io/nfd --set nfd:image.tag=v0.18",
    "--service eks --accelerator h100 --intent training --os ubuntu --platform kubeflow",
];

fn inventory(folder: &Folder, bundle: &str) -> Value {
    serde_json::from_str(&folder.read(&format!("{bundle}/bom.cdx.json"))).expect("JSON")
}

/// Makes bundles of the embedded catalog and, where they are, of the recorded recipes.
fn bundles(folder: &Folder) -> Vec<String> {
    let mut lines: Vec<String> = QUERIES.iter().map(|query| (*query).to_owned()).collect();
    if let Some(recorded) = corpus::find("inventories of the recorded recipes", "cluster") {
        let catalog = recorded.join("catalog");
        for recipe in fs::read_dir(recorded.join("bundles")).expect("recorded recipes") {
            let recipe = recipe.expect("readable").path().join("recipe-input.yaml");
            lines.push(format!(
                "-r {} --catalog {}",
                recipe.display(),
                catalog.display()
            ));
        }
    }
    let make = |(index, line): (usize, &String)| {
        let run = folder.shell(&format!("strata bundle {line} -o {index} -q"));
        assert_eq!(run.status, 0, "{run:?}");
        index.to_string()
    };
    lines.iter().enumerate().map(make).collect()
}

#[test]
fn every_chart_is_listed_and_everything_is_connected() {
    let folder = Folder::in_memory(&[]);
    for bundle in bundles(&folder) {
        let sbom = inventory(&folder, &bundle);
        let components = sbom["components"].as_array().expect("a list");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let charts: BTreeSet<(String, String, String)> = components
            .iter()
            .filter(|component| {
                component["purl"]
                    .as_str()
                    .is_some_and(|purl| purl.starts_with("pkg:helm/"))
            })
            .map(|component| {
                let url = text(&component["externalReferences"][0]["url"]);
                (text(&component["name"]), url, text(&component["version"]))
            })
            .collect();
        let mut released = BTreeSet::new();
        for entry in fs::read_dir(folder.at(&bundle)).expect("ours") {
            let environment = entry.expect("readable").path().join("upstream.env");
            let Ok(environment) = fs::read_to_string(environment) else {
                continue;
            };
            let value = |key: &str| {
                let line = environment.lines().find_map(|line| line.strip_prefix(key));
                line.expect("every key").trim_matches('\'').to_owned()
            };
            let (chart, repository) = (value("CHART="), value("REPO="));
            let (repository, chart) = if repository.is_empty() {
                let (repository, chart) = chart.rsplit_once('/').expect("a registry");
                (repository.to_owned(), chart.to_owned())
            } else {
                (repository, chart)
            };
            released.insert((chart, repository, value("VERSION=")));
        }
        assert_eq!(charts, released, "{bundle}");
        let references: BTreeSet<String> = components.iter().map(|c| text(&c["bom-ref"])).collect();
        assert_eq!(references.len(), components.len(), "references are unique");
        let mut reached: BTreeSet<String> = BTreeSet::new();
        for dependency in sbom["dependencies"].as_array().expect("a list") {
            reached.extend(
                dependency["dependsOn"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(text),
            );
        }
        assert_eq!(reached, references, "{bundle}");
        let printed = folder.read(&format!("{bundle}/bom.cdx.json"));
        for word in ["timestamp", "\"tools\"", env!("CARGO_MANIFEST_DIR")] {
            assert!(!printed.contains(word), "{word}");
        }
    }
}

#[test]
fn inventories_are_valid_by_the_official_schema() {
    let Some(python) = tools::find("python3-cyclonedx") else {
        let why = "not found: python3-cyclonedx; `cargo xtask tools` brings it";
        return tools::skip("inventories against the schema of CycloneDX 1.6", why);
    };
    let folder = Folder::in_memory(&[("check.py", include_str!("sbom/check.py"))]);
    let bundles = bundles(&folder);
    let mut command = folder.command(&python.to_string_lossy());
    command.arg("check.py");
    for bundle in &bundles {
        command.arg(format!("{bundle}/bom.cdx.json"));
    }
    let run = Run::of(&mut command).done();
    assert_eq!(run.stdout.trim(), format!("{} valid", bundles.len()));
    // The same check does refuse.
    let broken = folder
        .read("0/bom.cdx.json")
        .replace("\"container\"", "\"cup\"");
    let broken = broken.replace("\"application\"", "\"cup\"");
    folder.write("broken.json", broken);
    let mut command = folder.command(&python.to_string_lossy());
    assert_ne!(Run::of(command.args(["check.py", "broken.json"])).status, 0);
}

#[test]
fn images_of_values_and_manifests_are_listed_with_digests() {
    let folder = Folder::in_memory(&[]);
    let hex = "0123456789abcdef".repeat(4);
    let image = format!(
        "nfd:image={{\"registry\":\"x.io\",\"repository\":\"a/nfd\",\"tag\":\"v1\",\"digest\":\"sha256:{hex}\"}}"
    );
    let training =
        "--service eks --accelerator h100 --intent training --os ubuntu --platform kubeflow";
    let words: Vec<&str> = training.split(' ').collect();
    let flags = ["bundle", "-o", "b", "--set-json", image.as_str()];
    folder.strata(&[&flags[..], &words].concat()).done();
    let sbom = inventory(&folder, "b");
    let components = sbom["components"].as_array().expect("a list");
    let find = |name: &str| {
        let found = components.iter().find(|c| c["name"] == name);
        found.unwrap_or_else(|| panic!("{name}: {sbom:#}"))
    };
    let ours = find("x.io/a/nfd");
    assert_eq!(ours["type"], "container");
    assert_eq!(ours["hashes"][0]["content"], hex);
    assert_eq!(
        ours["purl"],
        format!("pkg:oci/nfd@sha256:{hex}?repository_url=x.io/a/nfd&tag=v1")
    );
    assert_eq!(
        find("docker.io/pytorch/pytorch")["hashes"][0]["alg"],
        "SHA-256"
    );
    assert_eq!(sbom["compositions"][1]["aggregate"], "incomplete");
}

#[test]
fn a_malformed_digest_makes_no_bundle() {
    let folder = Folder::in_memory(&[]);
    let image = "nfd:image={\"repository\":\"x.io/nfd\",\"digest\":\"sha256:12\"}";
    let run = folder.strata(&["bundle", "--service", "kind", "--set-json", image]);
    let finding = run.refused(2, "ART-11");
    assert!(place(&finding).starts_with("--set-json nfd:image="));
    assert!(folder.names().is_empty());
}

#[test]
fn the_same_bundle_has_the_same_serial_number_and_another_has_not() {
    let folder = Folder::in_memory(&[]);
    for (bundle, flags) in [("a", ""), ("b", ""), ("c", "--accelerator h100")] {
        folder
            .shell(&format!(
                "strata bundle --service kind {flags} -q -o {bundle}"
            ))
            .done();
    }
    let number = |bundle| inventory(&folder, bundle)["serialNumber"].clone();
    assert_eq!(number("a"), number("b"));
    assert_ne!(number("a"), number("c"));
}
