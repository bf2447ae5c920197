//! Runs of Helm, some at the same time, and what they print as objects.

use std::io;
use std::time::Duration;

use strata_artifact::ArtifactPath;
use strata_diagnostic::{Finding, Outcome, Rule, Secrets};
use strata_document::Node;
use strata_host::{ProgramEnd, ProgramRun};
use strata_release::{
    ChartReference, Installation, InstallationSource, Kustomization, KustomizationOrigin, ObjectId,
    RenderedRelease, Scopes, group_and_kind, identified, read_objects, stable,
};

use super::charts::{Charts, definitions, may_be_unstable};
use super::{NotRendered, RenderRequest, Which, not_rendered};
use crate::codes;
use crate::kustomize::{self, said};
use crate::session::Session;

/// The program.
const HELM: &str = "helm";
/// How long one rendering may take: a chart may be fetched first.
const LIMIT: Duration = Duration::from_mins(5);
/// Most bytes of the objects of one release: 64 MiB.
const MOST_BYTES: usize = 64 << 20;
/// Folder of a chart that is handed to Helm.
const CHART: &str = "chart";

/// What was rendered, and what was not.
pub(super) struct RenderedSides {
    pub(super) sides: [Vec<RenderedRelease>; 2],
    /// With the component of each.
    pub(super) failed: Vec<(String, NotRendered)>,
    /// Objects that are named otherwise at every rendering, with their component.
    pub(super) unstable: Vec<(String, Vec<ObjectId>)>,
}

/// What is rendered, and what is known beside it.
pub(super) struct Inputs<'a> {
    /// Releases of both sides.
    pub(super) sides: &'a [Vec<Installation>; 2],
    /// Releases that need no rendering; their charts may say what kinds are.
    pub(super) unchanged: &'a [&'a Installation],
    /// Texts that nobody may print.
    pub(super) secrets: &'a Secrets,
}

/// One release to be rendered.
struct Job<'a> {
    side: Which,
    installation: &'a Installation,
    arguments: Vec<String>,
    files: Vec<(ArtifactPath, Vec<u8>)>,
    /// Nothing is run: the objects are these.
    made: Option<Vec<u8>>,
    /// What is printed may be something else the next time.
    may_be_unstable: bool,
}

