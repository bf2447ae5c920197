//! Deployers: pure functions from a release graph to a tree of files.
//!
//! Each is a module with the same three functions: `check` says what it cannot carry, `emit` prints
//! the tree, `next_steps` tells a person what to do with it. [`ALL`] lists them; what is true of
//! every deployer, such as which names fit, is done once in [`Deployer::print`]. The command line,
//! project files and documentation read that table, so a new deployer is a module and a line of it.

mod argocd;
mod argocd_helm;
pub mod codes;
mod fits;
mod flux;
mod folder;
mod helm;
mod helmfile;
mod late;
mod late_schema;
mod parameters;
mod readme;
mod repository;

pub use folder::folders;
pub use late::{LateForm, LatePlace, LateValue, is_missing, late_file, late_places, late_values};
pub use parameters::{Parameter, Parameters};
pub use readme::ReadmeFacts;

use strata_artifact::{ArtifactPath, ArtifactTree, BUNDLE_PATH, Listing};
use strata_diagnostic::{Finding, Outcome, nearest};

use crate::graph::{Release, ReleaseGraph};
use crate::installation::{self, Files, Installation, Reading};

/// What a deployer is given beside the graph.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What was stated for it.
    pub parameters: Parameters,
    /// Every release waits for the one before it, whatever it needs.
    pub is_serial: bool,
    /// Print a repository that does not exist where none is stated.
    pub allows_placeholder: bool,
    /// What its README says beside the graph.
    pub facts: ReadmeFacts,
}

/// A way of deploying.
#[derive(Debug)]
pub struct Deployer {
    /// Name, as people state it.
    pub name: &'static str,
    /// What it is, in one line of help.
    pub about: &'static str,
    /// What may be stated for it.
    pub takes: &'static [Parameter],
    /// Where values stand that are given later.
    pub late: LateForm,
    /// Whether its tool builds kustomizations; else they are built when the bundle is made.
    pub builds_kustomizations: bool,
    /// API groups of the objects that only its tool reads, whose definitions come with the tool.
    pub groups: &'static [&'static str],
    /// How its bundles are read back.
    reading: Reading,
    /// Says what of a graph it cannot carry.
    check: fn(&ReleaseGraph, &Settings) -> Vec<Finding>,
    /// Prints a graph that it can carry.
    emit: fn(&ReleaseGraph, &Settings) -> ArtifactTree,
    /// Says what comes next, one command each, for the directory of the bundle.
    next_steps: fn(&str, &Settings) -> Vec<String>,
}

/// Every deployer, the default first.
pub static ALL: &[Deployer] = &[
    helm::DEPLOYER,
    helmfile::DEPLOYER,
    argocd::DEPLOYER,
    argocd_helm::DEPLOYER,
    flux::DEPLOYER,
];

impl Deployer {
    /// Returns the deployer that is used where none is stated.
    pub fn default_one() -> &'static Self {
        &ALL[0]
    }

    /// Returns a deployer by its name, in any case; an empty name is the default.
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = name.trim().to_lowercase();
        if name.is_empty() {
            return Some(Self::default_one());
        }
        ALL.iter().find(|deployer| deployer.name == name)
    }

    /// Returns what to say where there is no deployer of a name.
    pub fn advice(name: &str) -> String {
        let names = || ALL.iter().map(|deployer| deployer.name);
        match nearest(&name.trim().to_lowercase(), names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of: {}", names().collect::<Vec<_>>().join(", ")),
        }
    }

    /// Returns what keeps a graph from being printed.
    ///
    /// # Errors
    ///
    /// `REL-3` for a name that does not fit, `REL-4` for two releases or two manifests of one name,
    /// `REL-5` for more than 999 releases, `REL-6` where a repository must be stated, `REL-7` for
    /// what was stated and does not fit, `REL-8` for values that cannot be given later, `REL-9` for
    /// two components of one short name.
    pub fn problems(&self, graph: &ReleaseGraph, settings: &Settings) -> Vec<Finding> {
        let mut findings = settings.parameters.check(self);
        findings.extend(fits::check(graph));
        findings.extend((self.check)(graph, settings));
        findings
    }

    /// Prints a graph. What every bundle has is added by whoever makes the bundle.
    ///
    /// # Errors
    ///
    /// As [`Deployer::problems`].
    pub fn print(&self, graph: &ReleaseGraph, settings: &Settings) -> Outcome<ArtifactTree> {
        let chain;
        let graph = if settings.is_serial {
            chain = graph.chain();
            &chain
        } else {
            graph
        };
        let findings = self.problems(graph, settings);
        if findings.iter().any(Finding::is_error) {
            return Outcome::fail_all(findings);
        }
        let is_built = |release: &Release| {
            let own = release.source.kustomization();
            own.is_none_or(|own| self.builds_kustomizations || !own.built.is_empty())
        };
        debug_assert!(
            graph.releases.iter().all(is_built),
            "whoever makes a bundle builds what its tool does not"
        );
        Outcome::with((self.emit)(graph, settings), findings)
    }

    /// Returns the deployer that a bundle is for: as it says, or by what lies in it.
    pub fn of_bundle(listing: &Listing) -> &'static Self {
        let files = Files::new(listing);
        let record = files.document(BUNDLE_PATH);
        let stated = record.as_ref();
        let stated = stated.and_then(|record| record.at(&["spec", "deployer"])?.as_text());
        let named = ALL.iter().find(|deployer| Some(deployer.name) == stated);
        let told = || {
            ALL.iter()
                .find(|deployer| (deployer.reading.is_one)(&files))
        };
        named.or_else(told).unwrap_or_else(Self::default_one)
    }

    /// Returns whether files are a bundle, whoever made it.
    pub fn is_bundle(listing: &Listing) -> bool {
        let files = Files::new(listing);
        files.get(BUNDLE_PATH).is_some()
            || !installation::release_folders(&files).is_empty()
            || ALL.iter().any(|deployer| (deployer.reading.is_one)(&files))
    }

    /// Returns the chart that a bundle of this deployer is, by paths inside, for Helm to make objects of;
    /// nothing where it is none.
    pub fn chart(&self, listing: &Listing) -> Option<Vec<(ArtifactPath, Vec<u8>)>> {
        let is_chart = self.reading.is_chart;
        is_chart.then(|| installation::chart(&Files::new(listing)))
    }

    /// Returns what a bundle of this deployer installs, in the order in which its files name it.
    /// `rendered` is what Helm makes of its [`Deployer::chart`], as YAML; where it is empty, the chart's
    /// templates are read.
    pub fn installations(&self, listing: &Listing, rendered: &[u8]) -> Vec<Installation> {
        self.read_back(&Files::new(listing), rendered)
    }

    /// The same of files that are known already, and note what of them was read.
    pub(crate) fn read_back(&self, files: &Files<'_>, rendered: &[u8]) -> Vec<Installation> {
        self.reading.installations(files, rendered)
    }

    /// Tells a person what to do with a bundle in a directory.
    pub fn next_steps(&self, directory: &str, settings: &Settings) -> Vec<String> {
        (self.next_steps)(directory, settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployer_is_found_by_its_name_in_any_case() {
        for deployer in ALL {
            let found = Deployer::find(&format!(" {} ", deployer.name.to_uppercase()));
            assert_eq!(found.map(|found| found.name), Some(deployer.name));
        }
        assert_eq!(Deployer::find("").map(|found| found.name), Some("helm"));
        assert!(Deployer::find("argo").is_none());
        assert_eq!(
            Deployer::advice("argocd-hlem"),
            "did you mean `argocd-helm`?"
        );
    }
}
