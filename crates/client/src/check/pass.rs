//! One pass over everything: walk, read, check, judge.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use strata_diagnostic::policy::{
    Baseline, Comment, FileComments, Judged, MARK, Paths, Policy, Rulebook, may_have_comments,
};
use strata_diagnostic::{Finding, Outcome, Place, Safety, Secrets, Severity, SourceId};
use strata_document::comments;
use strata_environment::host::Listener;
use strata_environment::model::Workspace;
use strata_host::{STDIN, read_input};
use strata_objects::Definitions;

use super::codes::BAD_SETTING;
use super::concealing::{conceal, conceal_all};
use super::domains::{self, is_catalog};
use super::names::{Names, plain, working_directory};
use super::request::CheckRequest;
use super::settings::{Read, Settings, read_settings, relative};
use super::sniff::{Domain, is_document, unknown_file};
use super::walk::{Found, Root, Walk, survey, walk};
use super::world::World;
use crate::listening::listening_ports;
use crate::objects::StatedSchemas;
use crate::project::PROJECT_FILE;
use crate::session::Session;

/// Largest baseline in bytes: 64 MiB.
const LARGEST_BASELINE: usize = 64 << 20;

/// Why nothing was checked.
pub(super) enum Refusal {
    OfRequest(Vec<Finding>),
    /// A file that is itself checked says what nobody understands.
    OfProject(Vec<Finding>),
}

/// A file, or a directory that is one thing, that was checked.
pub(super) struct Subject {
    pub(super) source: SourceId,
    /// As shown to people.
    pub(super) name: String,
    pub(super) absolute: PathBuf,
}

/// What a pass found.
pub(super) struct Pass {
    pub(super) settings: Box<Settings>,
    pub(super) judged: Vec<Judged>,
    /// What was checked, in byte order of names.
    pub(super) subjects: Vec<Subject>,
    /// Files that were checked, in byte order of names.
    pub(super) files: Vec<SourceId>,
    pub(super) left_alone: usize,
    /// Where secrets stand in the texts of this pass.
    pub(super) secrets: BTreeMap<SourceId, Vec<(u32, u32)>>,
    /// What is secret wherever it stands.
    pub(super) concealed: Secrets,
}

impl Pass {
    /// Checks what was named, as it is on the session's machine.
    pub(super) fn run(
        session: &mut Session<'_>,
        request: &CheckRequest,
        rulebook: &Rulebook,
        roots: &[Root],
    ) -> Result<Self, Refusal> {
        let ancestor = common_ancestor(roots);
        let settings = match read_settings(session, request, rulebook, &ancestor) {
            Read::Usable(settings) => settings,
            Read::BadRequest(findings) => return Err(Refusal::OfRequest(findings)),
            Read::BadProject(findings, project) => {
                let is_checked = roots.iter().any(|root| covers(root, &project));
                return Err(if is_checked {
                    Refusal::OfProject(findings)
                } else {
                    Refusal::OfRequest(findings)
                });
            }
        };
        if request.writes_baseline && settings.baseline.is_none() {
            let finding = Finding::new(&BAD_SETTING, "there is no baseline to write");
            let finding = finding.help("name a file: `--baseline FILE`");
            return Err(Refusal::OfRequest(vec![finding]));
        }
        let baseline = match &settings.baseline {
            Some(file) if !request.writes_baseline => {
                Some(open_baseline(session, file).map_err(Refusal::OfRequest)?)
            }
            _ => None,
        };
        let mut findings = Vec::new();
        let listeners = match &request.snapshot {
            Some(path) => listening_ports(session, path).take(&mut findings),
            None => None,
        };
        if findings.iter().any(Finding::is_error) {
            return Err(Refusal::OfRequest(findings));
        }
        let stated = StatedSchemas::of(&settings);
        let definitions = match stated.map(|stated| stated.read(session)) {
            Some(outcome) => match outcome.take(&mut findings) {
                Some(definitions) => Some(definitions),
                None => return Err(Refusal::OfRequest(findings)),
            },
            None => None,
        };
        let around = Around {
            listeners,
            definitions,
        };
        let gathered = Gathered::of(session, request, &settings, roots, around);
        let Gathered {
            findings: found,
            mut subjects,
            mut files,
            left_alone,
            secrets: known,
            of_domain,
        } = gathered;
        findings.extend(found);
        subjects.sort_by(|one, other| one.name.cmp(&other.name));
        files.sort_by_cached_key(|file| session.sources.name(*file).to_owned());
        let named = subjects.iter();
        let named = named.map(|file| (file.name.as_str(), file.source));
        let names = Names::of(session, named);
        for finding in &mut findings {
            names.settle(finding, session);
        }
        let concealed = conceal(session, known, &of_domain);
        for finding in &mut findings {
            concealed.conceal_finding(finding);
        }
        let findings = without_repetition(findings, session);
        let mut secrets: BTreeMap<SourceId, Vec<(u32, u32)>> = BTreeMap::new();
        for place in findings.iter().flat_map(|finding| &finding.secrets) {
            let known = secrets.entry(place.source).or_default();
            known.push((place.start, place.end));
        }
        let (policy, mut said) = policy(session, &settings, rulebook, roots, &subjects, baseline);
        for finding in &mut said {
            concealed.conceal_finding(finding);
        }
        let mut judged = policy.judge([findings, said].concat(), &session.sources);
        for judged in &mut judged {
            // Some findings are about comments and waivers, and quote them.
            concealed.conceal_finding(&mut judged.finding);
            if is_unasked(&judged.finding) && !settings.is_selective {
                judged.finding.fix = None;
            }
            if let Some(suppression) = &mut judged.suppression {
                concealed.conceal_in(&mut suppression.reason);
            }
        }
        Ok(Self {
            settings,
            judged,
            subjects,
            files,
            left_alone,
            secrets,
            concealed,
        })
    }

