//! Fixes change what they say and nothing else: docker-compose reads every composition before and after.
//!
//! What may differ is a table of all rules with a fix. With `--fix` it is little: a health check that
//! cannot pass, what is waited for, what has no effect. Everything else takes `--unsafe-fixes`. Where a
//! fix demands a variable, it is set for both readings, so that they can be compared.

mod facts;
mod says;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use strata_document::in_parallel;
use strata_environment::rules::ALL;
use strata_testkit::compose_config::ComposeConfig;

use super::found;
use super::repositories::{Composition, Repository, example, generated, recorded};
use crate::folder::Folder;
use facts::{Facts, facts, is_meant};
use says::{Change, GIVEN, Says, TABLE};

/// Rules whose fix reaches further than to what a finding names: it gives a whole composition a name,
/// or goes on from a service to those that it needs.
const FAR_REACHING: [&str; 4] = ["DEP-5", "NAM-2", "NAM-3", "NAM-6"];

/// Rules whose fix demands a variable.
const DEMANDING: [&str; 3] = ["SEC-1", "SEC-2", "SEC-3"];

/// Flags of one run, and what came of it.
struct Repaired {
    before: Folder,
    after: Folder,
    findings: Vec<Value>,
    is_safe: bool,
}

/// What is known of a composition after a run.
#[derive(Default)]
struct Outcome {
    /// What nobody admits.
    wrong: Vec<String>,
    /// Codes of the fixes by which it differs.
    explained: BTreeSet<&'static str>,
    /// What docker-compose says where it refuses it before.
    refusal: Option<String>,
}

fn repair(repository: &Repository, flags: &[&str]) -> Repaired {
    let (before, after) = (repository.folder(), repository.folder());
    let findings = found(&before.strata(&[&["check"], &flags[1..]].concat()));
    let run = after.strata(&[&["check"], flags].concat());
    assert_eq!(run.stderr, "", "{flags:?}");
    assert!(run.status < 2, "{flags:?}: {run:?}");
    Repaired {
        before,
        after,
        findings,
        is_safe: flags[0] == "--fix",
    }
}

/// Reads every composition before and after, and returns what is to be said of each.
fn compare(compose: &ComposeConfig, repository: &Repository, repaired: &Repaired) -> Vec<Outcome> {
    in_parallel(&repository.compositions, 1, |one| {
        compare_one(compose, one, repaired)
    })
}

fn compare_one(compose: &ComposeConfig, one: &Composition, repaired: &Repaired) -> Outcome {
    let mut outcome = Outcome::default();
    let mut given = one.variables.clone();
    let read = |folder: &Folder, given: &mut BTreeMap<String, String>| {
        loop {
            let variables: Vec<(&str, &str)> = given
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let answer = compose.of(folder.path(), &one.files, &variables);
            let answer = answer.expect("docker-compose runs");
            let name = answer.as_ref().err().and_then(|refusal| demanded(refusal));
            match name.filter(|name| !given.contains_key(name)) {
                None => return answer,
                Some(name) => given.insert(name.clone(), format!("{GIVEN}{name}")),
            };
        }
    };
    let what = &one.files[0];
    if let Err(refusal) = read(&repaired.before, &mut given) {
        outcome.refusal = Some(refusal);
        return outcome;
    }
    let known = given.len();
    let after = match read(&repaired.after, &mut given) {
        Ok(after) => after,
        Err(refusal) => {
            outcome
                .wrong
                .push(format!("{what} is refused afterwards: {refusal}"));
            return outcome;
        }
    };
    let before = read(&repaired.before, &mut given).expect("more variables do not hurt");
    let applied = Applied::of(one, repaired);
    if given.len() > known {
        let demanding = TABLE.iter().filter(|row| DEMANDING.contains(&row.code));
        let demanding: Vec<&str> = demanding
            .map(|row| row.code)
            .filter(|code| applied.paths.contains_key(code))
            .collect();
        if repaired.is_safe || demanding.is_empty() {
            outcome.wrong.push(format!("{what} demands more variables"));
        }
        outcome.explained.extend(demanding);
    }
    let places = [&repaired.before, &repaired.after].map(|folder| {
        let path = folder.path().to_str().expect("UTF-8");
        path.to_owned()
    });
    let after = after.to_string().replace(&places[1], &places[0]);
    let after: Value = serde_json::from_str(&after).expect("JSON");
    applied.explain(what, &before, &after, &mut outcome);
    outcome
}

