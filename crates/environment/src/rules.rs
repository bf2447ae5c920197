//! Rules over the compositions of a repository, one file each.
//!
//! A rule's file holds everything about it: code, severity, documentation, an example that breaks
//! it, one that does not, where its facts are from, and the function that looks. Adding a rule is a
//! file and a line in [`ALL`]. A rule is a pure function; findings name every claimant once and say
//! what to do, and never repeat a value that could be a secret.

mod bld_1;
mod bld_2;
mod bld_3;
mod cmp_1;
mod cmp_2;
mod dep_1;
mod dep_2;
mod dep_3;
mod dep_4;
mod dep_5;
mod hlt_1;
mod hlt_2;
mod img_1;
mod img_2;
mod img_3;
mod img_4;
mod img_5;
mod int_1;
mod kbf_1;
mod kbf_2;
mod kbf_3;
mod kbf_4;
mod kbf_5;
mod log_1;
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
mod obs_1;
mod prt_1;
mod prt_2;
mod prt_3;
mod prt_4;
mod prt_5;
mod prt_6;
mod prt_7;
mod res_1;
mod res_2;
mod res_3;
mod res_4;
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
mod sty_1;
mod sty_2;
mod sty_3;
mod sty_4;
mod sty_5;
mod sty_6;
mod sty_7;
mod var_1;
mod var_2;
mod var_3;
mod var_4;
mod var_5;
mod vol_1;
mod vol_2;
mod vol_3;
mod vol_4;
mod vol_5;
mod vol_6;
mod vol_7;

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Finding, Fix, Rule, SourceId};
use strata_document::in_parallel;

use crate::context::Context;
use crate::model::{Service, Stack};

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

/// What the letters of codes stand for.
pub const FAMILIES: &[(&str, &str)] = &[
    ("BLD", "Images that are built here"),
    ("CMP", "Fields without an effect"),
    ("DEP", "Who waits for whom"),
    ("HLT", "Health checks"),
    ("IMG", "Tags and digests of images"),
    ("INT", "Dollar signs"),
    ("KBF", "What an image can do"),
    ("LOG", "Logs"),
    ("NAM", "Names"),
    ("NET", "Networks"),
    ("OBS", "What is watched"),
    ("PRT", "Ports"),
    ("RES", "Limits"),
    ("RST", "Restarts"),
    ("SEC", "Secrets and privileges"),
    ("STY", "Matters of taste"),
    ("VAR", "Variables"),
    ("VOL", "Volumes and mounted files"),
];

/// Every rule, by code.
pub static ALL: &[&Check] = &[
    &bld_1::CHECK,
    &bld_2::CHECK,
    &bld_3::CHECK,
    &cmp_1::CHECK,
    &cmp_2::CHECK,
    &dep_1::CHECK,
    &dep_2::CHECK,
    &dep_3::CHECK,
    &dep_4::CHECK,
    &dep_5::CHECK,
    &hlt_1::CHECK,
    &hlt_2::CHECK,
    &img_1::CHECK,
    &img_2::CHECK,
    &img_3::CHECK,
    &img_4::CHECK,
    &img_5::CHECK,
    &kbf_1::CHECK,
    &kbf_2::CHECK,
    &kbf_3::CHECK,
    &kbf_4::CHECK,
    &kbf_5::CHECK,
    &log_1::CHECK,
    &int_1::CHECK,
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
    &obs_1::CHECK,
    &prt_1::CHECK,
    &prt_2::CHECK,
    &prt_3::CHECK,
    &prt_4::CHECK,
    &prt_5::CHECK,
    &prt_7::CHECK,
    &res_1::CHECK,
    &res_2::CHECK,
    &res_3::CHECK,
    &res_4::CHECK,
    &prt_6::CHECK,
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
    &sty_1::CHECK,
    &sty_2::CHECK,
    &sty_3::CHECK,
    &sty_4::CHECK,
    &sty_5::CHECK,
    &sty_6::CHECK,
    &sty_7::CHECK,
    &var_1::CHECK,
    &var_2::CHECK,
    &var_3::CHECK,
    &var_4::CHECK,
    &var_5::CHECK,
    &vol_1::CHECK,
    &vol_2::CHECK,
    &vol_3::CHECK,
    &vol_4::CHECK,
    &vol_5::CHECK,
    &vol_6::CHECK,
    &vol_7::CHECK,
];

