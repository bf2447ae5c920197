//! Values that are given when a bundle is installed.
//!
//! What must be given is said in the README of every bundle. Where Helm reads a chart of ours it
//! enforces that itself, by a `values.schema.json`; beside a chart that somebody else publishes lies a
//! chart that has nothing but such a schema, and is rendered first.

use strata_artifact::ArtifactTree;
use strata_document::Node;

use super::folder::{LATE_VALUES, VALUES, chart_yaml, folders, path};
use super::late_schema::schema;
use super::readme::markdown;
use crate::graph::{Release, ReleaseGraph};

/// Folder of the chart that only checks values.
pub(super) const GATE: &str = "late-values";

/// The file of a ConfigMap of late values, beside its release.
pub(super) const CONFIG_MAP: &str = "configmap-values.yaml";

/// One value that is given when its release is installed.
#[derive(Clone, Debug)]
pub struct LateValue<'a> {
    /// Position of the release in the graph.
    pub index: usize,
    /// The release.
    pub release: &'a Release,
    /// Where it stands in the values, as keys from the top.
    pub path: &'a [String],
    /// What is known now; nothing if it must be given.
    pub known: Option<&'a Node>,
}

/// Returns every value of a graph that is given later.
pub fn late_values(graph: &ReleaseGraph) -> Vec<LateValue<'_>> {
    let releases = graph.releases.iter().enumerate();
    let of_release = |(index, release): (usize, _)| {
        let release: &Release = release;
        release.install_paths.iter().map(move |path| {
            let keys: Vec<&str> = path.iter().map(String::as_str).collect();
            let known = release.install_values.at(&keys);
            LateValue {
                index,
                release,
                path,
                known: known.filter(|known| !is_missing(known)),
            }
        })
    };
    releases.flat_map(of_release).collect()
}

/// Where the values of a deployer that are given later stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateForm {
    /// In `cluster-values.yaml` of the folder of their release.
    File,
    /// In a ConfigMap beside their release.
    ConfigMap,
    /// Nowhere in the bundle: Helm is given them, and refuses what is missing.
    Installation,
}

/// Where one value stands that must not be empty when the bundle is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatePlace {
    /// File in the bundle.
    pub file: String,
    /// Keys that lead to a text in it that is a document itself; empty where the file is that.
    pub within: &'static [&'static str],
    /// Keys that lead to the value.
    pub keys: Vec<String>,
}

/// Returns where the late values of a graph stand.
pub fn late_places(form: LateForm, graph: &ReleaseGraph) -> Vec<LatePlace> {
    let place = |value: &LateValue<'_>| {
        let within: &[&str] = match form {
            LateForm::ConfigMap => &["data", VALUES],
            LateForm::File | LateForm::Installation => &[],
        };
        Some(LatePlace {
            file: late_file(form, graph, value.index)?,
            within,
            keys: value.path.to_vec(),
        })
    };
    late_values(graph).iter().filter_map(place).collect()
}

/// Returns the file that a release of a graph is given its late values by, if there is one; nothing where
/// they stand in no file.
pub fn late_file(form: LateForm, graph: &ReleaseGraph, index: usize) -> Option<String> {
    match form {
        LateForm::File => Some(format!("{}/{LATE_VALUES}", folders(graph).get(index)?)),
        LateForm::ConfigMap => Some(format!("{}/{CONFIG_MAP}", graph.releases.get(index)?.name)),
        LateForm::Installation => None,
    }
}

/// Whether a value is as good as not given.
pub fn is_missing(value: &Node) -> bool {
    value.is_null() || value.as_text().is_some_and(str::is_empty)
}

/// Returns the chart that only checks values; nothing where Helm checks them by the chart itself, or
/// nothing is given later.
pub(super) fn gate(release: &Release) -> Option<ArtifactTree> {
    release.source.chart()?;
    let schema = schema(release)?;
    let mut tree = ArtifactTree::new();
    let description = format!(
        "Nothing but the check that late values of {} are given",
        release.name
    );
    tree.insert_text(path("Chart.yaml"), chart_yaml(GATE, &description));
    tree.insert_text(path("values.schema.json"), schema);
    Some(tree)
}

/// Returns the chart by which Helm checks the late values of a release, as seen from its folder.
pub(super) fn checking_chart(release: &Release) -> Option<&'static str> {
    if release.install_paths.is_empty() {
        return None;
    }
    Some(match release.source.chart() {
        Some(_) => GATE,
        None => ".",
    })
}

/// Returns the section of a README; empty where nothing is given later. `place` says where a value
/// is given, and `refusal` what happens where it is not. What is known now is not printed, so that it
/// stands in one file alone.
pub(super) fn section(
    graph: &ReleaseGraph,
    place: impl Fn(&LateValue<'_>) -> String,
    refusal: &str,
) -> String {
    let values = late_values(graph);
    if values.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "## Values that you give\n\n{refusal}\n\n| Release | Value | Now | Where |\n|---|---|---|---|\n"
    );
    for value in &values {
        let now = match value.known {
            Some(_) => "stands there, and can be changed",
            None => "**must be given**",
        };
        text.push_str(&format!(
            "| {} | {} | {now} | {} |\n",
            markdown(&value.release.name),
            markdown(&value.path.join(".")),
            markdown(&place(value)),
        ));
    }
    text.push('\n');
    text
}
