//! From a recipe to a directory, or an archive of it, that a tool deploys.

use strata_artifact::{ArchiveForm, shell_quote};
use strata_cluster::{BundleOptions, Catalog, ComponentRef, LoadedRecipe, lower};
use strata_diagnostic::{Finding, Label, Outcome, Place};
use strata_document::in_parallel;
use strata_host::target::Written;

use crate::delivery::{self, Delivery};
use crate::deployment::{Chosen, DeploymentRequest, choose, is_reserved};
use crate::drift;
use crate::kustomize::{self, Built};
use crate::made::{Made, make};
use crate::objects;
use crate::session::Session;
use crate::statements::{
    SettingRequest, StatementRequest, place_dynamic, place_settings, read_statements,
};
use crate::subject::{SubjectRequest, load_subject};

/// What a bundle is made from and where it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BundleRequest {
    /// The recipe.
    pub subject: SubjectRequest,
    /// Accept a recipe that lacks what failed constraints excluded.
    pub allow_excluded: bool,
    /// Values stated for this bundle, in the order in which they were typed.
    pub statements: Vec<StatementRequest>,
    /// Values that are given when the bundle is installed: `component:path`, and where that stands
    /// in a configuration file.
    pub dynamic: Vec<(String, Option<Place>)>,
    /// Where pods run, as stated for this bundle.
    pub settings: Vec<SettingRequest>,
    /// Components tolerate only the taints that are stated.
    pub without_default_tolerations: bool,
    /// What depends on a component waits until its health check holds.
    pub has_gates: bool,
    /// What deploys it.
    pub deployment: DeploymentRequest,
    /// Target: a directory (new, empty, or a bundle that strata wrote), or an archive by the ending of
    /// its name.
    pub output: String,
    /// Files and directories in it that are the user's.
    pub keep: Vec<String>,
    /// Put the bundle beside what is in a target that strata did not write.
    pub force: bool,
    /// Version of the program, for `bundle.yaml`.
    pub tool_version: String,
    /// Where a project lists this output; findings point there.
    pub place: Option<Place>,
}

impl BundleRequest {
    pub(crate) fn delivery(&self) -> Delivery {
        Delivery {
            keep: self.keep.clone(),
            force: self.force,
            is_listed: self.place.is_some(),
        }
    }
}

/// What was written.
#[derive(Clone, Debug)]
pub struct BundleAnswer {
    /// Target as typed.
    pub output: String,
    /// What became of it.
    pub written: Written,
    /// Names of the releases in order.
    pub releases: Vec<String>,
    /// Number of files.
    pub file_count: usize,
    /// Digest of the tree.
    pub digest: String,
    /// Commands that come next.
    pub next_steps: Vec<String>,
}

/// Makes bundles and writes them. Where one cannot be made, none is written.
///
/// # Errors
///
/// Findings of loading the recipes, of lowering them, and of writing.
pub fn bundle(
    session: &mut Session<'_>,
    catalog: &Catalog,
    requests: &[BundleRequest],
) -> Outcome<Vec<BundleAnswer>> {
    let mut findings = Vec::new();
    let mut opened = Vec::new();
    for request in requests {
        let start = findings.len();
        let prepared = prepare_and_build(session, catalog, request).take(&mut findings);
        if let Some(prepared) = prepared {
            let target = delivery::open(session, &request.output, &request.delivery());
            let target = target.take(&mut findings);
            opened.extend(target.map(|target| (request, prepared, target)));
        }
        point_at(request, &mut findings[start..]);
    }
    let work = opened
        .iter()
        .map(|(request, prepared, target)| (*request, prepared, target.keep()));
    let made = make_all(catalog, &work.collect::<Vec<_>>(), &mut findings);
    if made.len() == requests.len() {
        for ((request, prepared, target), made) in opened.iter().zip(&made) {
            let checked = delivery::check_late_values(session, &request.output, target, made);
            checked.take(&mut findings);
            let groups = prepared.chosen.deployer.groups;
            findings.extend(objects::of_tree(
                session,
                &request.output,
                &made.tree,
                groups,
            ));
        }
    }
    if requests.len() > 1 {
        // Before the first is written, so that it is all or none.
        for ((request, _, target), made) in opened.iter().zip(&made) {
            let start = findings.len();
            findings.extend(delivery::refusal(target, made));
            point_at(request, &mut findings[start..]);
        }
    }
    // One that is made despite an error is none to put anywhere.
    if made.len() < requests.len() || findings.iter().any(Finding::is_error) {
        return Outcome {
            value: None,
            findings,
        };
    }
    let mut answers = Vec::new();
    for ((request, prepared, target), made) in opened.into_iter().zip(made) {
        let start = findings.len();
        let put = delivery::put(session, &request.output, target, &made);
        let written = put.take(&mut findings);
        let chosen = &prepared.chosen;
        answers.extend(written.map(|written| answer(request, chosen, &made, written)));
        point_at(request, &mut findings[start..]);
    }
    Outcome {
        value: (answers.len() == requests.len()).then_some(answers),
        findings,
    }
}

