//! What a bundle has installed, read back as the tool that it is for reads it: which chart of which version, under
//! which name, where, with which values.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::files::{documents, entries, json, text};

/// A chart that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) chart: Chart,
    /// Texts in YAML or JSON; a later one counts before an earlier one.
    pub(crate) values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Chart {
    /// From a repository or a registry.
    Published { name: String, version: String },
    /// A folder of the bundle.
    Local(PathBuf),
}

/// Reads the releases of a bundle. `own` is every document outside of charts, or what the bundle's own chart
/// renders, where it is one.
pub(crate) fn releases(deployer: &str, bundle: &Path, own: &str) -> Vec<Release> {
    match deployer {
        "helm" => of_folders(bundle),
        "helmfile" => of_helmfile(bundle),
        "argocd" | "argocd-helm" => applications(bundle, own),
        "flux" => of_flux(bundle, own),
        other => panic!("nobody knows what `{other}` reads"),
    }
}

fn word<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text at {pointer} of {value}"))
}

/// The last part of a chart's name; what is before it names a repository.
fn published(name: &str, version: &str) -> Chart {
    Chart::Published {
        name: name.rsplit('/').next().unwrap_or(name).to_owned(),
        version: version.to_owned(),
    }
}

/// Folders with scripts that run Helm: what `deploy.sh` gives them is in its rows.
fn of_folders(bundle: &Path) -> Vec<Release> {
    let script = text(&bundle.join("deploy.sh"));
    let rows = script
        .lines()
        .filter_map(|line| line.strip_prefix("release "));
    rows.map(|row| {
        let words: Vec<&str> = row.split(' ').map(|word| word.trim_matches('\'')).collect();
        let folder = bundle.join(words[0]);
        let chart = if folder.join("Chart.yaml").is_file() {
            Chart::Local(folder.clone())
        } else {
            let upstream = text(&folder.join("upstream.env"));
            let variable = |name: &str| {
                let mut lines = upstream.lines();
                let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
                value.expect("three lines").trim_matches('\'').to_owned()
            };
            published(&variable("CHART"), &variable("VERSION"))
        };
        let values = ["values.yaml", "cluster-values.yaml"].map(|name| text(&folder.join(name)));
        Release {
            name: words[1].to_owned(),
            namespace: words[2].to_owned(),
            chart,
            values: values.to_vec(),
        }
    })
    .collect()
}

fn of_helmfile(bundle: &Path) -> Vec<Release> {
    let mut found = Vec::new();
    for file in entries(bundle) {
        let is_yaml = file.extension().is_some_and(|end| end == "yaml");
        let document = is_yaml.then(|| json(&text(&file))).flatten();
        let releases = document.as_ref().and_then(|one| one["releases"].as_array());
        for release in releases.into_iter().flatten() {
            let chart = word(release, "/chart");
            let values = release["values"].as_array().expect("values");
            let values = values
                .iter()
                .map(|file| text(&bundle.join(file.as_str().expect("a path"))));
            found.push(Release {
                name: word(release, "/name").to_owned(),
                namespace: word(release, "/namespace").to_owned(),
                chart: match chart.strip_prefix("./") {
                    Some(folder) => Chart::Local(bundle.join(folder)),
                    None => published(chart, word(release, "/version")),
                },
                values: values.collect(),
            });
        }
    }
    found
}

fn applications(bundle: &Path, stream: &str) -> Vec<Release> {
    let mut found = Vec::new();
    for application in documents(stream).iter().filter_map(|text| json(text)) {
        if application["kind"] != "Application" {
            continue;
        }
        let spec = &application["spec"];
        let mut sources: Vec<&Value> = spec["sources"].as_array().into_iter().flatten().collect();
        sources.extend(spec.get("source"));
        for source in sources {
            let Some(helm) = source.get("helm") else {
                // The application of the applications, and the source of the files with values.
                continue;
            };
            if spec["destination"]["namespace"] == "argocd" && source.get("chart").is_none() {
                continue;
            }
            let chart = match source.get("chart").and_then(Value::as_str) {
                Some(chart) => published(chart, word(source, "/targetRevision")),
                None => Chart::Local(bundle.join(word(source, "/path"))),
            };
            let files = helm["valueFiles"].as_array().into_iter().flatten();
            let mut values: Vec<String> = files
                .map(|file| {
                    let file = file.as_str().expect("a path");
                    match (file.strip_prefix("$values/"), &chart) {
                        (Some(file), _) => text(&bundle.join(file)),
                        (None, Chart::Local(folder)) => text(&folder.join(file)),
                        (None, Chart::Published { .. }) => panic!("{file} is in no repository"),
                    }
                })
                .collect();
            values.extend(helm["values"].as_str().map(str::to_owned));
            found.push(Release {
                name: word(helm, "/releaseName").to_owned(),
                namespace: word(spec, "/destination/namespace").to_owned(),
                chart,
                values,
            });
        }
    }
    found
}

fn of_flux(bundle: &Path, stream: &str) -> Vec<Release> {
    let objects = documents(stream);
    let objects = objects.iter().filter_map(|text| json(text));
    let releases = objects.filter(|object| object["kind"] == "HelmRelease");
    releases
        .map(|release| {
            let spec = &release["spec"];
            let chart = word(spec, "/chart/spec/chart");
            Release {
                name: word(spec, "/releaseName").to_owned(),
                namespace: word(spec, "/targetNamespace").to_owned(),
                chart: match chart.strip_prefix("./") {
                    Some(folder) => Chart::Local(bundle.join(folder)),
                    None => published(chart, word(spec, "/chart/spec/version")),
                },
                values: spec
                    .get("values")
                    .map(Value::to_string)
                    .into_iter()
                    .collect(),
            }
        })
        .collect()
}
