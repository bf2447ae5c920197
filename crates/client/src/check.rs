//! Checking everything below some paths, whatever domain it belongs to.
//!
//! One pass walks, reads, lets every domain look at its own files, and judges what was found. Repairing
//! is passes over the texts as they would be, until nothing changes; only then is anything written.

mod changes;
pub(crate) mod codes;
mod concealing;
mod domains;
mod names;
mod overlay;
mod pass;
mod request;
mod settings;
mod sniff;
mod walk;
mod world;

use std::path::Path;

pub use request::{CheckRequest, Fixes};

use strata_diagnostic::policy::{Baseline, Judged, Rulebook};
use strata_diagnostic::report::Report;
use strata_diagnostic::{Class, Finding, Outcome, Place, Severity, SourceId, exit_class};
use strata_environment::model::Workspace;
use strata_host::codes::NOT_FOUND;
use strata_host::{FileKind, STDIN, cannot_read, write_output};

use crate::rules::rulebook;
use crate::session::Session;
use changes::Repair;
use codes::NOT_FOLLOWED;
pub(crate) use concealing::conceal_all;
use pass::{Pass, Refusal, are_named, open_baseline};
use walk::Root;

/// What a check found, and what it changed.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Every finding, accepted ones included; what is left, where fixes were applied.
    pub judged: Vec<Judged>,
    /// Every rule there is.
    pub rulebook: Rulebook,
    /// Files that were checked, those of bundles and those that a composition refers to among them, in byte order of
    /// their names. What was only read for what it says about others is none of them, nor is a template.
    pub files: Vec<SourceId>,
    /// How many files look like documents and are none that strata knows.
    pub left_alone: usize,
    /// Least severity that makes the check fail.
    pub fail_on: Severity,
    /// Files that were repaired.
    pub repaired: Vec<String>,
    /// What fixes change, as a unified diff, where it was asked for; empty where they change nothing.
    pub diff: Option<String>,
    /// The baseline that was written, and how many findings it accepts.
    pub baseline: Option<(String, usize)>,
}

impl Checked {
    fn with(judged: Vec<Judged>, rulebook: Rulebook) -> Self {
        Self {
            judged,
            rulebook,
            files: Vec::new(),
            left_alone: 0,
            fail_on: Severity::Error,
            repaired: Vec::new(),
            diff: None,
            baseline: None,
        }
    }

    fn of(pass: &mut Pass, rulebook: Rulebook) -> Self {
        Self {
            files: std::mem::take(&mut pass.files),
            left_alone: pass.left_alone,
            fail_on: pass.settings.fail_on,
            ..Self::with(std::mem::take(&mut pass.judged), rulebook)
        }
    }

    /// Returns the findings that nobody accepted.
    fn counted(&self) -> impl Iterator<Item = &Finding> {
        let counted = self.judged.iter().filter(|judged| judged.counts());
        counted.map(|judged| &judged.finding)
    }

    /// Returns what the printers need.
    pub fn report<'a>(&'a self, session: &'a Session<'_>, version: &'a str) -> Report<'a> {
        Report {
            judged: &self.judged,
            sources: &session.sources,
            rulebook: &self.rulebook,
            files: &self.files,
            fail_on: self.fail_on,
            version,
        }
    }

    /// Returns the exit status that the findings ask for: every finding about what was checked is a
    /// judgement, unless it says that strata itself is at fault. A diff that was asked for is judged by
    /// itself.
    pub fn exit_status(&self) -> u8 {
        let is_own_fault = |finding: &Finding| finding.rule.class == Class::Internal;
        if self.counted().any(is_own_fault) {
            return Class::Internal.exit_status();
        }
        let fails = match &self.diff {
            Some(diff) => !diff.is_empty(),
            None => (self.counted()).any(|finding| finding.severity <= self.fail_on),
        };
        u8::from(fails)
    }
}

/// Checks what a request names. The findings beside the value are about the request; those about what
/// was checked are in the value.
///
/// # Errors
///
/// `HST-1` for a path or a baseline that does not exist, `CHK-1` for unknown codes, `CHK-6` for a bad
/// baseline; findings of the project file where that is not among what is checked; `HST-7` and
/// `HST-17` where repaired files or a baseline cannot be written; findings of the snapshot.
pub fn check(session: &mut Session<'_>, request: &CheckRequest) -> Outcome<Checked> {
    let mut outcome = checked(session, request);
    if outcome.value.is_none() {
        conceal_all(session, &mut outcome.findings);
    }
    outcome
}