impl Check {
    /// Returns what the letters of its code stand for.
    pub fn family(&self) -> &'static str {
        let letters = self.rule.code.split_once('-').map(|(letters, _)| letters);
        let mut families = FAMILIES.iter();
        let family = families.find(|(family, _)| Some(*family) == letters);
        family.map_or("", |(_, about)| about)
    }
}

/// Compositions for which another thread pays: with 34, all rules take a few milliseconds.
const STACKS_PER_THREAD: usize = 64;

/// Looks at a workspace with every rule that `is_wanted` admits. Findings are sorted by code, then
/// by place.
pub fn check(context: &Context<'_>, is_wanted: &dyn Fn(&Check) -> bool) -> Vec<Finding> {
    let wanted: Vec<&Check> = ALL
        .iter()
        .copied()
        .filter(|check| is_wanted(check))
        .collect();
    let look = |check: &&Check| {
        let mut findings = Vec::new();
        match check.scope {
            Scope::Workspace(look) => look(context, &mut findings),
            Scope::Stack(look) => {
                for stack in &context.workspace.stacks {
                    look(context, stack, &mut findings);
                }
            }
        }
        findings
    };
    let is_small = context.workspace.stacks.len() < STACKS_PER_THREAD;
    let least = if is_small { usize::MAX } else { 1 };
    let found = in_parallel(&wanted, least, look);
    let mut findings: Vec<Finding> = found.into_iter().flatten().collect();
    let parts = parts(context);
    for finding in &mut findings {
        let fix = finding.fix.take();
        let stays = |fix: &Fix| fix.edits.iter().all(|edit| !parts.contains(&edit.source));
        finding.fix = fix.filter(stays);
    }
    // Sources are numbered in the order in which they were read, which says nothing.
    findings.sort_by_cached_key(|finding| {
        let place = finding.places.first().map(|label| label.place);
        let path = place.and_then(|place| context.path_of(place.source));
        let place = place.map(|place| (place.line, place.column));
        (
            order(finding.rule.code),
            path,
            place,
            finding.message.clone(),
        )
    });
    // Compositions that share a file share what is found in it.
    let mut seen = BTreeSet::new();
    findings.retain(|finding| {
        let places: Vec<_> = finding.places.iter().map(|label| label.place).collect();
        seen.insert((finding.rule.code, places, finding.message.clone()))
    });
    findings
}

/// Returns the files that are no compositions by themselves, since nothing says what a service in them
/// is made of: they are laid over others, and what those say is not known. Nothing in them is repaired.
fn parts(context: &Context<'_>) -> BTreeSet<SourceId> {
    let is_part = |stack: &Stack| {
        let mut services = stack.services.iter();
        services.any(|service| {
            let is_provided = service.node.get("provider").is_some();
            service.image.is_none() && service.build.is_none() && !is_provided
        })
    };
    let stacks = context.workspace.stacks.iter();
    let (parts, whole): (Vec<&Stack>, Vec<&Stack>) = stacks.partition(|stack| is_part(stack));
    let sources = |stacks: Vec<&Stack>| -> BTreeSet<SourceId> {
        let files = stacks.into_iter().flat_map(|stack| &stack.files);
        let read = files.filter_map(|file| context.repository.files.get(file));
        read.map(|file| file.source).collect()
    };
    &sources(parts) - &sources(whole)
}

/// Returns the services of a composition by their names.
fn by_name(stack: &Stack) -> BTreeMap<&str, &Service> {
    let services = stack.services.iter();
    services.map(|service| (&*service.name, service)).collect()
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