/// Makes bundles and holds them against what is written, which is left alone.
///
/// # Errors
///
/// Findings of loading the recipes and of lowering them; `BND-3` to `BND-5` for what differs.
pub fn check_bundles(
    session: &mut Session<'_>,
    catalog: &Catalog,
    requests: &[BundleRequest],
) -> Outcome<Vec<CheckAnswer>> {
    let mut findings = Vec::new();
    let mut opened = Vec::new();
    for request in requests {
        let start = findings.len();
        let prepared = prepare_and_build(session, catalog, request).take(&mut findings);
        let written = drift::open(session, &request.output).take(&mut findings);
        if let (Some(prepared), Some(written)) = (prepared, written) {
            let keep = drift::keep(&written, &request.delivery());
            opened.push((request, prepared, written, keep));
        }
        point_at(request, &mut findings[start..]);
    }
    let work = opened
        .iter()
        .map(|(request, prepared, _, keep)| (*request, prepared, keep.as_slice()));
    let made = make_all(catalog, &work.collect::<Vec<_>>(), &mut findings);
    if made.len() < requests.len() {
        return Outcome {
            value: None,
            findings,
        };
    }
    let mut answers = Vec::new();
    for ((request, _, written, _), made) in opened.iter().zip(made) {
        let differences = drift::compare(session, &request.output, written, &made);
        answers.push(CheckAnswer {
            output: request.output.clone(),
            differences: differences.len(),
        });
        let start = findings.len();
        findings.extend(differences);
        point_at(request, &mut findings[start..]);
    }
    Outcome::with(answers, findings)
}

/// Returns what is to be said of a bundle before it is printed: its recipe and what becomes of it.
pub(crate) fn findings_of(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &BundleRequest,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let prepared = prepare(session, catalog, request).take(&mut findings);
    if let Some(prepared) = prepared {
        let lowered = lower(catalog, &prepared.loaded, &prepared.options);
        let chosen = &prepared.chosen;
        if let Some(graph) = lowered.take(&mut findings) {
            findings.extend(chosen.deployer.problems(&graph, &chosen.settings));
        }
    }
    point_at(request, &mut findings);
    findings
}

/// How a written bundle compares with what it would be made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckAnswer {
    /// Target as typed.
    pub output: String,
    /// Files that are not as they would be made, missing and added ones included.
    pub differences: usize,
}

/// Findings of several outputs say which one they are about.
fn point_at(request: &BundleRequest, findings: &mut [Finding]) {
    let Some(place) = request.place else {
        return;
    };
    for finding in findings {
        let is_said = finding
            .places
            .iter()
            .any(|label| label.place.source == place.source);
        if !is_said {
            finding.places.push(Label {
                place,
                path: String::new(),
                text: "for this output".to_owned(),
            });
        }
    }
}

/// One bundle to be made: the request, what was read for it, and what of its target is the user's.
type Work<'a> = (&'a BundleRequest, &'a Prepared, &'a [String]);

/// Makes bundles side by side; answers and findings come in the order of the requests.
fn make_all(catalog: &Catalog, work: &[Work<'_>], findings: &mut Vec<Finding>) -> Vec<Made> {
    let make = |(request, prepared, keep): Work<'_>| {
        let mut outcome = made(catalog, prepared, keep, &request.tool_version);
        point_at(request, &mut outcome.findings);
        outcome
    };
    // One bundle is worth a thread.
    let outcomes = in_parallel(work, 1, |one| make(*one));
    outcomes
        .into_iter()
        .filter_map(|outcome| outcome.take(findings))
        .collect()
}

