//! The fix that several rules of names share: a composition says which project it is.

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Edit, Fix};

use crate::context::Context;
use crate::model::Stack;

/// Names of projects: those that are stated, and one for every composition that states none.
pub(crate) struct ProjectNames<'a> {
    context: &'a Context<'a>,
    /// First files of the compositions that have or would get a name.
    wanted: BTreeMap<String, BTreeSet<&'a str>>,
}

impl<'a> ProjectNames<'a> {
    /// Looks at all compositions.
    pub(crate) fn new(context: &'a Context<'a>) -> Self {
        let mut wanted: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for stack in &context.workspace.stacks {
            let name = match stack.project.stated {
                Some(_) => Some(stack.project.name.clone()),
                None => proposal(stack),
            };
            let files = wanted.entry(name.unwrap_or_default()).or_default();
            files.insert(stack.file());
        }
        Self { context, wanted }
    }

    /// Returns the fix that gives every composition among `stacks` that has no name of its own one
    /// that no other has. The name depends on the path of its file alone, so that several findings
    /// ask for the same edits.
    pub(crate) fn fix<'s>(&self, stacks: impl IntoIterator<Item = &'s Stack>) -> Option<Fix> {
        let mut fix = Fix::needs_consent("give each composition a project name of its own");
        let mut seen = BTreeSet::new();
        for stack in stacks {
            if seen.insert(stack.file()) {
                fix.edits.extend(self.edit(stack));
            }
        }
        (!fix.edits.is_empty()).then_some(fix)
    }

    fn edit(&self, stack: &Stack) -> Option<Edit> {
        if stack.project.stated.is_some() {
            return None;
        }
        let name = proposal(stack)?;
        if self.wanted.get(&name).is_none_or(|files| files.len() > 1) {
            return None;
        }
        let file = self.context.repository.files.get(stack.file())?;
        let text = self.context.text_of(file.source)?;
        let places = stack.root.as_mapping()?.iter().map(|entry| entry.key.place);
        let own = places.filter(|place| place.source == file.source);
        let first = own.min_by_key(|place| place.start)?;
        let (before, after) = text.split_at_checked(usize::try_from(first.start).ok()?)?;
        let begins_line = before.is_empty() || before.ends_with('\n');
        if !begins_line || after.starts_with(['{', '"', '\'', '?']) {
            return None;
        }
        let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Some(Edit {
            source: file.source,
            start: first.start,
            end: first.start,
            text: format!("name: {name}{line_break}"),
        })
    }
}

/// Returns a name made of the directories and the file of a composition: `docker-edge` for
/// `docker/docker-compose.edge.yml`.
fn proposal(stack: &Stack) -> Option<String> {
    let (stem, _) = stack.file().rsplit_once('.')?;
    let (directory, file) = stem.rsplit_once('/').unwrap_or(("", stem));
    let is_separator = |c: char| !c.is_ascii_alphanumeric();
    let says_nothing = |word: &&str| matches!(*word, "docker" | "compose");
    let of_file = file.split(is_separator).filter(|word| !says_nothing(word));
    let words = directory.split(is_separator).chain(of_file);
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    (!words.is_empty()).then(|| words.join("-"))
}
