//! Rules over the compositions of a repository, one file each.
//!
//! A rule's file holds everything about it: code, severity, documentation, an example that breaks
//! it, one that does not, where its facts are from, and the function that looks. Adding a rule is a
//! file and a line in [`ALL`]. A rule is a pure function; findings name every claimant once and say
//! what to do, and never repeat a value that could be a secret.

mod cmp_1;
mod credentials;
mod entries;
mod host_mounts;
mod int_1;
mod nam_1;
mod nam_2;
mod nam_3;
mod nam_4;
mod nam_5;
mod nam_6;
mod net_1;
mod net_2;
mod net_3;
mod net_4;
mod net_5;
mod net_6;
mod own_project;
mod prt_1;
mod prt_2;
mod prt_4;
mod prt_5;
mod rst_1;
mod sec_1;
mod sec_10;
mod sec_11;
mod sec_12;
mod sec_13;
mod sec_14;
mod sec_15;
mod sec_2;
mod sec_3;
mod sec_4;
mod sec_5;
mod sec_6;
mod sec_7;
mod sec_8;
mod sec_9;
mod subnets;
mod var_1;
mod var_2;
mod var_3;
mod var_4;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Finding, Rule, SourceId};

use crate::model::{Stack, Workspace};
use crate::repository::{ReadFile, Repository};

/// A rule with everything that its page says beyond what every rule of strata says.
#[derive(Debug)]
pub struct Check {
    /// Code, severity, summary, cause and remedy; its example is a repository that breaks it.
    pub rule: &'static Rule,
    /// Other codes that it is known by.
    pub aliases: &'static [&'static str],
    /// A repository that keeps it: files as in [`example_files`].
    pub clean: &'static str,
    /// Where its facts are from.
    pub source: &'static str,
    /// What `--fix` does about it, and whether that is safe; empty where nothing is done.
    pub fix: &'static str,
    /// Codes that a repository which breaks it breaks as well.
    pub implies: &'static [&'static str],
    /// Whether it is only looked at when it is selected by name: matters of taste.
    pub is_optional: bool,
    /// What it looks at.
    pub scope: Scope,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Scope {
    /// One composition.
    Stack(fn(&Context<'_>, &Stack, &mut Vec<Finding>)),
    /// All of them together.
    Workspace(fn(&Context<'_>, &mut Vec<Finding>)),
}

/// What a rule may look at.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// What was imported.
    pub workspace: &'a Workspace,
    /// What was read, and what is there.
    pub repository: &'a Repository<'a>,
    texts: BTreeMap<SourceId, &'a str>,
}

/// Every rule, by code.
pub static ALL: &[&Check] = &[
    &cmp_1::CHECK,
    &nam_1::CHECK,
    &nam_2::CHECK,
    &nam_3::CHECK,
    &nam_4::CHECK,
    &nam_5::CHECK,
    &nam_6::CHECK,
    &net_1::CHECK,
    &net_2::CHECK,
    &net_3::CHECK,
    &net_4::CHECK,
    &net_5::CHECK,
    &net_6::CHECK,
    &int_1::CHECK,
    &prt_1::CHECK,
    &prt_2::CHECK,
    &prt_4::CHECK,
    &prt_5::CHECK,
    &rst_1::CHECK,
    &sec_1::CHECK,
    &sec_2::CHECK,
    &sec_3::CHECK,
    &sec_4::CHECK,
    &sec_5::CHECK,
    &sec_6::CHECK,
    &sec_7::CHECK,
    &sec_8::CHECK,
    &sec_9::CHECK,
    &sec_10::CHECK,
    &sec_11::CHECK,
    &sec_12::CHECK,
    &sec_13::CHECK,
    &sec_14::CHECK,
    &sec_15::CHECK,
    &var_1::CHECK,
    &var_2::CHECK,
    &var_3::CHECK,
    &var_4::CHECK,
];

impl<'a> Context<'a> {
    /// Puts together what rules look at.
    pub fn new(workspace: &'a Workspace, repository: &'a Repository<'a>) -> Self {
        let text = |file: &ReadFile<'a>| Some((file.source, std::str::from_utf8(file.bytes).ok()?));
        Self {
            workspace,
            repository,
            texts: repository.files.values().filter_map(text).collect(),
        }
    }

    /// Returns the path of a source.
    pub fn path_of(&self, source: SourceId) -> Option<&'a str> {
        let mut files = self.repository.files.iter();
        let found = files.find(|(_, file)| file.source == source);
        found.map(|(path, _)| path.as_str())
    }

    /// Returns the text of a source.
    pub fn text_of(&self, source: SourceId) -> Option<&'a str> {
        self.texts.get(&source).copied()
    }
}

/// Looks at a workspace with every rule that `is_wanted` admits. Findings are sorted by code, then
/// by place.
pub fn check(context: &Context<'_>, is_wanted: &dyn Fn(&Check) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in ALL.iter().filter(|check| is_wanted(check)) {
        match check.scope {
            Scope::Workspace(look) => look(context, &mut findings),
            Scope::Stack(look) => {
                for stack in &context.workspace.stacks {
                    look(context, stack, &mut findings);
                }
            }
        }
    }
    findings.sort_by_cached_key(|finding| {
        let place = finding.places.first().map(|label| label.place);
        (order(finding.rule.code), place, finding.message.clone())
    });
    // Compositions that share a file share what is found in it.
    let mut seen = BTreeSet::new();
    findings.retain(|finding| {
        let places: Vec<_> = finding.places.iter().map(|label| label.place).collect();
        seen.insert((finding.rule.code, places, finding.message.clone()))
    });
    findings
}

/// Orders codes by prefix, then by number.
fn order(code: &'static str) -> (&'static str, u32) {
    let (prefix, number) = code.split_once('-').unwrap_or((code, "0"));
    (prefix, number.parse().unwrap_or(0))
}

/// Returns the files of an example: a line `# file: PATH` begins each; text without such a line is
/// `compose.yaml`.
pub fn example_files(example: &str) -> Vec<(&str, String)> {
    const HEAD: &str = "# file: ";
    let mut files: Vec<(&str, String)> = Vec::new();
    for line in example.split_inclusive('\n') {
        if let Some(path) = line.trim_end().strip_prefix(HEAD) {
            files.push((path, String::new()));
            continue;
        }
        if files.is_empty() {
            files.push(("compose.yaml", String::new()));
        }
        if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
        }
    }
    files
}
