//! One sample: the winner's line edited, a loser's line edited.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::catalog::{Refusal, Workbench};
use super::edit::{self, Meaning};
use super::population::{Population, Sample, Scalars, scalars, step};

/// What came of one edit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Agrees,
    Disagrees(String),
    /// The edit cannot be judged, and why.
    Excluded(&'static str),
}

/// What came of one sample.
pub(crate) struct Trial {
    pub(crate) winner: Verdict,
    /// One for each entry that lost.
    pub(crate) losers: Vec<Verdict>,
}

/// Explains the value, edits what is named, and compares.
pub(crate) fn try_sample(
    bench: &Workbench<'_>,
    population: &Population,
    sample: &Sample,
) -> Result<Trial> {
    let query = population.flags(sample);
    let before = population
        .scalars(sample)
        .context("a sample has a document")?;
    let value = before.get(&sample.target).context("a sample has a value")?;
    let explained = match bench.explain(query, &sample.target)? {
        Ok(explained) => explained,
        Err(said) => {
            return Ok(Trial {
                winner: Verdict::Disagrees(format!("explain: {said}")),
                losers: Vec::new(),
            });
        }
    };
    let entries = explained["history"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let Some(first) = entries.first() else {
        let says_so = explained["derivation"][0]
            .as_str()
            .is_some_and(|line| line.starts_with("stated nowhere"));
        let winner = if says_so && value == "" {
            Verdict::Excluded("an empty field that is stated nowhere has no line")
        } else {
            Verdict::Disagrees("explain names no entry".to_owned())
        };
        return Ok(Trial {
            winner,
            losers: Vec::new(),
        });
    };
    let is_restated = entries.iter().any(|entry| entry["role"] == "restated");
    let winner = if explained["value"] != *value {
        Verdict::Disagrees(format!("explain shows {}, not {value}", explained["value"]))
    } else if is_restated {
        Verdict::Excluded("several overlays put the same item on a list: no single line decides")
    } else {
        let allowed = copy_of(population.names(sample), &sample.target);
        let edited = try_edit(bench, population, sample, first, before)?;
        if sample.kind == "componentRefs.type" {
            judge_type(&edited, &sample.target, population.component(sample))
        } else {
            judge(&edited, &sample.target, allowed.as_deref())
        }
    };
    let mut losers = Vec::new();
    for entry in entries.iter().filter(|entry| entry["role"] == "overridden") {
        losers.push(match try_edit(bench, population, sample, entry, before)? {
            Edited::Impossible(reason) => Verdict::Excluded(reason),
            Edited::Refused(said) => Verdict::Disagrees(said.to_string()),
            Edited::Changed(paths) if paths.is_empty() => Verdict::Agrees,
            Edited::Changed(paths) => Verdict::Disagrees(format!("changed {}", paths.join(", "))),
        });
    }
    Ok(Trial { winner, losers })
}

/// What the document did after an edit.
enum Edited {
    Impossible(&'static str),
    Refused(Refusal),
    Changed(Vec<String>),
}

fn judge(edited: &Edited, target: &str, copy: Option<&str>) -> Verdict {
    match edited {
        Edited::Impossible(reason) => Verdict::Excluded(reason),
        Edited::Refused(said) => Verdict::Disagrees(said.to_string()),
        Edited::Changed(paths) => {
            let is_changed = paths.iter().any(|path| path == target);
            let is_alone = paths
                .iter()
                .all(|path| path == target || Some(path.as_str()) == copy);
            match (is_changed, is_alone) {
                (true, true) => Verdict::Agrees,
                (false, _) => Verdict::Disagrees("the value did not change".to_owned()),
                (_, false) => Verdict::Disagrees(format!("also changed {}", paths.join(", "))),
            }
        }
    }
}

/// A component of the other type lacks the fields of that type, so the recipe is refused unless the
/// component is disabled. The refusal must be about this component and no other.
fn judge_type(edited: &Edited, target: &str, component: Option<&str>) -> Verdict {
    let findings = match edited {
        Edited::Refused(Refusal(findings)) => findings,
        // Its defaults come and go with the type.
        Edited::Changed(paths) if paths.len() > 1 => {
            return Verdict::Excluded("a type also decides which defaults of the registry apply");
        }
        other => return judge(other, target, None),
    };
    let Some(component) = component else {
        return Verdict::Disagrees("no component has this type".to_owned());
    };
    let about = format!("component `{component}` ");
    let is_about = |finding: &Value| {
        finding["message"]
            .as_str()
            .is_some_and(|message| message.starts_with(&about) && message.contains("kustomiz"))
    };
    if !findings.is_empty() && findings.iter().all(is_about) {
        Verdict::Agrees
    } else {
        Verdict::Disagrees(format!("{}", Refusal(findings.clone())))
    }
}

fn try_edit(
    bench: &Workbench<'_>,
    population: &Population,
    sample: &Sample,
    entry: &Value,
    before: &Scalars,
) -> Result<Edited> {
    let (Some(named), Some(line), Some(column)) = (
        entry["file"].as_str(),
        entry["line"].as_u64(),
        entry["column"].as_u64(),
    ) else {
        return Ok(Edited::Impossible("no line set it"));
    };
    let file = bench.file(named);
    let other = (sample.kind == "componentRefs.dependencyRefs")
        .then(|| other_component(population, sample))
        .flatten();
    let Some(meaning) = meaning(sample, entry, bench.directory(), other.as_deref()) else {
        return Ok(Edited::Impossible("no other component may stand there"));
    };
    let (line, column) = (usize::try_from(line)?, usize::try_from(column)?);
    let edit = match edit::apply(&file, line, column, meaning)? {
        Ok(edit) => edit,
        Err(reason) => return Ok(Edited::Impossible(reason)),
    };
    let resolved = bench.resolve(population.flags(sample));
    edit.undo()?;
    Ok(match resolved? {
        Err(said) => Edited::Refused(said),
        Ok([recipe, hydrated]) => Edited::Changed(difference(before, &scalars(&recipe, &hydrated))),
    })
}

/// The change that keeps the document resolvable, by what the field means.
fn meaning<'a>(
    sample: &Sample,
    entry: &'a Value,
    directory: &'a Path,
    other: Option<&'a str>,
) -> Option<Meaning<'a>> {
    let kind = sample.kind.as_str();
    let is_value = kind.starts_with("values") || kind.contains("overrides");
    Some(match kind {
        _ if is_value => Meaning::Any(&entry["value"]),
        // A type that no overlay states follows from what its registry entry has.
        "componentRefs.type" if entry["author"] == "registry default `type`" => {
            Meaning::Kustomization
        }
        "componentRefs.type" => Meaning::Name("Kustomize"),
        "componentRefs.healthCheckAsserts" => Meaning::WholeFile,
        "componentRefs.valuesFile"
        | "componentRefs.manifestFiles"
        | "componentRefs.preManifestFiles" => Meaning::File(directory),
        "componentRefs.dependencyRefs" => Meaning::Name(other?),
        _ if kind.ends_with("severity") => Meaning::Severity,
        _ if kind.ends_with("timeout") => Meaning::Duration,
        _ if kind.contains("constraints") && kind.ends_with(".value") => Meaning::Constraint,
        _ => Meaning::Any(&entry["value"]),
    })
}

