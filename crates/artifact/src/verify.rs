//! Holding what was found against what the bundle says of itself.
//!
//! The world is closed: every file must be listed, every listed file must be there, and what is not
//! looked at is named. A bundle without a signature proves integrity against accident, not origin:
//! whoever can write a file can write its checksum.
//!
//! Everything here is a function of the bytes that were read once; nothing is opened again.

mod list;
mod reference;
mod sealed;

use std::collections::BTreeMap;

use strata_document::{Digest, digest_bytes};

use crate::checksums::CHECKSUMS_PATH;
use crate::codes;
use crate::listing::{Entry, EntryKind, Listing};
use crate::markers::{JOURNAL, LOCK, STAGING};
use crate::path::ArtifactPath;
use crate::problem::Problem;
use crate::record::{BUNDLE_PATH, BundleRecord};
use crate::tree::{self, Mode};

/// Files that only a bundle of strata lists, so that one without its record is not taken for
/// another program's.
const ONLY_OURS: &[&str] = &[BUNDLE_PATH, "recipe.yaml", "bom.cdx.json"];

/// Whose bundle it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleFormat {
    /// Made by strata: a record, and a list of every file.
    Strata,
    /// Made by the reference: a list that leaves some files out.
    Reference,
}

/// Something that nothing vouches for, and why that is no problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// Path, or words for what has none.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What is to be said of a bundle.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Whose bundle; nothing where neither list nor record is there.
    pub format: Option<BundleFormat>,
    /// Problems: markers first, then by path.
    pub problems: Vec<Problem>,
    /// Files that the list names.
    pub listed: usize,
    /// Files of the bundle that were found, those that nothing covers excepted.
    pub files: usize,
    /// Digest of the tree, as `ArtifactTree::digest` computes it; only without problems.
    pub digest: Option<Digest>,
    /// What is not covered.
    pub uncovered: Vec<Uncovered>,
    /// Whether data from outside the catalog is part of the bundle.
    pub has_external_data: bool,
    /// What the bundle says of itself, where it does and that can be read.
    pub record: Option<BundleRecord>,
}

impl Verdict {
    /// Returns whether the bundle is as it was sealed.
    pub fn is_intact(&self) -> bool {
        self.problems.is_empty()
    }
}

/// A file that must be covered.
struct Found {
    digest: Digest,
    is_executable: bool,
}

/// What was found, sorted by what it means.
#[derive(Default)]
struct Inventory<'a> {
    files: BTreeMap<&'a str, Found>,
    directories: Vec<&'a str>,
    problems: Vec<Problem>,
    uncovered: Vec<Uncovered>,
}

/// Verifies a bundle.
pub fn verify(listing: &Listing) -> Verdict {
    if listing.problems.is_empty() {
        return verify_entries(listing);
    }
    if listing.entries.is_empty() {
        return failed(None, listing.problems.clone());
    }
    let mut verdict = verify_entries(listing);
    let found = std::mem::take(&mut verdict.problems);
    verdict.problems = [listing.problems.clone(), found].concat();
    verdict.digest = None;
    verdict
}

fn verify_entries(listing: &Listing) -> Verdict {
    let unfinished = markers(listing);
    if !unfinished.is_empty() {
        return failed(None, unfinished);
    }
    let list = listing.file(CHECKSUMS_PATH);
    let record = listing.file(BUNDLE_PATH);
    match (list, record) {
        (None, None) => {
            let message = "no checksums.txt is here: this is no bundle, or its list was lost";
            let problem = Problem::new(&codes::NO_LIST, "", message);
            failed(None, vec![problem.help("name the directory of a bundle")])
        }
        (Some(list), None) if !names_ours(list) => reference::verify(listing, list),
        (list, record) => sealed::verify(listing, list, record),
    }
}

/// Returns whether a list names what only strata lists.
fn names_ours(list: &[u8]) -> bool {
    let lines = String::from_utf8_lossy(list);
    lines.lines().any(|line| {
        let path = line.trim().split_once("  ").map(|(_, path)| path);
        path.is_some_and(|path| ONLY_OURS.contains(&path))
    })
}

fn failed(format: Option<BundleFormat>, problems: Vec<Problem>) -> Verdict {
    Verdict {
        format,
        problems,
        listed: 0,
        files: 0,
        digest: None,
        uncovered: Vec::new(),
        has_external_data: false,
        record: None,
    }
}