fn checked(session: &mut Session<'_>, request: &CheckRequest) -> Outcome<Checked> {
    let rulebook = rulebook();
    let roots = match roots(session, request) {
        Ok(roots) => roots,
        Err(findings) => return Outcome::fail_all(findings),
    };
    let first = match Pass::run(session, request, &rulebook, &roots) {
        Ok(pass) => pass,
        Err(Refusal::OfRequest(findings)) => return Outcome::fail_all(findings),
        Err(Refusal::OfProject(mut findings)) => {
            conceal_all(session, &mut findings);
            return Outcome::ok(project_at_fault(findings, rulebook));
        }
    };
    let mut findings = Vec::new();
    let mut pass = first;
    let mut repair = None;
    if let Some(fixes) = request.fixes {
        let repaired = Repair::run(session, request, &rulebook, &roots, pass, fixes.safety);
        let (last, done) = match repaired {
            Ok(repaired) => repaired,
            Err(findings) => return Outcome::fail_all(findings),
        };
        pass = last;
        repair = Some((done, fixes));
    }
    let mut checked = Checked::of(&mut pass, rulebook);
    for judged in &mut checked.judged {
        pass.concealed.withhold_fix(&mut judged.finding);
    }
    match repair {
        Some((repair, fixes)) if fixes.is_dry => checked.diff = Some(repair.diff(&pass)),
        Some((repair, _)) => checked.repaired = repair.write(session, &mut findings),
        None => {}
    }
    if let Some(file) = pass
        .settings
        .baseline
        .clone()
        .filter(|_| request.writes_baseline)
    {
        let paths = pass.paths_from(session, &file);
        // Whoever looks at some codes or some files says nothing about the others.
        let is_part = !request.select.is_empty() || !request.ignore.is_empty();
        let is_there = session.system.target_metadata(Path::new(&file)).is_ok();
        let old = if is_there {
            match open_baseline(session, &file) {
                Ok((baseline, _)) => Some(baseline),
                Err(findings) if is_part => return Outcome::fail_all(findings),
                // It is written anew, as the finding would say.
                Err(_) => None,
            }
        } else {
            None
        };
        let (text, kept) = match old {
            Some(baseline) => {
                let active = &pass.settings.active;
                let is_active = |code: &str| active.contains(code);
                let is_named = are_named(session, &roots, &file);
                baseline.rewrite(checked.counted(), &paths, is_active, is_named)
            }
            None => (Baseline::write(checked.counted(), &paths), 0),
        };
        let written = write_output(session.system, &file, text.as_bytes(), &mut session.sources);
        if written.take(&mut findings).is_some() {
            checked.baseline = Some((file, checked.counted().count() + kept));
            checked.judged.retain(|judged| !judged.counts());
        }
    }
    // What was asked for was not done.
    let value = exit_class(&findings).is_none().then_some(checked);
    Outcome { value, findings }
}

/// Imports the compositions below some paths, the working directory where there is none, as a check of
/// them would.
///
/// # Errors
///
/// As [`check`], and what is wrong with the shape of Compose files.
pub(crate) fn compositions(session: &mut Session<'_>, paths: &[String]) -> Outcome<Workspace> {
    let request = CheckRequest {
        paths: paths.to_vec(),
        ..CheckRequest::default()
    };
    match roots(session, &request) {
        Ok(roots) => pass::compositions(session, &request, &rulebook(), &roots),
        Err(findings) => Outcome::fail_all(findings),
    }
}

/// Looks at the paths that were named.
fn roots(session: &mut Session<'_>, request: &CheckRequest) -> Result<Vec<Root>, Vec<Finding>> {
    let here = [".".to_owned()];
    let paths = if request.paths.is_empty() {
        &here[..]
    } else {
        &request.paths
    };
    let mut roots = Vec::new();
    let mut findings = Vec::new();
    for path in paths {
        let root = match path.as_str() {
            STDIN => Root::of_input(session.system),
            path => Root::of(session.system, path),
        };
        match root {
            Ok(root) => roots.push(root),
            Err(error) => {
                let source = session.sources.add_named(path);
                findings.push(if path.is_empty() {
                    let message = "the name of a path is empty";
                    let finding = Finding::new(&NOT_FOUND, message);
                    finding.help("name a file or a directory; is a variable not set?")
                } else if is_pipe(session, path) {
                    let message = "a pipe is not read by its name";
                    let finding = Finding::new(&NOT_FOLLOWED, message).at(Place::whole(source));
                    let finding = finding.severity(Severity::Error);
                    finding.help("a pipe is read as `-`: `COMMAND | strata check -`")
                } else if path.contains("://") {
                    let message = "what is checked are files and directories";
                    let finding = Finding::new(&NOT_FOUND, message).at(Place::whole(source));
                    finding.help("fetch it first, and check the files")
                } else {
                    cannot_read(&error, source)
                });
            }
        }
    }
    if findings.is_empty() {
        Ok(roots)
    } else {
        Err(findings)
    }
}

/// Whether something other than a file or a directory is at a path: what a shell puts there for `<(COMMAND)` has no
/// place in the file system.
fn is_pipe(session: &Session<'_>, path: &str) -> bool {
    let metadata = session.system.target_metadata(Path::new(path));
    metadata.is_ok_and(|metadata| metadata.kind == FileKind::Other)
}

/// Where the project itself cannot be understood, nobody knows what counts.
fn project_at_fault(findings: Vec<Finding>, rulebook: Rulebook) -> Checked {
    let with_help = findings.into_iter().map(|finding| {
        let help = "nothing else is checked until `spec.check` can be understood";
        Judged::counted(finding.help(help))
    });
    Checked::with(with_help.collect(), rulebook)
}
