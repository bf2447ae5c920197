//! Bundles of strata: the list is written in one way only, and the record fits list and tree.

use std::collections::BTreeSet;

use super::list::List;
use super::{BundleFormat, Inventory, Verdict};
use crate::checksums::{self, CHECKSUMS_PATH};
use crate::codes;
use crate::listing::{Entry, EntryKind, Listing};
use crate::markers::is_version_control;
use crate::problem::Problem;
use crate::record::{BUNDLE_PATH, BundleRecord, FileRecord, Kept};
use crate::tree::Mode;

pub(super) fn verify(listing: &Listing, list: Option<&[u8]>, record: Option<&[u8]>) -> Verdict {
    let record = record.map(BundleRecord::read);
    let (record, unreadable) = match record {
        Some(Ok(record)) => (Some(record), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let kept = record.as_ref().map(BundleRecord::kept).unwrap_or_default();
    let mut inventory = Inventory::of(listing, |entry| uncovered(entry, &kept));
    let listed = match list {
        Some(list) => compare_list(&mut inventory, list),
        None => {
            let problem = Problem::new(&codes::NO_LIST, CHECKSUMS_PATH, "the list is missing");
            inventory.problems.push(problem);
            0
        }
    };
    if let Some((message, line)) = unreadable {
        let problem = Problem::new(&codes::BAD_RECORD, BUNDLE_PATH, message);
        inventory.problems.push(problem.line(line));
    } else if record.is_none() && inventory.problems.iter().all(|p| p.path != BUNDLE_PATH) {
        let problem = Problem::new(&codes::BAD_RECORD, BUNDLE_PATH, "the record is missing");
        inventory.problems.push(problem);
    }
    if let Some(record) = &record {
        compare_record(&mut inventory, record, &kept);
    }
    inventory.refuse_empty(|directory| kept.is_above(directory));
    let mut verdict = inventory.close(BundleFormat::Strata, listed);
    verdict.record = record;
    verdict
}

fn uncovered<'a>(entry: &'a Entry, kept: &Kept) -> Option<(&'a str, String)> {
    let path = entry.path.as_str();
    let is_link = matches!(entry.kind, EntryKind::Link | EntryKind::Other);
    if is_version_control(path) && !is_link {
        let first = path.split('/').next().unwrap_or(path);
        return Some((first, "belongs to version control".to_owned()));
    }
    let owner = kept.owner(path)?;
    Some((owner, "yours, by `keep` in bundle.yaml".to_owned()))
}

/// Returns how many files are listed.
fn compare_list(inventory: &mut Inventory<'_>, bytes: &[u8]) -> usize {
    let list = List::read(bytes);
    if list.files.is_empty() {
        // Without a single line every file would be reported as added.
        inventory.problems.extend(list.problems);
        return 0;
    }
    list.compare(inventory);
    let is_clean = inventory.problems.is_empty() && list.problems.is_empty();
    inventory.problems.extend(list.problems);
    let files = inventory.files.iter();
    let canonical: String = files
        .filter(|(path, _)| **path != CHECKSUMS_PATH)
        .map(|(path, found)| checksums::line(&found.digest, path))
        .collect();
    if is_clean && canonical.as_bytes() != bytes {
        let message = "the list is not sorted, or not spaced as strata writes it";
        let problem = Problem::new(&codes::BAD_LIST, CHECKSUMS_PATH, message);
        inventory.problems.push(problem);
    }
    list.files.len()
}

/// What the list already found wrong with a file is not said again.
fn compare_record(inventory: &mut Inventory<'_>, record: &BundleRecord, kept: &Kept) {
    let known: BTreeSet<String> = inventory.problems.iter().map(|p| p.path.clone()).collect();
    let mut problems = Vec::new();
    let mut bad = |message: String| {
        problems.push(Problem::new(&codes::BAD_RECORD, BUNDLE_PATH, message));
    };
    for (path, reason) in &kept.refused {
        bad(format!("`{path}` cannot be kept: {reason}"));
    }
    let mut recorded: BTreeSet<&str> = BTreeSet::new();
    for file in &record.files {
        let path = file.path.as_str();
        if !recorded.insert(path) {
            bad(format!("`{path}` is recorded twice"));
        }
        match inventory.files.get(path) {
            _ if path == BUNDLE_PATH || path == CHECKSUMS_PATH => {
                bad(format!("`{path}` cannot be recorded here"));
            }
            _ if known.contains(path) => {}
            None => bad(format!("`{path}` is recorded and not there")),
            Some(found) if found.digest != file.digest => {
                bad(format!("`{path}` is recorded with another digest"));
            }
            Some(_) => {}
        }
    }
    for path in inventory.files.keys() {
        let is_itself = [BUNDLE_PATH, CHECKSUMS_PATH].contains(path);
        if !is_itself && !recorded.contains(path) && !known.contains(*path) {
            bad(format!("`{path}` is not recorded"));
        }
    }
    for input in &record.inputs {
        let path = input.path.as_str();
        match inventory.files.get(path) {
            _ if known.contains(path) => {}
            Some(found) if found.digest == input.digest => {}
            Some(_) => bad(format!("the bundle was made from another `{path}`")),
            None => bad(format!("`{path}`, from which it was made, is not there")),
        }
    }
    if record.inputs.is_empty() {
        bad("it does not say what the bundle was made from".to_owned());
    }
    problems.extend(wrong_modes(inventory, &record.files));
    inventory.problems.extend(problems);
}

fn wrong_modes(inventory: &Inventory<'_>, files: &[FileRecord]) -> Vec<Problem> {
    let recorded = files.iter().map(|file| (file.path.as_str(), file.mode));
    let itself = [(BUNDLE_PATH, Mode::File), (CHECKSUMS_PATH, Mode::File)];
    let wrong = recorded.chain(itself).filter(|(path, mode)| {
        let found = inventory.files.get(path);
        found.is_some_and(|found| Mode::of(found.is_executable) != *mode)
    });
    wrong
        .map(|(path, mode)| {
            let (message, command) = match mode {
                Mode::Script => ("this script cannot be run by its owner", "chmod +x"),
                Mode::File => ("this file can be run, and is no script", "chmod -x"),
            };
            let problem = Problem::new(&codes::WRONG_MODE, path, message);
            problem.help(format!("`{command}` the file, or make the bundle again"))
        })
        .collect()
}