type Failure = (&'static Rule, String);
/// What a program printed, or why it did not.
type Printed = Result<Vec<u8>, Failure>;

/// Renders the releases of two sides.
///
/// # Errors
///
/// `BND-15` where Helm is not there and something must be rendered, `HST-10` where a signal asked to
/// stop. Beside what was rendered, `BND-16` and `BND-17` for each release that was not.
pub(super) fn render(
    session: &mut Session<'_>,
    inputs: &Inputs<'_>,
    charts: &Charts,
    request: &RenderRequest,
) -> Outcome<RenderedSides> {
    let Inputs {
        sides,
        unchanged,
        secrets,
    } = *inputs;
    let mut rules = Vec::new();
    let mut rendered = RenderedSides {
        sides: [Vec::new(), Vec::new()],
        failed: Vec::new(),
        unstable: Vec::new(),
    };
    let mut fail =
        |rendered: &mut RenderedSides, job: (Which, &Installation), (rule, reason): Failure| {
            let (side, installation) = job;
            let reason = secrets.conceal(&reason).into_owned();
            let failed = NotRendered {
                release: installation.release.clone(),
                side,
                reason,
            };
            rules.push(rule);
            rendered
                .failed
                .push((installation.component.clone(), failed));
        };
    let mut jobs = Vec::new();
    for (side, installations) in Which::BOTH.into_iter().zip(sides) {
        for installation in installations {
            match job(session, side, installation, charts, request) {
                Ok(job) => jobs.push(job),
                Err(Stopped::Interrupted) => return Outcome::fail(interrupted()),
                Err(Stopped::Failed(failure)) => fail(&mut rendered, (side, installation), failure),
            }
        }
    }
    let ended = match run(session, &jobs) {
        Ok(ended) => ended,
        Err(finding) => return Outcome::fail(*finding),
    };
    let mut read = Vec::new();
    let mut scopes = Scopes::default();
    for (job, ended) in jobs.iter().zip(ended) {
        let objects: Result<Vec<_>, Failure> = ended
            .into_iter()
            .map(|end| objects(session, job, end))
            .collect();
        match objects {
            Ok(renderings) => {
                scopes.learn(renderings.iter().flatten());
                read.push((job, renderings));
            }
            Err(failure) => fail(&mut rendered, (job.side, job.installation), failure),
        }
    }
    let is_unknown = |object: &Node| {
        let (group, kind) = group_and_kind(object);
        !scopes.knows(group, kind)
    };
    let mut renderings = read
        .iter()
        .flat_map(|(_, renderings)| renderings.iter().flatten());
    if renderings.any(is_unknown) {
        // Charts that need no rendering may be those that define it.
        let charts = unchanged
            .iter()
            .filter_map(|installation| match &installation.source {
                InstallationSource::Chart(reference) => charts.find(session, reference),
                _ => None,
            });
        for text in charts.flat_map(|chart| definitions(session, &chart)) {
            scopes.learn_text(&text);
        }
    }
    for (job, renderings) in read {
        let installation = job.installation;
        let mut renderings = renderings
            .into_iter()
            .map(|objects| identified(objects, &installation.namespace, &scopes));
        let mut objects = renderings.next().unwrap_or_default();
        if let Some(again) = renderings.next() {
            let (common, left_out) = stable(objects, again);
            objects = common;
            if !left_out.is_empty() {
                rendered
                    .unstable
                    .push((installation.component.clone(), nameless(left_out)));
            }
        }
        let release = RenderedRelease {
            release: installation.release.clone(),
            component: installation.component.clone(),
            objects,
        };
        rendered.sides[usize::from(job.side == Which::After)].push(release);
    }
    let failed = rendered.failed.iter().map(|(_, failed)| failed);
    let failed: Vec<_> = rules.into_iter().zip(failed).collect();
    let findings = not_rendered(&failed);
    Outcome::with(rendered, findings)
}

/// Names that are made anew each time say nothing, and would make each answer another.
fn nameless(ids: Vec<ObjectId>) -> Vec<ObjectId> {
    let without = |id: ObjectId| ObjectId {
        name: String::new(),
        repetition: 0,
        ..id
    };
    ids.into_iter().map(without).collect()
}

enum Stopped {
    Interrupted,
    Failed(Failure),
}

fn job<'a>(
    session: &mut Session<'_>,
    side: Which,
    installation: &'a Installation,
    charts: &Charts,
    request: &RenderRequest,
) -> Result<Job<'a>, Stopped> {
    let mut job = Job {
        side,
        installation,
        arguments: Vec::new(),
        files: Vec::new(),
        made: None,
        may_be_unstable: installation
            .values
            .iter()
            .any(|values| may_be_unstable(&values.text)),
    };
    let chart = match &installation.source {
        InstallationSource::Chart(reference) => match charts.find(session, reference) {
            Some(chart) => {
                job.may_be_unstable |= chart.may_be_unstable;
                vec![chart.path]
            }
            None if request.pull => {
                job.may_be_unstable = true;
                fetched(reference)
            }
            None => {
                let ChartReference { chart, version, .. } = reference;
                let reason = format!("the chart {chart} {version} is not at hand");
                return Err(Stopped::Failed((&codes::CHART_NOT_AT_HAND, reason)));
            }
        },
        InstallationSource::Folder(files) => {
            for (path, bytes) in files {
                job.may_be_unstable |= path.as_str().ends_with(".tgz") || may_be_unstable(bytes);
                job.files.extend(placed(&format!("{CHART}/{path}"), bytes));
            }
            vec![format!("./{CHART}")]
        }
        InstallationSource::Nothing => {
            job.made = Some(Vec::new());
            return Ok(job);
        }
        InstallationSource::Kustomization(files, path) => {
            let origin = KustomizationOrigin::Files(files.clone());
            job.made = Some(built(session, origin, path)?);
            return Ok(job);
        }
        InstallationSource::ForeignKustomization(url, revision, path) => {
            if !request.pull {
                let reason = format!("the kustomization at {url} is not at hand");
                return Err(Stopped::Failed((&codes::CHART_NOT_AT_HAND, reason)));
            }
            let origin = KustomizationOrigin::Repository {
                url: url.clone(),
                revision: revision.clone(),
            };
            job.made = Some(built(session, origin, path.trim_start_matches("./"))?);
            return Ok(job);
        }
        InstallationSource::Unknown(why) => {
            return Err(Stopped::Failed((&codes::NOT_RENDERED, why.clone())));
        }
    };
    let name = installation.installed_as.as_ref();
    let name = name.unwrap_or(&installation.release);
    job.arguments = vec!["template".to_owned(), name.clone()];
    job.arguments.extend(chart);
    job.arguments
        .push(format!("--namespace={}", installation.namespace));
    job.arguments
        .extend(["--include-crds", "--skip-tests"].map(str::to_owned));
    if let Some(version) = &request.kubernetes_version {
        job.arguments.push(format!("--kube-version={version}"));
    }
    for (index, values) in installation.values.iter().enumerate() {
        let file = format!("values-{index}.yaml");
        job.files.extend(placed(&file, &values.text));
        job.arguments.push(format!("--values={file}"));
    }
    Ok(job)
}

