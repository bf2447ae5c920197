//! Reading `checksums.txt` and holding files against it.

use std::collections::{BTreeMap, BTreeSet};

use strata_document::Digest;

use super::Inventory;
use crate::checksums::CHECKSUMS_PATH;
use crate::codes;
use crate::path::ArtifactPath;
use crate::problem::Problem;

/// What a list says, and what is wrong with it.
pub(super) struct List {
    /// Digest and line of every path, each path once.
    pub(super) files: BTreeMap<String, (Digest, u32)>,
    pub(super) problems: Vec<Problem>,
}

fn damaged(line: u32, message: impl Into<String>) -> Problem {
    Problem::new(&codes::BAD_LIST, CHECKSUMS_PATH, message).line(line)
}

impl List {
    /// Reads a list as the reference does: lines are trimmed, blank ones left out, and split at the
    /// first two spaces. Beyond that, a path stands there once and stays inside.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut list = Self {
            files: BTreeMap::new(),
            problems: Vec::new(),
        };
        let Ok(text) = std::str::from_utf8(bytes) else {
            list.problems.push(damaged(0, "the list is not text"));
            return list;
        };
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if !line.is_empty()
                && let Err(problem) = list.add(line, number)
            {
                list.problems.push(problem);
            }
        }
        if list.files.is_empty() && list.problems.is_empty() {
            let message = "the list is empty: it vouches for nothing";
            list.problems.push(damaged(0, message));
        }
        list
    }

    fn add(&mut self, line: &str, number: u32) -> Result<(), Problem> {
        let parts = line.split_once("  ");
        let Some((digest, path)) =
            parts.and_then(|(digest, path)| Some((Digest::from_hex(digest)?, path)))
        else {
            let message = "this line is no checksum: 64 hexadecimal digits, two spaces, a path";
            return Err(damaged(number, message));
        };
        if let Err(error) = ArtifactPath::new(path) {
            return Err(damaged(number, error.to_string()));
        }
        if path == CHECKSUMS_PATH {
            return Err(damaged(number, "the list names itself"));
        }
        if let Some((_, first)) = self.files.get(path) {
            let message = format!("`{path}` is listed twice, first in line {first}");
            return Err(damaged(number, message));
        }
        self.files.insert(path.to_owned(), (digest, number));
        Ok(())
    }

    /// Reports what was changed, what is missing, and what was added.
    pub(super) fn compare(&self, inventory: &mut Inventory<'_>) {
        let known: BTreeSet<String> = inventory.problems.iter().map(|p| p.path.clone()).collect();
        let mut problems = Vec::new();
        for (path, (digest, _)) in &self.files {
            match inventory.files.get(path.as_str()) {
                Some(found) if found.digest != *digest => problems.push(changed(path)),
                Some(_) => {}
                // A link in the place of a file is reported as what it is.
                None if known.contains(path) => {}
                None => {
                    let problem = Problem::new(&codes::MISSING, path, "this file is missing");
                    problems.push(problem.help("make the bundle again, or copy all of it"));
                }
            }
        }
        for path in inventory.files.keys() {
            if *path != CHECKSUMS_PATH && !self.files.contains_key(*path) {
                let problem = Problem::new(&codes::ADDED, path, "this file is not listed");
                problems.push(problem.help("remove it, or keep it with `strata bundle --keep`"));
            }
        }
        inventory.problems.extend(problems);
    }
}

fn changed(path: &str) -> Problem {
    let problem = Problem::new(&codes::CHANGED, path, "this file was changed");
    if path.ends_with("/cluster-values.yaml") || path.ends_with("/configmap-values.yaml") {
        problem.help(format!(
            "values of this cluster are yours if you say so: `strata bundle --keep {}`",
            crate::shell_quote(path)
        ))
    } else {
        problem.help(
            "what is to differ belongs into the intent; remove the file and make the bundle again",
        )
    }
}
