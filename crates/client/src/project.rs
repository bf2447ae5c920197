//! Projects: one `strata.yaml` that says what is made from what, so that a repository holds intent and
//! result, and CI proves that they agree.
//!
//! A project becomes the same requests that flags make; nothing is built here.

mod check_section;
mod document;
mod init;

pub use check_section::{CheckSection, SeverityName, WaiverEntry};
pub use document::{
    DeploymentSection, Project, ProjectMetadata, ProjectOutput, ProjectSpec, ProjectValues,
};
pub use init::{InitRequest, choices, init_project};

use std::path::{Component, Path, PathBuf};

use strata_cluster::{Dimension, Form, SchedulingSection, Setting};
use strata_diagnostic::{Finding, Outcome, Place, nearest};
use strata_document::{Limits, Spanned, read};
use strata_host::{FileKind, read_input};
use strata_release::deployer::Deployer;

use crate::bundle::BundleRequest;
use crate::codes;
use crate::deployment::DeploymentRequest;
use crate::open::CatalogRequest;
use crate::recipe::{CriteriaRequest, RecipeRequest, Stated};
use crate::session::Session;
use crate::statements::{SettingRequest, StatementRequest, join};
use crate::subject::SubjectRequest;

/// Name of the project file.
pub const PROJECT_FILE: &str = "strata.yaml";

/// A project and where it is.
#[derive(Clone, Debug)]
pub struct OpenProject {
    /// The document.
    pub project: Project,
    /// Its directory as a path from the working directory; empty for that itself.
    pub directory: String,
}

/// Finds and reads the project file: the one that is named, or the nearest one in the working directory
/// and those above it.
///
/// # Errors
///
/// `BND-6` where there is none; findings of reading it.
pub fn open_project(session: &mut Session<'_>, file: Option<&str>) -> Outcome<OpenProject> {
    let found = match file {
        Some(file) => Some(file.to_owned()),
        None => find(session),
    };
    let Some(file) = found else {
        let message = "there is no strata.yaml here or in a directory above";
        let finding = Finding::new(&codes::NO_PROJECT, message);
        return Outcome::fail(finding.help(
            "state criteria (`--service …`) or a recipe (`-r FILE`); or write a strata.yaml with \
             `strata init`",
        ));
    };
    let directory = Path::new(&file).parent().unwrap_or(Path::new(""));
    let directory = directory.to_string_lossy().into_owned();
    let limits = Limits::DOCUMENT;
    read_input(session.system, &file, limits.bytes, &mut session.sources)
        .and_then(|input| read(&input.bytes, input.source, &limits))
        .and_then(|node| Project::from_node(&node))
        .map(|project| OpenProject { project, directory })
}

/// Returns whether there is a project file here or in a directory above.
pub fn has_project(session: &Session<'_>) -> bool {
    find(session).is_some()
}

/// Returns the nearest project file as a path from the working directory.
pub(crate) fn find(session: &Session<'_>) -> Option<String> {
    let here = session.system.canonical(Path::new(".")).ok()?;
    let mut up = PathBuf::new();
    for _ in here.ancestors() {
        let file = up.join(PROJECT_FILE);
        // A pipe of that name would never end.
        let found = session.system.target_metadata(&file);
        if found.is_ok_and(|found| matches!(found.kind, FileKind::File | FileKind::Directory)) {
            return Some(file.to_string_lossy().into_owned());
        }
        up.push("..");
    }
    None
}

impl OpenProject {
    /// Returns the catalog that the outputs are made with.
    pub fn catalog(&self) -> CatalogRequest {
        let spec = &self.project.spec;
        let path = |path: &Spanned<String>| join(&self.directory, &path.value);
        CatalogRequest {
            catalog: spec.catalog.as_ref().map(path),
            data: spec.data.iter().map(path).collect(),
        }
    }

    /// Returns one request per output, or per output that is asked for by its path.
    ///
    /// # Errors
    ///
    /// `BND-7` for a deployer that there is none of, `BND-8` for a path that no output has.
    pub fn requests(
        &self,
        session: &Session<'_>,
        only: &[String],
        tool_version: &str,
    ) -> Outcome<Vec<BundleRequest>> {
        let mut findings = Vec::new();
        let outputs = &self.project.spec.outputs;
        if outputs.is_empty() {
            let message = "the project has no output";
            let finding = Finding::new(&codes::BAD_OUTPUT, message);
            return Outcome::fail(finding.help("add one below `spec.outputs` of strata.yaml"));
        }
        let mut chosen = vec![only.is_empty(); outputs.len()];
        let here = session.system.canonical(Path::new(".")).unwrap_or_default();
        let root = normal(&here.join(&self.directory));
        for wanted in only {
            // As seen from here, else as strata.yaml has it; a directory stands for what is below it.
            let asked = [normal(&here.join(wanted)), normal(&root.join(wanted))];
            let is_found = asked.iter().any(|asked| {
                let mut is_found = false;
                for (output, is_chosen) in outputs.iter().zip(&mut chosen) {
                    if normal(&root.join(&output.value.path.value)).starts_with(asked) {
                        *is_chosen = true;
                        is_found = true;
                    }
                }
                is_found
            });
            if !is_found {
                findings.push(self.no_output(wanted));
            }
        }
        let mut requests = Vec::new();
        for (output, is_chosen) in outputs.iter().zip(chosen) {
            findings.extend(deployer_problem(&output.value));
            if is_chosen {
                requests.push(self.request(session, output, tool_version));
            }
        }
        let failed = findings.iter().any(Finding::is_error);
        Outcome {
            value: (!failed).then_some(requests),
            findings,
        }
    }

