//! What decides about a check: `spec.check` of the nearest strata.yaml, and what was typed, which wins.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use strata_diagnostic::policy::{Code, Rulebook, UnknownSelector, Waiver};
use strata_diagnostic::{Date, Finding, Glob, Outcome, Place, Severity, codes};
use strata_document::{Limits, Node, Spanned, Unknown, decode, read};
use strata_host::{FileKind, read_input};

use super::codes::BAD_SETTING;
use super::request::CheckRequest;
use crate::project::{CheckSection, PROJECT_FILE, Project, SeverityName, WaiverEntry};
use crate::session::Session;

/// Everything that decides about a check.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The project file as shown to people, and its directory.
    pub(super) project: Option<(String, PathBuf)>,
    /// The directory of the checked paths, as shown to people.
    pub(super) shown_ancestor: PathBuf,
    pub(super) active: BTreeSet<Code>,
    /// Whether somebody chose what counts.
    pub(super) is_selective: bool,
    pub(super) severities: BTreeMap<Code, Severity>,
    pub(super) waivers: Vec<Waiver>,
    pub(super) excluded: Vec<Glob>,
    /// As typed or relative to the working directory, and where that stands.
    pub(super) baseline: Option<String>,
    pub(super) fail_on: Severity,
    pub(super) today: Date,
    /// A version of Kubernetes or a folder, as typed or relative to the working directory.
    pub(super) kubernetes_version: Option<String>,
    /// Files and directories, likewise.
    pub(super) crds: Vec<String>,
}

/// Settings, or what is wrong with them.
pub(super) enum Read {
    Usable(Box<Settings>),
    /// The project file is at fault; and its directory.
    BadProject(Vec<Finding>, PathBuf),
    /// The request is.
    BadRequest(Vec<Finding>),
}

/// Reads the settings of the project that `ancestor` is in.
pub(super) fn read_settings(
    session: &mut Session<'_>,
    request: &CheckRequest,
    rulebook: &Rulebook,
    ancestor: &Path,
) -> Read {
    let here = session.system.canonical(Path::new(".")).unwrap_or_default();
    let project = find(session, ancestor);
    let shown = project.as_ref().map(|directory| {
        let file = relative(&here, directory).join(PROJECT_FILE);
        file.to_string_lossy().into_owned()
    });
    let mut section = CheckSection::default();
    if let Some(file) = &shown {
        let outcome = read_section(session, file);
        match outcome.value {
            Some(found) => section = found,
            None => return at_fault(outcome.findings, project),
        }
    }
    let mut findings = Vec::new();
    let stated = Stated::of(&section, rulebook, &mut findings);
    if !findings.is_empty() {
        return at_fault(findings, project);
    }
    let mut typed = |names: &[String]| {
        let mut codes = BTreeSet::new();
        for name in names {
            match rulebook.codes(name) {
                Ok(found) => codes.extend(found),
                Err(unknown) => findings.push(unknown_code(&unknown, None)),
            }
        }
        codes
    };
    // What is selected on the command line is meant, whatever the project says.
    let (selected, mut ignored) = if request.select.is_empty() {
        (stated.selected, stated.ignored)
    } else {
        (Some(typed(&request.select)), BTreeSet::new())
    };
    ignored.extend(typed(&request.ignore));
    if !findings.is_empty() {
        return Read::BadRequest(findings);
    }
    let directory = project.as_ref().map(|directory| relative(&here, directory));
    let configured = section.baseline.as_ref().map(|file| {
        let file = directory.clone().unwrap_or_default().join(&file.value);
        file.to_string_lossy().into_owned()
    });
    let from_project = |path: &String| {
        let path = directory.clone().unwrap_or_default().join(path);
        path.to_string_lossy().into_owned()
    };
    let version = section.kubernetes_version.as_ref().map(|version| {
        // What reads as a version is one.
        match crate::objects::minor_of(version) {
            Some(_) => version.clone(),
            None => from_project(version),
        }
    });
    let crds = request.crds.iter().cloned();
    let crds = crds.chain(section.crds.iter().map(from_project)).collect();
    let configured_fail_on = section.fail_on.and_then(SeverityName::severity);
    Read::Usable(Box::new(Settings {
        project: shown.zip(project),
        // As the paths that were named are shown.
        shown_ancestor: if request
            .paths
            .iter()
            .any(|path| Path::new(path).is_absolute())
        {
            ancestor.to_path_buf()
        } else {
            relative(&here, ancestor)
        },
        active: rulebook.active(selected.as_ref(), &ignored),
        is_selective: selected.is_some(),
        severities: stated.severities,
        waivers: stated.waivers,
        excluded: section.exclude.iter().map(|text| Glob::new(text)).collect(),
        baseline: request.baseline.clone().or(configured),
        fail_on: request
            .fail_on
            .or(configured_fail_on)
            .unwrap_or(Severity::Error),
        today: Date::of_epoch(session.now()),
        kubernetes_version: request.kubernetes_version.clone().or(version),
        crds,
    }))
}

fn at_fault(findings: Vec<Finding>, project: Option<PathBuf>) -> Read {
    Read::BadProject(findings, project.unwrap_or_default())
}

/// Returns the nearest directory at or above another that holds a project file.
fn find(session: &Session<'_>, directory: &Path) -> Option<PathBuf> {
    let has_file = |directory: &&Path| {
        let found = session
            .system
            .target_metadata(&directory.join(PROJECT_FILE));
        // A pipe of that name would never end.
        found.is_ok_and(|found| found.kind == FileKind::File)
    };
    directory.ancestors().find(has_file).map(Path::to_path_buf)
}

