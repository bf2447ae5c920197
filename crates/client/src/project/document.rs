//! `strata.yaml`, kind `Project`.

use schemars::JsonSchema;
use serde::Deserialize;
use strata_artifact::ArtifactPath;
use strata_cluster::{CriteriaBlock, SchedulingSection};
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Node, STRATA_API_VERSION, Spanned, Unknown, check_header, decode};
use strata_release::deployer::Parameter;

use super::check_section::CheckSection;
use crate::codes;

/// A project: what is made from what, and where it goes. Paths are relative to the file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Project {
    /// `Project`.
    pub kind: String,
    /// `strata.dev/v1alpha1`.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// Name, without effect.
    #[serde(default)]
    pub metadata: ProjectMetadata,
    /// Content.
    pub spec: ProjectSpec,
}

/// `metadata`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ProjectMetadata {
    /// Name, without effect.
    pub name: Option<String>,
}

/// `spec`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct ProjectSpec {
    /// Directory to use instead of the compiled-in catalog.
    #[serde(default)]
    pub catalog: Option<Spanned<String>>,
    /// Directories laid over the catalog, in order.
    #[serde(default)]
    pub data: Vec<Spanned<String>>,
    /// What is made.
    #[serde(default)]
    pub outputs: Vec<Spanned<ProjectOutput>>,
    /// Which findings of `strata check` count.
    #[serde(default)]
    pub check: Option<CheckSection>,
}

/// One output.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct ProjectOutput {
    /// Directory or archive, inside the project.
    pub path: Spanned<String>,
    /// Criteria to resolve; may stand beside `snapshot`.
    #[serde(default)]
    pub criteria: Option<CriteriaBlock>,
    /// Snapshot to take criteria from, and to hold constraints against.
    #[serde(default)]
    pub snapshot: Option<Spanned<String>>,
    /// Recipe to use as it is; excludes the two.
    #[serde(default)]
    pub recipe: Option<Spanned<String>>,
    /// Deployment tool: `helm` (the default), `helmfile`, `argocd`, `argocd-helm` or `flux`.
    #[serde(default)]
    pub deployer: Option<Spanned<String>>,
    /// What is stated for it.
    #[serde(default)]
    pub deployment: DeploymentSection,
    /// Values, as the flags of the same names take them.
    #[serde(default)]
    pub values: ProjectValues,
    /// Values that are given when the bundle is installed: `component:path`.
    #[serde(default)]
    pub dynamic: Vec<Spanned<String>>,
    /// Where pods run.
    #[serde(default)]
    pub scheduling: Option<SchedulingSection>,
    /// Components tolerate every taint unless told otherwise; default true.
    #[serde(default, rename = "defaultTolerations")]
    pub default_tolerations: Option<bool>,
    /// Accept criteria that nothing in the result honors.
    #[serde(default, rename = "allowUnmatched")]
    pub allow_unmatched: bool,
    /// Accept that failed constraints exclude overlays.
    #[serde(default, rename = "allowExcluded")]
    pub allow_excluded: bool,
    /// Files and directories in the output that are yours.
    #[serde(default)]
    pub keep: Vec<String>,
}

/// `deployment` of an output, as the flags of the same names take it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct DeploymentSection {
    /// Where the bundle will be published: a Git repository or a registry.
    pub repo: Option<Spanned<String>>,
    /// Directory of the bundle in that repository; default its root.
    pub repo_path: Option<Spanned<String>>,
    /// Branch, tag or version that is read there; default `main`.
    pub target_revision: Option<Spanned<String>>,
    /// Name of the parent application, or of the chart of applications.
    pub app_name: Option<Spanned<String>>,
    /// What the names of applications begin with.
    pub name_prefix: Option<Spanned<String>>,
    /// Cluster that applications are deployed to.
    pub destination_server: Option<Spanned<String>>,
    /// Argo CD project of the applications.
    pub project: Option<Spanned<String>>,
    /// Whether what an application deployed is removed with it: `true` or `false`.
    pub cascade_delete: Option<Spanned<bool>>,
    /// Namespace of Flux; default `flux-system`.
    pub flux_namespace: Option<Spanned<String>>,
    /// Name of the `OCIRepository` that Flux reads the bundle from.
    pub flux_oci_source_name: Option<Spanned<String>>,
    /// Every release waits for the one before it, whatever it needs.
    pub serial: bool,
    /// What depends on a component waits until its health check holds.
    pub readiness_hooks: bool,
    /// Print a placeholder where no repository is stated.
    pub allow_placeholder: bool,
}