/// For a dependency: another component that may stand there, which is one that is no dependency
/// already and does not itself depend on the owner.
fn other_component(population: &Population, sample: &Sample) -> Option<String> {
    let owner = population.component(sample)?;
    let own = population.dependencies(sample, owner);
    population
        .names(sample)
        .iter()
        .filter(|name| population.order(sample).contains(name))
        .find(|name| {
            *name != owner
                && !own.contains(name)
                && !reaches(population, sample, name, owner, &mut Vec::new())
        })
        .cloned()
}

/// Returns whether a component depends on another, over any number of steps.
fn reaches(
    population: &Population,
    sample: &Sample,
    from: &str,
    to: &str,
    seen: &mut Vec<String>,
) -> bool {
    if from == to {
        return true;
    }
    if seen.iter().any(|name| name == from) {
        return false;
    }
    seen.push(from.to_owned());
    let next = population.dependencies(sample, from);
    next.iter()
        .any(|name| reaches(population, sample, name, to, seen))
}

/// The other path under which the same value stands: inline overrides are part of the values.
fn copy_of(names: &[String], target: &str) -> Option<String> {
    if let Some((head, rest)) = target.split_once("].overrides") {
        let index: usize = head.strip_prefix("componentRefs[")?.parse().ok()?;
        return Some(format!(
            "{}.values{rest}",
            step("components", names.get(index)?)
        ));
    }
    names.iter().enumerate().find_map(|(index, name)| {
        let head = format!("{}.values", step("components", name));
        let rest = target.strip_prefix(&head)?;
        Some(format!("componentRefs[{index}].overrides{rest}"))
    })
}

/// Paths at which two documents differ.
fn difference(before: &Scalars, after: &Scalars) -> Vec<String> {
    let mut paths: Vec<String> = before
        .iter()
        .filter(|(path, value)| after.get(*path) != Some(value))
        .map(|(path, _)| path.clone())
        .collect();
    paths.extend(
        after
            .keys()
            .filter(|path| !before.contains_key(*path))
            .cloned(),
    );
    paths
}
