//! The same recipes for every other tool: an independent reader finds in their files what was meant, and
//! Helm renders the chart of Applications to it.

use std::fs;

use serde_json::{Value, json};
use strata_release::ChartReference;
use strata_release::deployer::ALL;
use strata_testkit::tools;

use super::cases::{Case, Meant};
use super::{
    assert_nothing_ran, assert_read_back, feed, folder, folder_name, make_all, programs, recipes,
};
use crate::bundle::path;

/// One of this many charts of Applications is rendered.
const SHARE: usize = 8;

/// Version and source as tools that compare versions are told them.
fn reference(meant: &Meant) -> ChartReference {
    let [repository, chart] = meant.source.clone();
    ChartReference {
        repository,
        chart,
        version: meant.version.clone(),
    }
}

/// A line for the reader: what stands in a file, at a place.
fn line(file: &str, at: &[&str], meant: &Value) -> Value {
    json!({ "files": [file], "at": at, "meant": meant, "exact": true })
}

/// What an Application says of a release; `source` leads to where its chart comes from.
fn application(file: &str, source: &[Value], meant: &Meant) -> Vec<Value> {
    let chart = reference(meant);
    let repository = if chart.is_oci() {
        chart.helm_name()
    } else {
        chart.repository.clone()
    };
    let of_source = |field: &str, text: &str| {
        let at = [source, &[json!(field)]].concat();
        json!({ "files": [file], "at": at, "meant": text, "exact": true })
    };
    vec![
        line(
            file,
            &["spec", "destination", "namespace"],
            &json!(meant.namespace),
        ),
        of_source("repoURL", &repository),
        of_source("chart", &chart.chart),
        of_source("targetRevision", chart.plain_version()),
    ]
}

/// What must stand in the bundle of a case, for a deployer.
fn lines(deployer: &str, bundle: &str, case: &Case) -> Vec<Value> {
    let recipe = format!("{bundle}/recipe.yaml");
    let mut lines = vec![json!({ "files": [recipe], "meant": case.recipe, "exact": false })];
    for (index, meant) in case.meant.iter().enumerate() {
        let release_folder = format!("{bundle}/{}", folder_name(index, meant));
        let chart = reference(meant);
        let values = |file: String, at: &[&str]| json!({ "files": [file], "at": at, "meant": meant.values, "exact": meant.is_exact });
        match deployer {
            "helmfile" => {
                let file = format!("{bundle}/helmfile.yaml");
                let at = |field: &str| json!(["releases", index, field]);
                let of_release = |field: &str, text: &str| json!({ "files": [file], "at": at(field), "meant": text, "exact": true });
                lines.push(of_release("name", &meant.name));
                lines.push(of_release("namespace", &meant.namespace));
                lines.push(of_release("version", &meant.version));
                let mut ends = of_release("chart", &format!("/{}", chart.chart));
                ends["ends"] = json!(true);
                lines.push(ends);
                lines.push(values(format!("{release_folder}/values.yaml"), &[]));
            }
            "argocd" => {
                let file = format!("{release_folder}/application.yaml");
                let source = ["spec", "sources"].map(Value::from);
                let source = [&source[..], &[json!(0)]].concat();
                lines.extend(application(&file, &source, meant));
                lines.push(values(format!("{release_folder}/values.yaml"), &[]));
            }
            "argocd-helm" => {
                lines.push(values(format!("{bundle}/static/{}.yaml", meant.name), &[]));
            }
            "flux" => {
                let file = format!("{bundle}/{}/helmrelease.yaml", meant.name);
                let spec = ["spec", "chart", "spec"];
                let of_chart = |field: &'static str, text: &str| {
                    line(&file, &[&spec[..], &[field]].concat(), &json!(text))
                };
                lines.push(line(
                    &file,
                    &["spec", "targetNamespace"],
                    &json!(meant.namespace),
                ));
                lines.push(of_chart("chart", &chart.chart));
                lines.push(of_chart("version", chart.plain_version()));
                let at = ["spec", "chart", "spec", "sourceRef", "name"];
                let mut source = line(&file, &at, &json!(chart.repository));
                source["source"] = json!(format!("{bundle}/sources"));
                lines.push(source);
                let is_empty = meant
                    .values
                    .as_object()
                    .is_some_and(serde_json::Map::is_empty);
                if !is_empty {
                    lines.push(values(file, &["spec", "values"]));
                }
            }
            other => panic!("nobody reads what `{other}` is told"),
        }
    }
    lines
}

#[test]
fn what_a_recipe_says_reaches_every_tool_as_it_is_or_is_refused() {
    let what = "hostile recipes for Helmfile, Argo CD and Flux";
    if !tools::available(what, &["python3", "helm3"]) {
        return;
    }
    let helm = tools::find("helm3").expect("it is there");
    let count = recipes() / 4;
    for deployer in ALL
        .iter()
        .map(|deployer| deployer.name)
        .filter(|name| *name != "helm")
    {
        let folder = folder();
        let root = folder.path();
        programs(root);
        let (accepted, refused) = make_all(root, count, deployer);
        let mut all = Vec::new();
        for (position, (number, case)) in accepted.iter().enumerate() {
            // What is given later stands elsewhere, or nowhere yet.
            if !case.dynamic.is_empty() {
                continue;
            }
            all.extend(lines(deployer, &number.to_string(), case));
            if deployer != "argocd-helm" || position % SHARE != 0 {
                continue;
            }
            for meant in &case.meant {
                let template = format!("templates/{}.yaml", meant.name);
                let bundle = root.join(number.to_string());
                let words = ["template", "x", path(&bundle), "--show-only", &template];
                let given = [
                    "--set",
                    "part=applications,repoURL=https://example.com/x.git,path=.",
                ];
                let (rendered, _) = feed(root, &helm, &[&words[..], &given].concat(), "");
                let file = format!("rendered-{number}-{}.yaml", meant.name);
                fs::write(root.join(&file), rendered).expect("writable");
                let source = ["spec", "source"].map(Value::from);
                all.extend(application(&file, &source, meant));
                // What Helm is told of values is a text, which is a document again.
            }
        }
        assert_read_back(root, &all);
        assert_nothing_ran(root);
        let [taken, not_taken] = [accepted.len(), refused.len()].map(|number| number as u64);
        assert!(
            taken * 3 > count && not_taken * 10 > count,
            "{deployer}: {taken}, {not_taken}"
        );
        println!(
            "{deployer}: {taken} accepted, {not_taken} refused, {} readings",
            all.len()
        );
    }
}
