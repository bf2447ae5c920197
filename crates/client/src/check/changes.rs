//! Applying fixes: to texts in memory, until checking them again gives nothing more to do.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use similar::TextDiff;
use strata_diagnostic::policy::{Judged, Rulebook};
use strata_diagnostic::{
    CONCEALED, Edit, Finding, Fix, Place, Safety, Secrets, SourceId, apply_edits, compatible,
};
use strata_document::{Limits, read_all};
use strata_host::rewrite_file;

use super::codes::BAD_FIX;
use super::overlay::Overlay;
use super::pass::{Pass, Refusal};
use super::request::CheckRequest;
use super::sniff::is_document;
use super::walk::Root;
use crate::session::Session;

/// Most passes: fixes that overlap wait for the next one.
const MOST_ROUNDS: usize = 20;

/// A file as it was and as it will be.
struct Change {
    name: String,
    before: Arc<str>,
    secrets_before: Vec<(u32, u32)>,
    after: String,
}

/// Everything that fixes change.
#[derive(Default)]
pub(super) struct Repair {
    changes: BTreeMap<PathBuf, Change>,
    /// Files that a fix would have broken: they are left alone.
    spoiled: BTreeSet<PathBuf>,
    findings: Vec<Finding>,
    /// What was secret before anything was repaired.
    concealed: Secrets,
}

impl Repair {
    /// Applies fixes round by round, beginning with those that a pass found. Returns the pass over the
    /// texts as they are in the end; the session has its sources.
    pub(super) fn run(
        session: &mut Session<'_>,
        request: &CheckRequest,
        rulebook: &Rulebook,
        roots: &[Root],
        first: Pass,
        safety: Safety,
    ) -> Result<(Pass, Self), Vec<Finding>> {
        let mut repair = Self {
            concealed: first.concealed.clone(),
            ..Self::default()
        };
        let mut pass = first;
        let mut rounds = 0;
        while repair.round(session, &pass, safety) {
            rounds += 1;
            let texts = repair.changes.iter();
            let texts = texts.map(|(path, change)| (path.clone(), change.after.clone()));
            let overlay = Overlay::new(session.system, texts.collect());
            let mut again = Session::new(&overlay);
            again.epoch = session.epoch;
            let result = Pass::run(&mut again, request, rulebook, roots);
            session.sources = again.sources;
            pass = match result {
                Ok(pass) => pass,
                Err(Refusal::OfRequest(findings) | Refusal::OfProject(findings)) => {
                    return Err(findings);
                }
            };
            if rounds == MOST_ROUNDS {
                let message = format!("fixes still change something after {rounds} rounds");
                let finding = Finding::new(&BAD_FIX, message);
                repair
                    .findings
                    .push(finding.help("repair what is left by hand"));
                break;
            }
        }
        let said = repair.findings.drain(..);
        pass.judged.extend(said.map(Judged::counted));
        Ok((pass, repair))
    }

    /// Applies what can be applied at once; returns whether anything changed.
    fn round(&mut self, session: &Session<'_>, pass: &Pass, safety: Safety) -> bool {
        let subjects: BTreeMap<SourceId, _> = (pass.subjects.iter())
            .map(|subject| (subject.source, subject))
            .collect();
        let is_open = |edit: &Edit| {
            let subject = subjects.get(&edit.source);
            subject.is_some_and(|subject| !self.spoiled.contains(&subject.absolute))
        };
        let counted = pass.judged.iter().filter(|judged| judged.counts());
        let fixes = counted.filter_map(|judged| judged.finding.fix.as_ref());
        let fixes: Vec<&Fix> = fixes
            .filter(|fix| fix.safety <= safety && fix.edits.iter().all(is_open))
            .collect();
        let chosen = compatible(fixes);
        let mut has_changed = false;
        for (source, edits) in chosen.edits {
            let text = session
                .sources
                .get(source)
                .and_then(|source| source.text.clone());
            let (Some(subject), Some(text)) = (subjects.get(&source), text) else {
                continue;
            };
            let edits = with_line_breaks_of(&text, &edits);
            let after = apply_edits(&text, &edits).ok();
            let after = after.filter(|after| is_sound(&subject.name, &text, after));
            let Some(after) = after else {
                let place = Place::at(source, first_line(&text, &edits), 1);
                let message = "the fixes for this file would break it; it was left as it is";
                self.findings
                    .push(Finding::new(&BAD_FIX, message).at(place));
                self.spoiled.insert(subject.absolute.clone());
                continue;
            };
            if *after == *text {
                continue;
            }
            has_changed = true;
            let secrets = pass.secrets.get(&source).cloned().unwrap_or_default();
            let change = self.changes.entry(subject.absolute.clone());
            change
                .and_modify(|change| change.after.clone_from(&after))
                .or_insert_with(|| Change {
                    name: subject.name.clone(),
                    before: text,
                    secrets_before: secrets,
                    after,
                });
        }
        has_changed
    }