    /// Returns how a baseline in a file names what was checked.
    pub(super) fn paths_from(&self, session: &Session<'_>, file: &str) -> Paths {
        paths(&self.subjects, &directory_of(session, file))
    }
}

/// Whether a project file is met on the way from a root.
fn covers(root: &Root, project: &Path) -> bool {
    let file = project.join(PROJECT_FILE);
    (root.is_directory && project.starts_with(&root.absolute)) || root.absolute == file
}

/// Returns the directory that everything that was named is in.
fn common_ancestor(roots: &[Root]) -> PathBuf {
    let mut directories = roots.iter().map(Root::directory);
    let first = directories.next().unwrap_or(Path::new("/")).to_path_buf();
    directories.fold(first, |common, directory| {
        let is_above = |above: &&Path| directory.starts_with(above);
        let common = common.ancestors().find(is_above);
        common.unwrap_or(Path::new("/")).to_path_buf()
    })
}

pub(super) fn open_baseline(
    session: &mut Session<'_>,
    file: &str,
) -> Result<(Baseline, String), Vec<Finding>> {
    let mut findings = Vec::new();
    let input = read_input(session.system, file, LARGEST_BASELINE, &mut session.sources);
    let Some(input) = input.take(&mut findings) else {
        let help = "write it with `--write-baseline`";
        return Err(findings
            .into_iter()
            .map(|finding| finding.help(help))
            .collect());
    };
    match Baseline::read(&input.bytes, file, Place::whole(input.source)) {
        Ok(baseline) => Ok((baseline, file.to_owned())),
        Err(finding) => Err(vec![*finding]),
    }
}

/// Whether a finding comes with a change of what runs that nobody asked for: what is only worth knowing
/// is not shown by itself, and is not a reason to change it.
fn is_unasked(finding: &Finding) -> bool {
    let fix = finding.fix.as_ref();
    finding.severity == Severity::Note && fix.is_some_and(|fix| fix.safety == Safety::Unsafe)
}

/// Walks over what was named. Catalogs are things of their own, and what is in them is not.
fn walk_over(
    session: &mut Session<'_>,
    settings: &Settings,
    roots: &[Root],
    ancestor: &Path,
) -> (Walk, Vec<Found>) {
    let base = settings.project.as_ref().map_or(ancestor, |(_, base)| base);
    let sources = &mut session.sources;
    let mut walked = walk(session.system, sources, roots, &settings.excluded, base);
    if roots.iter().any(|root| !root.is_directory) {
        survey(session.system, ancestor, &mut walked);
    }
    let system = session.system;
    walked.catalogs.retain(|found| is_catalog(system, found));
    let catalogs: Vec<Found> = std::mem::take(&mut walked.catalogs);
    walked.files.retain(|file| {
        let mut catalogs = catalogs.iter();
        file.is_named || !catalogs.any(|catalog| file.absolute.starts_with(&catalog.absolute))
    });
    (walked, catalogs)
}