/// Returns the variable for want of which a composition is refused.
fn demanded(refusal: &str) -> Option<String> {
    let (_, rest) = refusal.split_once("required variable ")?;
    let (name, _) = rest.split_once(" is missing")?;
    Some(name.to_owned())
}

/// Fixes that may have been applied to a composition, with the paths of what they are about.
struct Applied<'a> {
    is_safe: bool,
    rows: Vec<&'static Says>,
    paths: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Applied<'a> {
    fn of(one: &Composition, repaired: &'a Repaired) -> Self {
        let mut paths: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for finding in &repaired.findings {
            let places = finding["places"].as_array().map_or(&[][..], Vec::as_slice);
            let is_here = |place: &&Value| {
                let file = place["file"].as_str();
                file.is_some_and(|file| file.starts_with(&one.scope))
            };
            let here: Vec<&Value> = places.iter().filter(is_here).collect();
            if here.is_empty() {
                continue;
            }
            let known = paths.entry(finding["code"].as_str().expect("a code"));
            let here = here.iter().filter_map(|place| place["path"].as_str());
            known.or_default().extend(here);
        }
        let rows = TABLE.iter().filter(|row| paths.contains_key(row.code));
        Self {
            rows: rows.collect(),
            is_safe: repaired.is_safe,
            paths,
        }
    }

    /// Finds for every difference the fix that says it.
    fn explain(&self, what: &str, before: &Value, after: &Value, outcome: &mut Outcome) {
        let projects = [before, after].map(|answer| answer["name"].as_str().expect("a name"));
        let (before, after): (Facts, Facts) = (facts(before), facts(after));
        let fields: BTreeSet<&Vec<String>> = before.keys().chain(after.keys()).collect();
        for field in fields {
            let change = Change {
                before: before.get(field).map(String::as_str),
                after: after.get(field).map(String::as_str),
                projects,
            };
            if change.before == change.after {
                continue;
            }
            let mut admitting = self.rows.iter().filter(|row| {
                let fields = if self.is_safe {
                    row.safe_fields
                } else {
                    row.fields
                };
                let mut fields = fields.iter();
                let admits =
                    fields.any(|(pattern, admits)| is_meant(field, pattern) && admits(&change));
                admits && self.is_about(row.code, field)
            });
            match admitting.next() {
                Some(row) => {
                    outcome.explained.insert(row.code);
                }
                None => outcome.wrong.push(format!(
                    "{what}: {}: {:?} is now {:?}",
                    field.join("."),
                    change.before,
                    change.after
                )),
            }
        }
    }

    /// Whether a finding of a rule names the service, network or volume that a field is of.
    fn is_about(&self, code: &str, field: &[String]) -> bool {
        if FAR_REACHING.contains(&code) {
            return true;
        }
        let [section, name, ..] = field else {
            return false;
        };
        let whole = format!("{section}.{name}");
        self.paths[code].iter().any(|path| {
            let rest = path.strip_prefix(&whole);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }
}

/// Compares a repository that docker-compose accepts whole; returns by which fixes it differs.
#[track_caller]
fn check(compose: &ComposeConfig, repository: &Repository, flags: &[&str]) -> Vec<&'static str> {
    let outcomes = compare(compose, repository, &repair(repository, flags));
    let refused: Vec<&String> = outcomes
        .iter()
        .filter_map(|one| one.refusal.as_ref())
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
    let wrong: Vec<&String> = outcomes.iter().flat_map(|one| &one.wrong).collect();
    assert!(wrong.is_empty(), "{flags:?}: {wrong:#?}");
    let explained: BTreeSet<&str> = outcomes
        .iter()
        .flat_map(|one| &one.explained)
        .copied()
        .collect();
    explained.into_iter().collect()
}