    /// Writes what changed; returns the names of the files.
    pub(super) fn write(
        self,
        session: &mut Session<'_>,
        findings: &mut Vec<Finding>,
    ) -> Vec<String> {
        let mut written = Vec::new();
        for change in self.changes.into_values() {
            let (before, after) = (change.before.as_bytes(), change.after.as_bytes());
            if before == after {
                continue;
            }
            let sources = &mut session.sources;
            let outcome = rewrite_file(session.system, &change.name, before, after, sources);
            if outcome.take(findings).is_some() {
                written.push(change.name);
            }
        }
        written
    }

    /// Returns what changed as a unified diff, secrets concealed.
    pub(super) fn diff(&self, pass: &Pass) -> String {
        let by_path: BTreeMap<_, _> = (pass.subjects.iter())
            .map(|subject| (&subject.absolute, subject.source))
            .collect();
        let none = Vec::new();
        let mut text = String::new();
        for (path, change) in &self.changes {
            let secrets_after = by_path
                .get(path)
                .and_then(|source| pass.secrets.get(source));
            // A secret of either side may be a word of the other.
            let without_secrets = |text: &str, places: &[(u32, u32)]| {
                let both = [&self.concealed, &pass.concealed];
                let found = both.iter().flat_map(|secrets| secrets.find(text));
                let found = found.filter_map(|range| {
                    Some((range.start.try_into().ok()?, range.end.try_into().ok()?))
                });
                concealed(
                    text,
                    &found.chain(places.iter().copied()).collect::<Vec<_>>(),
                )
            };
            let before = without_secrets(&change.before, &change.secrets_before);
            let after = without_secrets(&change.after, secrets_after.unwrap_or(&none));
            let diff = TextDiff::from_lines(before.as_str(), after.as_str());
            let mut diff = diff.unified_diff();
            // As Git writes a file by its whole path.
            let path = change.name.trim_start_matches('/');
            let name = |side: char| quoted(&format!("{side}/{path}"));
            let diff = diff
                .context_radius(3)
                .header(&name('a'), &name('b'))
                .to_string();
            text.push_str(&diff);
        }
        text
    }
}

/// What a rule inserts ends its lines as the file does.
fn with_line_breaks_of(text: &str, edits: &[&Edit]) -> Vec<Edit> {
    let first = text.find('\n');
    let is_crlf = first.is_some_and(|at| text[..at].ends_with('\r'));
    let adapt = |edit: &&Edit| {
        let mut edit = (*edit).clone();
        if is_crlf {
            edit.text = edit.text.replace("\r\n", "\n").replace('\n', "\r\n");
        }
        edit
    };
    edits.iter().map(adapt).collect()
}

/// A document that could be read can be read afterwards.
fn is_sound(name: &str, before: &str, after: &str) -> bool {
    if !is_document(name) {
        return true;
    }
    let can_be_read = |text: &str| {
        let source = Place::NOWHERE.source;
        !read_all(text.as_bytes(), source, &Limits::CATALOG_FILE).has_errors()
    };
    can_be_read(after) || !can_be_read(before)
}

fn first_line(text: &str, edits: &[Edit]) -> u32 {
    let start = edits.iter().map(|edit| edit.start as usize).min();
    let before = text.get(..start.unwrap_or(0)).unwrap_or_default();
    u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
}