impl DeploymentSection {
    /// Returns what is stated, and where.
    pub(super) fn parameters(&self) -> Vec<(Parameter, String, Option<Place>)> {
        let texts = [
            (Parameter::Repository, &self.repo),
            (Parameter::RepositoryPath, &self.repo_path),
            (Parameter::Revision, &self.target_revision),
            (Parameter::AppName, &self.app_name),
            (Parameter::NamePrefix, &self.name_prefix),
            (Parameter::DestinationServer, &self.destination_server),
            (Parameter::Project, &self.project),
            (Parameter::FluxNamespace, &self.flux_namespace),
            (Parameter::FluxSource, &self.flux_oci_source_name),
        ];
        let stated = texts.into_iter().filter_map(|(parameter, text)| {
            let text = text.as_ref()?;
            Some((parameter, text.value.clone(), Some(text.place)))
        });
        let cascade = self.cascade_delete.as_ref();
        let cascade = cascade.map(|cascade| {
            let text = cascade.value.to_string();
            (Parameter::CascadeDelete, text, Some(cascade.place))
        });
        stated.chain(cascade).collect()
    }
}

/// `values` of an output: later forms win over earlier ones.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ProjectValues {
    /// `component:path=value`: boolean or number if it prints back as written, else text.
    pub set: Vec<Spanned<String>>,
    /// `component:path=text`.
    #[serde(rename = "setString")]
    pub set_string: Vec<Spanned<String>>,
    /// `component:path=JSON`.
    #[serde(rename = "setJson")]
    pub set_json: Vec<Spanned<String>>,
    /// `component:path=FILE`.
    #[serde(rename = "setFile")]
    pub set_file: Vec<Spanned<String>>,
}

impl Project {
    /// Reads a project.
    ///
    /// # Errors
    ///
    /// Findings of the document's shape; `BND-7` for outputs that do not make sense.
    pub fn from_node(node: &Node) -> Outcome<Self> {
        let mut findings = check_header(node, "Project", STRATA_API_VERSION, true);
        if !findings.is_empty() {
            return Outcome::fail_all(findings);
        }
        let decoded: Outcome<Self> = decode(node, Unknown::Error);
        let Some(project) = decoded.take(&mut findings) else {
            return Outcome {
                value: None,
                findings,
            };
        };
        findings.extend(project.contradictions(node.place));
        let failed = findings.iter().any(Finding::is_error);
        Outcome {
            value: (!failed).then_some(project),
            findings,
        }
    }

    fn contradictions(&self, root: Place) -> Vec<Finding> {
        let mut findings = Vec::new();
        let outputs = &self.spec.outputs;
        if outputs.is_empty() && self.spec.check.is_none() {
            let finding = bad("the project has no output", root);
            findings.push(finding.help("add one below `spec.outputs`"));
        }
        let mut known: Vec<(ArtifactPath, Place)> = Vec::new();
        for output in outputs {
            findings.extend(output.value.input_problem(output.place));
            let place = output.value.path.place;
            let text = &output.value.path.value;
            let Ok(path) = ArtifactPath::new(text.trim_end_matches('/')) else {
                let message = format!("`{text}` is no path inside the project");
                let help = "write a path relative to strata.yaml, without `..` and `.`, such as \
                            `clusters/prod`";
                findings.push(bad(&message, place).help(help));
                continue;
            };
            let clash = known
                .iter()
                .find(|(other, _)| other.covers(&path) || path.covers(other));
            if let Some((other, other_place)) = clash {
                let message =
                    format!("`{path}` and `{other}` are the same or one inside the other");
                let finding = bad(&message, place).labeled(*other_place, "the other output");
                findings.push(finding.help("give every output a directory of its own"));
            }
            known.push((path, place));
        }
        findings
    }
}

impl ProjectOutput {
    fn input_problem(&self, place: Place) -> Option<Finding> {
        let criteria = self.criteria.is_some();
        let snapshot = self.snapshot.is_some();
        match (&self.recipe, criteria || snapshot) {
            (None, false) => {
                let finding = bad("the output has no input", place);
                Some(finding.help("state `criteria`, `snapshot` or `recipe`"))
            }
            (Some(recipe), true) => {
                let message = "`recipe` excludes `criteria` and `snapshot`";
                let finding = bad(message, recipe.place);
                Some(finding.help("a recipe has its own criteria; keep one of the two"))
            }
            _ => None,
        }
    }
}

pub(super) fn bad(message: &str, place: Place) -> Finding {
    Finding::new(&codes::BAD_OUTPUT, message).at(place)
}