    fn no_output(&self, wanted: &str) -> Finding {
        let paths = self.project.spec.outputs.iter();
        let paths: Vec<&str> = paths.map(|o| o.value.path.value.as_str()).collect();
        let message = format!("no output of the project has the path `{wanted}`");
        let finding = Finding::new(&codes::NO_OUTPUT, message);
        let finding = match nearest(wanted, paths.iter().copied()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding,
        };
        finding.help(format!("outputs: {}", paths.join(", ")))
    }

    fn request(
        &self,
        session: &Session<'_>,
        output: &Spanned<ProjectOutput>,
        tool_version: &str,
    ) -> BundleRequest {
        let place = output.place;
        let output = &output.value;
        let path = |path: &Spanned<String>| join(&self.directory, &path.value);
        BundleRequest {
            subject: SubjectRequest {
                recipe: output.recipe.as_ref().map(path),
                resolve: RecipeRequest {
                    catalog: self.catalog(),
                    criteria: criteria(session, output),
                    snapshot: output.snapshot.as_ref().map(path),
                    allow_unmatched: output.allow_unmatched,
                    allow_excluded: output.allow_excluded,
                },
            },
            allow_excluded: output.allow_excluded,
            statements: self.statements(output),
            dynamic: (output.dynamic.iter())
                .map(|text| (text.value.clone(), Some(text.place)))
                .collect(),
            settings: settings(output),
            without_default_tolerations: output.default_tolerations == Some(false),
            has_gates: output.deployment.readiness_hooks,
            deployment: DeploymentRequest {
                deployer: output.deployer.as_ref().map(|name| name.value.clone()),
                parameters: output.deployment.parameters(),
                is_serial: output.deployment.serial,
                allows_placeholder: output.deployment.allow_placeholder,
            },
            output: join(&self.directory, output.path.value.trim_end_matches('/')),
            keep: output.keep.clone(),
            force: false,
            tool_version: tool_version.to_owned(),
            place: Some(place),
        }
    }

    fn statements(&self, output: &ProjectOutput) -> Vec<StatementRequest> {
        let values = &output.values;
        let forms = [
            (Form::Scalar, &values.set),
            (Form::Text, &values.set_string),
            (Form::Json, &values.set_json),
            (Form::File, &values.set_file),
        ];
        let all = forms.into_iter().flat_map(|(form, texts)| {
            texts.iter().map(move |text| StatementRequest {
                form,
                text: text.value.clone(),
                place: Some(text.place),
                directory: self.directory.clone(),
            })
        });
        all.collect()
    }
}

/// Returns an absolute path without `.` and `..`, by its letters alone.
fn normal(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

fn deployer_problem(output: &ProjectOutput) -> Option<Finding> {
    let deployer = output.deployer.as_ref()?;
    let is_known = Deployer::find(&deployer.value).is_some();
    (!is_known).then(|| {
        let message = format!("there is no deployer `{}` in this version", deployer.value);
        document::bad(&message, deployer.place).help(Deployer::advice(&deployer.value))
    })
}

fn criteria(session: &Session<'_>, output: &ProjectOutput) -> CriteriaRequest {
    let mut request = CriteriaRequest::default();
    let Some(block) = &output.criteria else {
        return request;
    };
    for (dimension, stated) in [
        (Dimension::Service, &block.service),
        (Dimension::Accelerator, &block.accelerator),
        (Dimension::Intent, &block.intent),
        (Dimension::Os, &block.os),
        (Dimension::Platform, &block.platform),
    ] {
        if let Some(stated) = stated {
            let stated = Stated {
                text: stated.value.clone(),
                origin: session.sources.describe(stated.place),
            };
            request.values.insert(dimension, stated);
        }
    }
    request.nodes =
        (block.nodes.as_ref()).map(|nodes| i64::try_from(nodes.value).unwrap_or(i64::MAX));
    request
}

/// Scheduling as stated; the number of nodes of the criteria counts for values, too, as `--nodes` does.
fn settings(output: &ProjectOutput) -> Vec<SettingRequest> {
    let section = output.scheduling.as_ref();
    let mut stated = section.map(SchedulingSection::stated).unwrap_or_default();
    let nodes = output.criteria.as_ref().and_then(|c| c.nodes.as_ref());
    let is_stated = stated
        .iter()
        .any(|(setting, ..)| *setting == Setting::Nodes);
    if let Some(nodes) = nodes.filter(|nodes| nodes.value > 0 && !is_stated) {
        stated.push((Setting::Nodes, vec![nodes.value.to_string()], nodes.place));
    }
    // In the order of the flags, so that the record of both is the same.
    stated.sort_by_key(|(setting, ..)| Setting::ALL.iter().position(|known| known == setting));
    let request = |(setting, texts, place): (_, Vec<String>, Place)| SettingRequest {
        setting,
        texts,
        place: Some(place),
    };
    stated
        .into_iter()
        .map(request)
        .filter(|request| !request.texts.is_empty())
        .collect()
}