/// Reads `spec.check` of a project file; what else is wrong with the file is not asked here.
fn read_section(session: &mut Session<'_>, file: &str) -> Outcome<CheckSection> {
    let limits = Limits::DOCUMENT;
    let input = read_input(session.system, file, limits.bytes, &mut session.sources);
    input
        .and_then(|input| read(&input.bytes, input.source, &limits))
        .and_then(|node| {
            let Some(check) = node.at(&["spec", "check"]).filter(|check| !check.is_null()) else {
                return Outcome::ok(CheckSection::default());
            };
            let section = decode::<CheckSection>(check, Unknown::Error);
            if section.has_errors() {
                return in_its_own_words(&node, section.findings);
            }
            section
        })
}

/// Findings of the whole document have whole paths; they are used if they say as much.
fn in_its_own_words(node: &Node, of_section: Vec<Finding>) -> Outcome<CheckSection> {
    let of_whole = Project::from_node(node).findings;
    let is_said = |finding: &Finding| {
        let places = finding.places.first().map(|label| label.place);
        (of_whole.iter()).any(|whole| whole.places.first().map(|label| label.place) == places)
    };
    if of_section.iter().all(is_said) {
        return Outcome::fail_all(of_whole);
    }
    Outcome::fail_all(of_section)
}

/// What a project states, understood.
struct Stated {
    selected: Option<BTreeSet<Code>>,
    ignored: BTreeSet<Code>,
    severities: BTreeMap<Code, Severity>,
    waivers: Vec<Waiver>,
}

impl Stated {
    fn of(section: &CheckSection, rulebook: &Rulebook, findings: &mut Vec<Finding>) -> Self {
        let mut find = |name: &str, place: Place| {
            rulebook.codes(name).unwrap_or_else(|unknown| {
                findings.push(unknown_code(&unknown, Some(place)));
                BTreeSet::new()
            })
        };
        let mut all = |names: &[Spanned<String>]| {
            let codes = names.iter().flat_map(|name| find(&name.value, name.place));
            codes.collect::<BTreeSet<Code>>()
        };
        let selected = section.select.as_deref().map(&mut all);
        let mut ignored = all(&section.ignore);
        let mut severities = BTreeMap::new();
        // A family first, so that one of its codes can be an exception.
        let mut stated: Vec<_> = section.severity.iter().collect();
        stated.sort_by_key(|(name, _)| name.contains('-'));
        for (name, severity) in stated {
            for code in find(name, severity.place) {
                match severity.value.severity() {
                    Some(severity) => {
                        severities.insert(code, severity);
                        ignored.remove(code);
                    }
                    None => {
                        ignored.insert(code);
                    }
                }
            }
        }
        let mut waivers = Vec::new();
        for entry in &section.waivers {
            let codes = find(&entry.value.code.value, entry.value.code.place);
            waivers.push((codes, entry));
        }
        let waivers = waivers.into_iter();
        let waivers = waivers.filter_map(|(codes, entry)| waiver(codes, entry, findings));
        let waivers = waivers.collect();
        Self {
            selected,
            ignored,
            severities,
            waivers,
        }
    }
}

fn waiver(
    codes: BTreeSet<Code>,
    entry: &Spanned<WaiverEntry>,
    findings: &mut Vec<Finding>,
) -> Option<Waiver> {
    let place = entry.place;
    let entry = &entry.value;
    if entry.reason.value.trim().is_empty() {
        let message = "a waiver says why the finding is accepted";
        let finding = Finding::new(&BAD_SETTING, message).at(entry.reason.place);
        findings.push(finding.help("write the reason"));
    }
    let expires = entry.expires.as_ref().map(|text| {
        let date = Date::parse(&text.value);
        if date.is_none() {
            let message = format!("`{}` is no day", text.value);
            let finding = Finding::new(&BAD_SETTING, message).at(text.place);
            findings.push(finding.help("write it as `YYYY-MM-DD`"));
        }
        date
    });
    if codes.is_empty() {
        return None;
    }
    let codes = codes.into_iter().collect();
    let mut waiver = Waiver::new(&entry.code.value, codes, &entry.reason.value, place);
    waiver.path = entry.path.as_deref().map(Glob::new);
    waiver.subject.clone_from(&entry.subject);
    waiver.expires = expires.flatten();
    Some(waiver)
}

fn unknown_code(unknown: &UnknownSelector, place: Option<Place>) -> Finding {
    let message = format!("no rule has the code `{}`", unknown.typed);
    let finding = Finding::new(&codes::UNKNOWN_SELECTOR, message);
    let finding = place.into_iter().fold(finding, Finding::at);
    match &unknown.suggestion {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("`strata rule` lists all codes"),
    }
}

/// Returns a path from one directory to another path; both absolute and without links.
pub(super) fn relative(from: &Path, to: &Path) -> PathBuf {
    let mut up = PathBuf::new();
    for directory in from.ancestors() {
        if let Ok(rest) = to.strip_prefix(directory) {
            return up.join(rest);
        }
        up.push("..");
    }
    to.to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_one_directory_to_another() {
        for (from, to, expected) in [
            ("/a/b", "/a/b", ""),
            ("/a/b", "/a/b/c", "c"),
            ("/a/b", "/a/x/c", "../x/c"),
            ("/a/b", "/", "../.."),
            ("/", "/a", "a"),
        ] {
            assert_eq!(
                relative(Path::new(from), Path::new(to)),
                Path::new(expected)
            );
        }
    }
}
