//! Holding a bundle in memory against the one on the disk: what CI asks of generated files in Git.

use std::collections::BTreeMap;
use std::path::Path;

use strata_artifact::markers::is_version_control;
use strata_artifact::{ArtifactFile, BUNDLE_PATH, BundleRecord, Entry, EntryKind, Listing, Mode};
use strata_diagnostic::{Finding, Outcome, Place};

use crate::codes;
use crate::delivery::{Delivery, keep as kept_paths};
use crate::made::Made;
use crate::opened::open_bundle;
use crate::session::Session;

/// Longest part of a line that a difference shows, in characters.
const LONGEST_LINE: usize = 100;

/// Reads what is written; nothing is listed where nothing is.
pub(crate) fn open(session: &mut Session<'_>, output: &str) -> Outcome<Listing> {
    if session.system.target_metadata(Path::new(output)).is_err() {
        return Outcome::ok(Listing::default());
    }
    open_bundle(session, output)
}

/// Returns the paths that are the user's: those of the written bundle, and those of the request.
pub(crate) fn keep(written: &Listing, delivery: &Delivery) -> Vec<String> {
    let bytes = written.file(BUNDLE_PATH);
    let record = bytes.and_then(|bytes| BundleRecord::read(bytes).ok());
    kept_paths(record.as_ref(), delivery, Vec::new())
}

/// Returns one finding per file that differs, in the order of paths.
pub(crate) fn compare(
    session: &mut Session<'_>,
    output: &str,
    written: &Listing,
    made: &Made,
) -> Vec<Finding> {
    if written.entries.is_empty() {
        let message = "this output is not there";
        let finding = Finding::new(&codes::MISSING, message);
        let place = Place::whole(session.sources.add_named(output));
        return vec![
            finding
                .at(place)
                .help("run the same command without `--check`"),
        ];
    }
    let record = made.tree.get(BUNDLE_PATH);
    let record = record.and_then(|file| BundleRecord::read(file.bytes()).ok());
    let kept = record.map(|record| record.kept()).unwrap_or_default();
    let entries = written.entries.iter();
    let found: BTreeMap<&str, &Entry> = entries.map(|entry| (entry.path.as_str(), entry)).collect();
    let mut differences: Vec<(String, Finding)> = Vec::new();
    for (path, file) in made.tree.iter() {
        let found = found.get(path.as_str()).copied();
        if let Some((finding, line)) = difference(path.as_str(), file, found) {
            let place = place(session, output, path.as_str(), line);
            differences.push((path.to_string(), finding.at(place)));
        }
    }
    for entry in &written.entries {
        let path = entry.path.as_str();
        let is_ours = made.tree.get(path).is_some();
        let is_theirs = kept.covers(path) || is_version_control(path);
        let is_above = |inside: &str| {
            let rest = inside.strip_prefix(path);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let is_needed = entry.kind == EntryKind::Directory
            && (made
                .tree
                .iter()
                .any(|(inside, _)| is_above(inside.as_str()))
                || kept.paths.iter().any(|inside| is_above(inside)));
        if !is_needed && !is_ours && !is_theirs {
            let message = match entry.kind {
                EntryKind::Directory => "this directory would not be made",
                _ => "this file would not be made",
            };
            let finding = Finding::new(&codes::ADDED, message)
                .at(place(session, output, path, 0))
                .help("remove it, or record it as yours: `--keep`, or `keep` in strata.yaml");
            differences.push((path.to_owned(), finding));
        }
    }
    differences.sort_by(|one, other| one.0.cmp(&other.0));
    differences
        .into_iter()
        .map(|(_, finding)| finding)
        .collect()
}

fn place(session: &mut Session<'_>, output: &str, path: &str, line: u32) -> Place {
    let name = format!("{}/{path}", output.trim_end_matches('/'));
    let source = session.sources.add_named(&name);
    match line {
        0 => Place::whole(source),
        line => Place::at(source, line, 1),
    }
}

/// Returns how one file differs, and in which line first.
fn difference(path: &str, file: &ArtifactFile, found: Option<&Entry>) -> Option<(Finding, u32)> {
    let Some(found) = found else {
        let finding = Finding::new(&codes::MISSING, "this file is not there");
        return Some((finding.help("run the same command without `--check`"), 0));
    };
    if found.kind != EntryKind::File {
        let message = "a file would be made where something else is";
        return Some((Finding::new(&codes::DIFFERS, message), 0));
    }
    if found.bytes == file.bytes() {
        let must_run = file.mode() == Mode::Script;
        let message = match (must_run, found.is_executable) {
            (true, false) => "this script is not executable",
            (false, true) => "this file is executable and would not be",
            _ => return None,
        };
        let finding = Finding::new(&codes::DIFFERS, message);
        return Some((finding.help("run the same command without `--check`"), 0));
    }
    let old = String::from_utf8_lossy(&found.bytes);
    let new = String::from_utf8_lossy(file.bytes());
    let line = old
        .lines()
        .zip(new.lines())
        .take_while(|(old, new)| old == new)
        .count();
    let shown = |text: &str| match text.lines().nth(line) {
        Some(text) if text.chars().count() > LONGEST_LINE => {
            let start: String = text.chars().take(LONGEST_LINE).collect();
            format!("`{start}…`")
        }
        Some(text) => format!("`{text}`"),
        None => "nothing more".to_owned(),
    };
    let is_digest = |text: &str| text.lines().nth(line).is_some_and(has_digest);
    if is_digest(&old) && is_digest(&new) {
        let message = "the digest of another file differs, because that file does";
        let finding = Finding::new(&codes::DIFFERS, message);
        let line = u32::try_from(line + 1).unwrap_or(u32::MAX);
        return Some((finding.help("run the same command without `--check`"), line));
    }
    let message = format!(
        "here stands {}, and {} would be made",
        shown(&old),
        shown(&new)
    );
    let finding = Finding::new(&codes::DIFFERS, message);
    let help = if path == BUNDLE_PATH {
        "run the same command without `--check`; another version of strata changes this file alone"
    } else {
        "run the same command without `--check`; if somebody edited the file, state the edit where \
         the bundle is made and remove the file first"
    };
    let line = u32::try_from(line + 1).unwrap_or(u32::MAX);
    Some((finding.help(help), line))
}

/// Whether a line names a SHA-256 digest.
fn has_digest(line: &str) -> bool {
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    line.split(|c| !is_hex(c)).any(|word| word.len() == 64)
}