/// Returns a text without its secrets, its lines kept.
fn concealed(text: &str, secrets: &[(u32, u32)]) -> String {
    let mut secrets = secrets.to_vec();
    // The longest of those that begin at one place covers the others.
    secrets.sort_unstable_by_key(|(start, end)| (*start, Reverse(*end)));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (start, end) in secrets {
        let (start, end) = ((start as usize).max(done), end as usize);
        let (Some(between), Some(secret)) = (text.get(done..start), text.get(start..end)) else {
            continue;
        };
        out.push_str(between);
        let lines = secret
            .split('\n')
            .map(|line| if line.is_empty() { "" } else { CONCEALED });
        out.push_str(&lines.collect::<Vec<_>>().join("\n"));
        done = end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// A file name as programs that read diffs expect it: in quotes where it has signs that would end it.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| !c.is_control() && c != '"' && c != '\\';
    if name.chars().all(is_plain) {
        return name.to_owned();
    }
    let mut out = String::from("\"");
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            0x20..=0x7e => out.push(char::from(byte)),
            byte => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::Source;

    use super::*;

    #[test]
    fn secrets_are_concealed_line_by_line() {
        let text = "a: geheim\nb: |\n  x\n\n  y\nc: é\n";
        let secrets = [(3, 9), (15, 23), (3, 5), (90, 99)];
        assert_eq!(
            concealed(text, &secrets),
            "a: ***\nb: |\n***\n\n***\nc: é\n"
        );
    }

    #[test]
    fn names_are_quoted_as_programs_expect_them() {
        assert_eq!(quoted("a/b c.yml"), "a/b c.yml");
        assert_eq!(quoted("a/\"\né\\"), "\"a/\\\"\\012\\303\\251\\\\\"");
    }

    #[test]
    fn insertions_end_lines_as_the_file_does() {
        let edit = |text: &str| Edit {
            source: SourceId(0),
            start: 0,
            end: 0,
            text: text.to_owned(),
        };
        let adapted = |file: &str, text: &str| {
            let edit = edit(text);
            with_line_breaks_of(file, &[&edit])[0].text.clone()
        };
        assert_eq!(adapted("a\r\nb\n", "x\ny\r\n"), "x\r\ny\r\n");
        assert_eq!(adapted("a\nb\r\n", "x\n"), "x\n");
        assert_eq!(adapted("", "x\n"), "x\n");
    }

    #[test]
    fn a_fix_that_would_break_a_file_is_said_and_left_out() {
        let system = strata_host::RealSystem;
        let mut session = Session::new(&system);
        let text: Arc<str> = "a: 1\nb: 2\n".into();
        let source = session.sources.add(Source {
            name: "a.yml".into(),
            layer: None,
            text: Some(Arc::clone(&text)),
        });
        let finding = |fix: Fix| {
            let finding = Finding::new(&strata_document::codes::SYNTAX, "m");
            Judged::counted(finding.at(Place::at(source, 2, 1)).fix(fix))
        };
        let broken = finding(Fix::safe("t").replace(source, 8, 9, "["));
        let outside = finding(Fix::safe("t").insert(source, 99, "x"));
        let asking = finding(Fix::needs_consent("t").replace(source, 3, 4, "2"));
        let mut pass = Pass::of_file(source, "a.yml");
        for judged in [broken, outside] {
            pass.judged = vec![judged, asking.clone()];
            let mut repair = Repair::default();
            assert!(!repair.round(&session, &pass, Safety::Safe));
            assert!(repair.changes.is_empty());
            assert_eq!(repair.findings.len(), 1);
            assert_eq!(repair.findings[0].rule, &BAD_FIX);
            // It is said once: the file is not tried again.
            assert!(!repair.round(&session, &pass, Safety::Unsafe));
            assert_eq!(repair.findings.len(), 1);
        }
        pass.judged = vec![asking];
        let mut repair = Repair::default();
        assert!(!repair.round(&session, &pass, Safety::Safe));
        assert!(repair.round(&session, &pass, Safety::Unsafe));
        assert_eq!(
            repair.changes.values().next().map(|c| c.after.as_str()),
            Some("a: 2\nb: 2\n")
        );
    }

    #[test]
    fn a_document_that_could_be_read_stays_one() {
        assert!(is_sound("a.yml", "a: 1\n", "a: 2\n"));
        assert!(!is_sound("a.yml", "a: 1\n", "a: [\n"));
        assert!(is_sound("a.yml", "a: [\n", "a: {\n"));
        assert!(is_sound("Dockerfile", "a: 1\n", "a: [\n"));
    }
}