/// Returns what a stopped run left. The rest of a half-written bundle says nothing, so it is not
/// looked at.
fn markers(listing: &Listing) -> Vec<Problem> {
    let markers = [
        (JOURNAL, "a run that wrote this bundle was stopped half way"),
        (
            STAGING,
            "a run that was to write this bundle did not finish",
        ),
    ];
    let left = markers
        .into_iter()
        .filter(|(marker, _)| listing.get(marker).is_some());
    left.map(|(marker, message)| {
        let problem = Problem::new(&codes::UNFINISHED, marker, message);
        problem.help("run the same `strata bundle` again, it repairs what the stopped run left")
    })
    .collect()
}

impl<'a> Inventory<'a> {
    /// Sorts entries; `is_uncovered` says which path it, or one above it, has that is not
    /// looked at, and why.
    fn of(
        listing: &'a Listing,
        is_uncovered: impl Fn(&'a Entry) -> Option<(&'a str, String)>,
    ) -> Self {
        let mut inventory = Self::default();
        for entry in &listing.entries {
            if let Some((path, reason)) = is_uncovered(entry) {
                inventory.leave(path, reason);
            } else {
                inventory.add(entry);
            }
        }
        inventory
    }

    fn leave(&mut self, path: &str, reason: String) {
        if self.uncovered.iter().all(|known| known.path != path) {
            let path = path.to_owned();
            self.uncovered.push(Uncovered { path, reason });
        }
    }

    fn add(&mut self, entry: &'a Entry) {
        let path = entry.path.as_str();
        if path == LOCK && entry.kind == EntryKind::File {
            let reason = "keeps two runs apart; nothing reads what is in it";
            return self.leave(path, reason.to_owned());
        }
        // A name that is not UTF-8 is listed with signs in place of its bytes, and cannot be looked at.
        let is_unreadable = entry.kind == EntryKind::Other && path.contains('\u{fffd}');
        if is_unreadable || ArtifactPath::new(path).is_err() {
            let problem = Problem::new(&codes::ADDED, path, "no bundle holds such a name");
            self.problems.push(problem.help("remove it"));
            return;
        }
        match entry.kind {
            EntryKind::Link | EntryKind::Other => {
                let what = match entry.kind {
                    EntryKind::Link => "a link",
                    _ => "a device, a pipe or a socket",
                };
                let message = format!("{what} stands here");
                let problem = Problem::new(&codes::NOT_A_FILE, path, message);
                self.problems.push(problem.help("put the file itself here"));
            }
            EntryKind::Directory => self.directories.push(path),
            EntryKind::File => {
                let found = Found {
                    digest: digest_bytes(&entry.bytes),
                    is_executable: entry.is_executable,
                };
                if self.files.insert(path, found).is_some() {
                    let message = "there are two files of this path";
                    self.problems
                        .push(Problem::new(&codes::ADDED, path, message));
                }
            }
        }
    }

    /// Refuses directories that hold none of the files that are covered.
    fn refuse_empty(&mut self, may_stay: impl Fn(&str) -> bool) {
        for directory in &self.directories {
            let prefix = format!("{directory}/");
            let next = self.files.range(prefix.as_str()..).next();
            let is_used = next.is_some_and(|(path, _)| path.starts_with(&prefix));
            if !is_used && !may_stay(directory) {
                let message = "this directory holds no file of the bundle";
                let problem = Problem::new(&codes::ADDED, directory, message);
                self.problems.push(problem.help("remove it"));
            }
        }
    }

    /// Puts problems in order and closes the case.
    fn close(mut self, format: BundleFormat, listed: usize) -> Verdict {
        self.problems.sort_by(|a, b| {
            let place = |problem: &Problem| (problem.path.clone(), problem.line);
            place(a).cmp(&place(b))
        });
        self.uncovered.sort_by(|a, b| a.path.cmp(&b.path));
        let is_intact = self.problems.is_empty();
        let files = self.files.iter();
        let parts = files.map(|(path, found)| (*path, Mode::of(found.is_executable), found.digest));
        Verdict {
            format: Some(format),
            listed,
            files: self.files.len(),
            digest: is_intact.then(|| tree::digest(parts)),
            has_external_data: self.files.keys().any(|path| path.starts_with("data/")),
            problems: self.problems,
            uncovered: self.uncovered,
            record: None,
        }
    }
}