fn placed(path: &str, bytes: &[u8]) -> Option<(ArtifactPath, Vec<u8>)> {
    Some((ArtifactPath::new(path).ok()?, bytes.to_vec()))
}

/// How Helm is told to fetch a chart.
fn fetched(chart: &ChartReference) -> Vec<String> {
    let mut words = vec![chart.helm_name(), format!("--version={}", chart.version)];
    if !chart.helm_repository().is_empty() {
        words.push(format!("--repo={}", chart.helm_repository()));
    }
    words
}

fn built(
    session: &Session<'_>,
    origin: KustomizationOrigin,
    path: &str,
) -> Result<Vec<u8>, Stopped> {
    let path = if path.is_empty() { "." } else { path };
    let kustomization = Kustomization {
        origin,
        path: path.to_owned(),
        built: Vec::new(),
    };
    let failed = |reason: String| Stopped::Failed((&codes::NOT_RENDERED, reason));
    match kustomize::run(session, &kustomization) {
        Ok(end) if end.is_success => Ok(end.output),
        Ok(end) => Err(failed(format!(
            "kustomize refuses it: {}",
            said(&end.complaint)
        ))),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Stopped::Interrupted),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(failed(
            "it is a kustomization, and neither kustomize nor kubectl is here".to_owned(),
        )),
        Err(error) => Err(failed(format!("it cannot be built: {error}"))),
    }
}

/// Runs jobs, those twice that may print something else; what each printed, or why it did not.
fn run(session: &Session<'_>, jobs: &[Job<'_>]) -> Result<Vec<Vec<Printed>>, Box<Finding>> {
    let times = |job: &Job<'_>| match (&job.made, job.may_be_unstable) {
        (Some(_), _) => 0,
        (None, false) => 1,
        (None, true) => 2,
    };
    let runs: Vec<ProgramRun<'_>> = jobs
        .iter()
        .flat_map(|job| std::iter::repeat_n(job, times(job)))
        .map(|job| helm(&job.arguments, &job.files))
        .collect();
    let mut ended = session.system.run_all(&runs).into_iter();
    let mut all = Vec::new();
    for job in jobs {
        let mut renderings = Vec::new();
        renderings.extend(job.made.clone().map(Ok));
        for _ in 0..times(job) {
            let end = ended
                .next()
                .unwrap_or_else(|| Err(io::Error::other("it was not run")));
            renderings.push(match end {
                Ok(end) => printed(end),
                Err(error) => Err(failure(&error)?),
            });
        }
        all.push(renderings);
    }
    Ok(all)
}