#[test]
fn fixes_of_a_repository_change_what_they_say() {
    let what = "docker-compose reads a repository before and after fixing";
    let Some(repository) = recorded(what) else {
        return;
    };
    let Some(compose) = ComposeConfig::find(what) else {
        return;
    };
    let safe = check(&compose, &repository, &["--fix"]);
    assert_eq!(safe, ["DEP-4", "KBF-1", "KBF-2", "KBF-3", "NET-2", "RST-1"]);
    let all = check(&compose, &repository, &["--unsafe-fixes"]);
    for code in [
        "DEP-4", "DEP-5", "HLT-1", "KBF-1", "KBF-2", "KBF-3", "KBF-5", "NAM-1", "NAM-2", "OBS-1",
        "RST-1", "SEC-1", "SEC-2", "VOL-2",
    ] {
        assert!(all.contains(&code), "{code}: {all:?}");
    }
}

#[test]
fn fixes_of_generated_files_change_what_they_say() {
    let what = "docker-compose reads generated files before and after fixing";
    let Some(compose) = ComposeConfig::find(what) else {
        return;
    };
    let repository = generated();
    assert_eq!(check(&compose, &repository, &["--fix"]), ["DEP-4", "RST-1"]);
    let all = check(&compose, &repository, &["--unsafe-fixes"]);
    for code in ["DEP-4", "RST-1"] {
        assert!(all.contains(&code), "{code}: {all:?}");
    }
    // A note: somebody has to ask for it.
    assert!(!all.contains(&"PRT-4"), "{all:?}");
    let asked = ["--unsafe-fixes", "--select", "PRT-4"];
    assert_eq!(check(&compose, &repository, &asked), ["PRT-4"]);
}

#[test]
fn the_fix_of_every_rule_changes_what_it_says() {
    let what = "docker-compose reads the examples of rules before and after fixing";
    let Some(compose) = ComposeConfig::find(what) else {
        return;
    };
    let wrong = in_parallel(TABLE, 1, |row| {
        let rule = ALL.iter().find(|check| check.rule.code == row.code);
        let repository = example(rule.expect("a rule").rule.example);
        let repaired = repair(&repository, &["--unsafe-fixes", "--select", row.code]);
        let mut wrong = Vec::new();
        let mut explained = BTreeSet::new();
        let mut is_refused = false;
        for outcome in compare(&compose, &repository, &repaired) {
            wrong.extend(outcome.wrong);
            explained.extend(outcome.explained);
            is_refused |= outcome.refusal.is_some();
        }
        if is_refused != row.is_refused {
            wrong.push(format!("refused: {is_refused}"));
        }
        if !row.is_refused && explained.contains(row.code) != row.is_seen {
            wrong.push(format!("differs by {explained:?}"));
        }
        let code = row.code;
        let wrong = wrong.into_iter().map(|wrong| format!("{code}: {wrong}"));
        wrong.collect::<Vec<_>>()
    });
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_fix_is_in_the_table_once() {
    let rows: Vec<(&str, bool)> = TABLE.iter().map(|row| (row.code, row.is_safe)).collect();
    let mut rules: Vec<(&str, bool)> = ALL
        .iter()
        .filter(|check| !check.fix.is_empty())
        .map(|check| (check.rule.code, check.fix.starts_with("Safe")))
        .collect();
    let number = |code: &str| code.rsplit('-').next().and_then(|n| n.parse::<u32>().ok());
    rules.sort_by_key(|(code, _)| (code.split('-').next(), number(code)));
    assert_eq!(rows, rules);
}