fn answer(request: &BundleRequest, chosen: &Chosen, made: &Made, written: Written) -> BundleAnswer {
    BundleAnswer {
        output: request.output.clone(),
        written,
        releases: (made.graph.releases.iter())
            .map(|release| release.name.clone())
            .collect(),
        file_count: made.tree.len(),
        digest: made.tree.digest().prefixed(),
        next_steps: next_steps(&request.output, chosen),
    }
}

/// An archive has no folder of its own inside, so that it holds the same paths as a directory.
fn next_steps(output: &str, chosen: &Chosen) -> Vec<String> {
    // Programs would take it for an option.
    let output = match output.strip_prefix('-') {
        Some(_) => &format!("./{output}"),
        None => output,
    };
    let Some((_, directory)) = ArchiveForm::of_name(output) else {
        return chosen.deployer.next_steps(output, &chosen.settings);
    };
    let unpack = format!(
        "mkdir {0} && tar -xf {1} -C {0}",
        shell_quote(directory),
        shell_quote(output)
    );
    let mut steps = vec![unpack];
    steps.extend(chosen.deployer.next_steps(directory, &chosen.settings));
    steps
}

/// Everything a bundle is made from, read and understood.
#[derive(Debug)]
pub(crate) struct Prepared {
    loaded: LoadedRecipe,
    options: BundleOptions,
    chosen: Chosen,
    /// Kustomizations that were built.
    built: Built,
    /// What else is wrong is said, but nothing is written.
    is_refused: bool,
}

/// Reads what a bundle is made from.
pub(crate) fn prepare(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &BundleRequest,
) -> Outcome<Prepared> {
    let mut findings = Vec::new();
    let subject = load_subject(session, catalog, &request.subject).take(&mut findings);
    // A recipe that is printed despite a failed judgement is no recipe to build on.
    let is_refused = findings.iter().any(Finding::is_error);
    let about_deployer = choose(session, &request.deployment, &request.statements);
    let chosen = about_deployer.take(&mut findings);
    let statements: Vec<StatementRequest> = (request.statements.iter())
        .filter(|statement| !is_reserved(statement))
        .cloned()
        .collect();
    let statements = read_statements(session, &statements).take(&mut findings);
    let (Some(subject), Some(statements), Some(chosen)) = (subject, statements, chosen) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let options = BundleOptions {
        allow_excluded: request.allow_excluded,
        statements,
        dynamic: place_dynamic(session, &request.dynamic),
        settings: place_settings(session, &request.settings),
        without_default_tolerations: request.without_default_tolerations,
        has_gates: request.has_gates,
    };
    let prepared = Prepared {
        loaded: subject.loaded,
        options,
        chosen,
        built: Built::default(),
        is_refused,
    };
    Outcome::with(prepared, findings)
}

/// Reads what a bundle is made from, and builds the kustomizations in it where its deployer does not.
fn prepare_and_build(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &BundleRequest,
) -> Outcome<Prepared> {
    let prepared = prepare(session, catalog, request);
    prepared.and_then(|mut prepared| {
        let recipe = &prepared.loaded.recipe;
        let has_some = recipe.components.iter().any(ComponentRef::is_kustomize);
        if prepared.chosen.deployer.builds_kustomizations || !has_some {
            return Outcome::ok(prepared);
        }
        // What is wrong with the rest is said when the bundle is made.
        let graph = lower(catalog, &prepared.loaded, &prepared.options).value;
        let built = kustomize::build(session, &graph.unwrap_or_default());
        built.map(|built| {
            prepared.built = built;
            prepared
        })
    })
}

/// Makes a bundle that leaves paths to the user.
fn made(
    catalog: &Catalog,
    prepared: &Prepared,
    keep: &[String],
    tool_version: &str,
) -> Outcome<Made> {
    let outcome = make(
        catalog,
        &prepared.loaded,
        &prepared.options,
        &prepared.chosen,
        &prepared.built,
        keep,
        tool_version,
    );
    let outcome = outcome.and_then(|made| delivery::check_keep(&made, keep).map(|()| made));
    Outcome {
        value: outcome.value.filter(|_| !prepared.is_refused),
        findings: outcome.findings,
    }
}