fn helm<'a>(arguments: &'a [String], files: &'a [(ArtifactPath, Vec<u8>)]) -> ProgramRun<'a> {
    ProgramRun {
        program: HELM,
        arguments,
        files,
        variables: &[],
        limit: LIMIT,
        most_bytes: MOST_BYTES,
    }
}

fn printed(end: ProgramEnd) -> Printed {
    if end.is_success {
        return Ok(end.output);
    }
    let said = said(&end.complaint);
    Err((
        &codes::NOT_RENDERED,
        format!("helm refuses it: {}", said.trim_start_matches("Error: ")),
    ))
}

/// Turns what kept a program from being run into what is said of its release, or ends everything.
fn failure(error: &io::Error) -> Result<Failure, Box<Finding>> {
    match error.kind() {
        io::ErrorKind::Interrupted => Err(Box::new(interrupted())),
        io::ErrorKind::NotFound => {
            let message = "`helm` is not on the search path, and charts must be rendered";
            let finding = Finding::new(&codes::NO_HELM, message);
            let help = "install Helm 3 or 4 (https://helm.sh/docs/intro/install/); without --rendered nothing is needed";
            Err(Box::new(finding.help(help)))
        }
        _ => Ok((
            &codes::NOT_RENDERED,
            format!("helm could not be run: {error}"),
        )),
    }
}

fn interrupted() -> Finding {
    Finding::new(
        &strata_host::codes::INTERRUPTED,
        "interrupted; nothing was printed",
    )
}

/// Reads what was printed, with the objects beside the release.
fn objects(
    session: &mut Session<'_>,
    job: &Job<'_>,
    printed: Printed,
) -> Result<Vec<Node>, Failure> {
    let printed = printed?;
    let mut all = Vec::new();
    let beside = job
        .installation
        .manifests
        .iter()
        .map(|(_, text)| text.as_slice());
    for text in beside.chain([printed.as_slice()]) {
        let source = session
            .sources
            .add_named(&format!("objects of {}", job.installation.release));
        let read = read_objects(text, source);
        let why = read.findings.first().map(|finding| finding.message.clone());
        let unreadable = || {
            let reason = format!(
                "what it is rendered to cannot be read: {}",
                why.unwrap_or_default()
            );
            (&codes::NOT_RENDERED, reason)
        };
        all.extend(read.value.ok_or_else(unreadable)?);
    }
    Ok(all)
}

/// Returns what Helm makes of a bundle that is a chart of Applications.
///
/// # Errors
///
/// `BND-15` where Helm is not there, `BND-17` where it refuses the chart: nothing is known then of what
/// the bundle installs. `HST-10` where a signal asked to stop.
pub(super) fn applications(
    session: &Session<'_>,
    name: &str,
    chart: &[(ArtifactPath, Vec<u8>)],
    request: &RenderRequest,
) -> Outcome<Vec<u8>> {
    let files: Vec<_> = chart
        .iter()
        .filter_map(|(path, bytes)| placed(&format!("{CHART}/{path}"), bytes))
        .collect();
    // Where the bundle will be published does not matter here, but must be said.
    let mut arguments: Vec<String> = [
        "template",
        "applications",
        "./chart",
        "--set=part=applications",
        "--set=deployer.namePrefix=",
        "--set=repoURL=https://bundle.invalid/bundle.git",
        "--set=path=.",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.extend(
        request
            .kubernetes_version
            .iter()
            .map(|version| format!("--kube-version={version}")),
    );
    let refused = |reason: &str| {
        let message =
            format!("`{name}` is a chart of Applications, and nothing is known of them: {reason}");
        Outcome::fail(Finding::new(&codes::NOT_RENDERED, message))
    };
    match session.system.run(&helm(&arguments, &files)) {
        Ok(end) => match printed(end) {
            Ok(output) => Outcome::ok(output),
            Err((_, reason)) => refused(&reason),
        },
        Err(error) => match failure(&error) {
            Ok((_, reason)) => refused(&reason),
            Err(finding) => Outcome::fail(*finding),
        },
    }
}
