//! Objects to judge: of bundles for every deployer, and of real charts, as they were printed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use strata_testkit::corpus;
use strata_testkit::tools;

use crate::files::{documents, entries, file_name, files, json, path, printed, text};
use crate::object::{Object, is_object, objects};
use crate::recipes::{Recipe, recipes};
use crate::releases::{Chart, releases};
use crate::rendered::{Renderer, of_chart};

const DEPLOYERS: [&str; 5] = ["helm", "helmfile", "argocd", "argocd-helm", "flux"];

/// Programs without which nothing is collected.
pub(crate) const PROGRAMS: [&str; 2] = ["helm3", "kustomize"];

/// Every object, collected once for all tests that judge it; nothing without recorded recipes and charts.
pub(crate) static COLLECTED: LazyLock<Option<Collected>> = LazyLock::new(|| {
    let corpus = corpus::find("objects of bundles", ".")?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    Some(Collected::of(&corpus, folder.path()))
});

/// Objects, each once, and where they come from.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// With the places that have them: recipe and deployer, or a chart.
    pub(crate) objects: BTreeMap<Object, BTreeSet<(String, &'static str)>>,
    /// What was said of charts while they were rendered.
    pub(crate) remarks: Vec<String>,
}

impl Collected {
    fn of(corpus: &Path, folder: &Path) -> Self {
        let mut collected = Self::default();
        let mut renderer = Renderer::new(&corpus.join("charts"), folder);
        for (number, recipe) in recipes(corpus, folder).iter().enumerate() {
            let mut installed: Option<BTreeSet<Object>> = None;
            for deployer in DEPLOYERS {
                let bundle = folder.join(format!("bundle-{number}-{deployer}"));
                make(recipe, deployer, &bundle, folder);
                let found = collected.bundle(recipe, deployer, &bundle, &mut renderer);
                let expected = installed.get_or_insert_with(|| found.clone());
                assert!(
                    found == *expected,
                    "{}: {deployer} installs other objects than helm: {:#?}",
                    recipe.name,
                    found.symmetric_difference(expected).collect::<Vec<_>>()
                );
                std::fs::remove_dir_all(&bundle).expect("writable");
            }
        }
        collected.charts(corpus);
        let missing = renderer.missing.iter();
        let missing = missing.map(|chart| format!("no chart at hand: {chart}"));
        let stood_in = renderer.stood_in.iter();
        let stood_in = stood_in.map(|chart| format!("another version stands in: {chart}"));
        collected.remarks = missing.chain(stood_in).collect();
        collected
    }

    /// Texts of the objects, each once.
    pub(crate) fn texts(&self) -> Vec<String> {
        let texts: BTreeSet<&String> = self.objects.keys().map(|object| &object.text).collect();
        texts.into_iter().cloned().collect()
    }

    /// Objects of a recipe and deployer, or of a chart.
    pub(crate) fn counts(&self) -> BTreeMap<&(String, &'static str), usize> {
        let mut counts = BTreeMap::new();
        for place in self.objects.values().flatten() {
            *counts.entry(place).or_default() += 1;
        }
        counts
    }

    /// Adds the objects of a bundle; returns those that its releases bring, whatever tool installs them.
    fn bundle(
        &mut self,
        recipe: &Recipe,
        deployer: &'static str,
        bundle: &Path,
        renderer: &mut Renderer,
    ) -> BTreeSet<Object> {
        let place = (recipe.name.clone(), deployer);
        let mut own = String::new();
        if bundle.join("Chart.yaml").is_file() {
            renderer.lint(bundle);
            // The chart of applications holds one that installs the others.
            for part in ["parent", "applications"] {
                own.push_str(&of_chart(bundle, &["--set", &format!("part={part}")]));
                own.push_str("---\n");
            }
        } else {
            own = plain(bundle);
        }
        if deployer == "flux" {
            builds_what_is_listed(bundle, &own);
        }
        for object in objects(&own, None) {
            self.objects
                .entry(object)
                .or_default()
                .insert(place.clone());
        }
        let releases = releases(deployer, bundle, &own);
        assert!(!releases.is_empty(), "{place:?}");
        let mut installed = BTreeSet::new();
        for release in &releases {
            let Some(found) = renderer.render(release) else {
                continue;
            };
            if let Chart::Local(folder) = &release.chart {
                assert!(!found.is_empty(), "{} renders nothing", folder.display());
            }
            installed.extend(found.iter().cloned());
        }
        for object in &installed {
            let places = self.objects.entry(object.clone()).or_default();
            places.insert(place.clone());
        }
        installed
    }

    /// Renders every chart with its own values.
    fn charts(&mut self, corpus: &Path) {
        let charts = corpus.join("charts");
        let index: Vec<Value> =
            serde_json::from_str(&text(&charts.join("index.json"))).expect("JSON");
        for chart in &index {
            if chart["template_defaults"] != true {
                continue;
            }
            let text = |key: &str| chart[key].as_str().expect("text").to_owned();
            let rendered = of_chart(&charts.join(text("file")), &[]);
            let place = (format!("chart {}", text("name")), "its own values");
            for object in objects(&rendered, Some("some-namespace")) {
                self.objects
                    .entry(object)
                    .or_default()
                    .insert(place.clone());
            }
        }
    }
}

fn make(recipe: &Recipe, deployer: &str, bundle: &Path, home: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strata"));
    command.arg("bundle").args(&recipe.words).arg("--quiet");
    command.args(["--deployer", deployer, "-o", path(bundle)]);
    if deployer != "helm" && deployer != "helmfile" {
        command.args(["--repo", "https://git.example.com/clusters.git"]);
    }
    printed(command.current_dir(home).env("HOME", home));
}

/// Every document of a bundle but templates of charts.
fn plain(folder: &Path) -> String {
    let mut all = String::new();
    for entry in entries(folder) {
        if entry.is_dir() {
            if file_name(&entry) != "templates" {
                all.push_str(&plain(&entry));
            }
        } else if entry.extension().is_some_and(|end| end == "yaml") {
            all.push_str(&text(&entry));
            all.push_str("\n---\n");
        }
    }
    all
}

/// Has kustomize read the list of a bundle for Flux as Flux does: it names every object that the bundle holds, but
/// the file that is applied by hand.
fn builds_what_is_listed(bundle: &Path, own: &str) {
    let kustomize = tools::find("kustomize").expect("it was there");
    let built = printed(Command::new(kustomize).arg("build").arg(bundle));
    let by_hand = text(&bundle.join("flux-sync.yaml"));
    let contents = |stream: &str| -> BTreeSet<String> {
        let documents = documents(stream);
        let documents = documents.iter().filter_map(|text| json(text));
        documents
            .filter(is_object)
            .map(|one| one.to_string())
            .collect()
    };
    let by_hand = contents(&by_hand);
    let built = contents(&built);
    let held: BTreeSet<String> = contents(own);
    // The source of the bundle is in both: applied by hand once, then kept by Flux.
    let only_by_hand: BTreeSet<String> = by_hand.difference(&built).cloned().collect();
    let expected: BTreeSet<String> = held.difference(&only_by_hand).cloned().collect();
    assert_eq!(built, expected, "{}", file_name(bundle));
    assert!(files(bundle).len() > built.len());
}