/// Imports the compositions below what was named, as a check of it would.
pub(super) fn compositions(
    session: &mut Session<'_>,
    request: &CheckRequest,
    rulebook: &Rulebook,
    roots: &[Root],
) -> Outcome<Workspace> {
    let ancestor = common_ancestor(roots);
    let settings = match read_settings(session, request, rulebook, &ancestor) {
        Read::Usable(settings) => settings,
        Read::BadRequest(mut findings) | Read::BadProject(mut findings, _) => {
            conceal_all(session, &mut findings);
            return Outcome::fail_all(findings);
        }
    };
    let (mut walked, _) = walk_over(session, &settings, roots, &ancestor);
    let mut findings = std::mem::take(&mut walked.findings);
    let mut world = World::read(session, &settings, &mut walked, &ancestor, "");
    let (workspace, checked) = domains::workspace(&mut world);
    findings.append(&mut world.findings);
    findings.extend(checked.findings);
    let of_domain = own_sources(&world);
    let concealed = conceal(session, checked.secrets, &of_domain);
    for finding in &mut findings {
        concealed.conceal_finding(finding);
        concealed.withhold_fix(finding);
    }
    Outcome::with(workspace, findings)
}

/// The files that are looked through for secrets by the domain that knows their meaning.
fn own_sources(world: &World<'_, '_>) -> BTreeSet<SourceId> {
    let files = world.files.iter();
    let own = files.filter(|file| file.domain == Domain::Environment);
    own.map(|file| file.source).collect()
}

/// What is known besides the files that are checked.
struct Around {
    /// Ports on which a host listens.
    listeners: Option<Vec<Listener>>,
    /// Schemas that somebody asked for.
    definitions: Option<Definitions>,
}

/// What domains found, before anybody decided what counts.
struct Gathered {
    findings: Vec<Finding>,
    subjects: Vec<Subject>,
    /// What was checked: less than the subjects, of which one may be a whole bundle.
    files: Vec<SourceId>,
    left_alone: usize,
    secrets: Vec<String>,
    of_domain: BTreeSet<SourceId>,
}

impl Gathered {
    fn of(
        session: &mut Session<'_>,
        request: &CheckRequest,
        settings: &Settings,
        roots: &[Root],
        around: Around,
    ) -> Self {
        let ancestor = &common_ancestor(roots);
        let (mut walked, catalogs) = walk_over(session, settings, roots, ancestor);
        let mut findings = std::mem::take(&mut walked.findings);
        let version = &request.tool_version;
        let mut world = World::read(session, settings, &mut walked, ancestor, version);
        world.listeners = around.listeners;
        world.definitions = around.definitions;
        let mut subjects = Vec::new();
        let mut files = Vec::new();
        for bundle in &walked.bundles {
            let (found, of_bundle) = domains::check_bundle(&mut world, bundle);
            findings.extend(found);
            files.extend(of_bundle);
            subjects.push(Subject {
                source: world.session.sources.add_named(&bundle.name),
                name: bundle.name.clone(),
                absolute: bundle.absolute.clone(),
            });
        }
        for catalog in &catalogs {
            let (found, of_catalog) = domains::check_catalog(&mut world, catalog);
            findings.extend(found);
            files.extend(of_catalog.iter().map(|subject| subject.source));
            subjects.extend(of_catalog);
        }
        let mut not_own = BTreeSet::new();
        let mut unchecked = BTreeSet::new();
        let mut secrets = Vec::new();
        for domain in Domain::ALL {
            let checked = domains::check(domain, &mut world);
            findings.extend(checked.findings);
            not_own.extend(checked.not_own);
            unchecked.extend(checked.unchecked);
            secrets.extend(checked.secrets);
        }
        let of_domain = own_sources(&world);
        findings.append(&mut world.findings);
        let mut left_alone = world.left_alone;
        for (index, file) in world.files.into_iter().enumerate() {
            if !not_own.contains(&index) {
                if !unchecked.contains(&index) {
                    files.push(file.source);
                }
                subjects.push(Subject {
                    source: file.source,
                    name: file.name,
                    absolute: file.absolute,
                });
            } else if file.is_named {
                let is_of_file = |finding: &Finding| {
                    let mut places = finding.places.iter();
                    finding.is_error() && places.any(|label| label.place.source == file.source)
                };
                // What is wrong with it says as much.
                if findings.iter().any(is_of_file) {
                    continue;
                }
                findings.push(unknown_file(Place::whole(file.source)));
            } else if is_document(&file.name) && !file.is_fetched {
                left_alone += 1;
            }
        }
        Self {
            findings,
            subjects,
            files,
            left_alone,
            secrets,
            of_domain,
        }
    }
}

/// Drops findings that say the same of the same place, such as those of a recipe that is checked by
/// itself and as the input of an output.
fn without_repetition(findings: Vec<Finding>, session: &Session<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut kept = Vec::with_capacity(findings.len());
    for finding in findings {
        let place = finding.places.first().map(|label| {
            let place = label.place;
            (
                session.sources.name(place.source).to_owned(),
                place.line,
                place.column,
            )
        });
        let key = (
            finding.rule.code,
            place,
            finding.subject.clone(),
            finding.message.clone(),
        );
        if seen.insert(key) {
            kept.push(finding);
        }
    }
    kept
}

/// Returns the directory that a file is in, without links.
fn directory_of(session: &Session<'_>, file: &str) -> PathBuf {
    let here = working_directory(session);
    let directory = Path::new(file).parent().unwrap_or(Path::new("."));
    let absolute = here.join(directory);
    session
        .system
        .canonical(&absolute)
        .unwrap_or_else(|_| plain(&absolute))
}

/// Returns whether a file that a baseline names is among what was named, or would be if it were there.
pub(super) fn are_named<'r>(
    session: &Session<'_>,
    roots: &'r [Root],
    baseline: &str,
) -> impl Fn(&str) -> bool + 'r {
    let base = directory_of(session, baseline);
    move |file| {
        let path = plain(&base.join(file));
        roots.iter().any(|root| path.starts_with(&root.absolute))
    }
}

fn paths(subjects: &[Subject], base: &Path) -> Paths {
    let path = |subject: &Subject| {
        let path = relative(base, &subject.absolute);
        (subject.source, path.to_string_lossy().into_owned())
    };
    subjects.iter().map(path).collect()
}

/// Puts together what decides, and what is to be said of the comments that take part in it.
fn policy(
    session: &Session<'_>,
    settings: &Settings,
    rulebook: &Rulebook,
    roots: &[Root],
    subjects: &[Subject],
    baseline: Option<(Baseline, String)>,
) -> (Policy, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut policy = Policy::of(settings.active.clone(), settings.today);
    policy.severities.clone_from(&settings.severities);
    policy.waivers.clone_from(&settings.waivers);
    let here = working_directory(session);
    let base = settings
        .project
        .as_ref()
        .map_or(&here, |(_, directory)| directory);
    policy.paths = paths(subjects, base);
    policy.is_whole = roots
        .iter()
        .any(|root| root.is_directory && base.starts_with(&root.absolute));
    policy.baseline = baseline.map(|(baseline, file)| {
        let paths = paths(subjects, &directory_of(session, &file));
        (baseline, paths)
    });
    for subject in subjects {
        let source = session.sources.get(subject.source);
        let text: Option<&Arc<str>> = source.and_then(|source| source.text.as_ref());
        if let Some(text) = text.filter(|text| may_have_comments(text)) {
            let comments = comments_of(&subject.name, text);
            let (read, said) = FileComments::read(subject.source, text, &comments, rulebook);
            findings.extend(said);
            policy.comments.insert(subject.source, read);
        }
        // What was named alone may be suppressed for what only its neighbors bring about.
        let mut directories = roots.iter().filter(|root| root.is_directory);
        let is_below = directories.any(|root| subject.absolute.starts_with(&root.absolute));
        if is_below && (settings.project.is_none() || policy.is_whole) {
            policy.judged.insert(subject.source);
        }
    }
    (policy, findings)
}

/// Comments of a document are told from text; in other files every line that begins with `#` is one.
fn comments_of(name: &str, text: &str) -> Vec<Comment> {
    if is_document(name) || name == STDIN {
        return comments(text, MARK);
    }
    let clamp = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let mut found = Vec::new();
    let mut start = 0;
    for (index, line) in text.split('\n').enumerate() {
        let end = start + line.trim_end_matches('\r').len();
        let indentation = line.len() - line.trim_start().len();
        if line.trim_start().starts_with('#') {
            found.push(Comment {
                line: clamp(index + 1),
                start: clamp(start + indentation),
                end: clamp(end),
            });
        }
        start += line.len() + 1;
    }
    found
}

#[cfg(test)]
impl Pass {
    /// A pass over one file, which found nothing.
    pub(super) fn of_file(source: SourceId, name: &str) -> Self {
        Self {
            settings: Box::new(Settings {
                project: None,
                shown_ancestor: PathBuf::new(),
                is_selective: false,
                active: BTreeSet::new(),
                severities: BTreeMap::new(),
                waivers: Vec::new(),
                excluded: Vec::new(),
                baseline: None,
                fail_on: Severity::Error,
                today: strata_diagnostic::Date::of_epoch(0),
                kubernetes_version: None,
                crds: Vec::new(),
            }),
            judged: Vec::new(),
            subjects: vec![Subject {
                source,
                name: name.to_owned(),
                absolute: PathBuf::from("/").join(name),
            }],
            files: vec![source],
            left_alone: 0,
            secrets: BTreeMap::new(),
            concealed: Secrets::default(),
        }
    }
}
