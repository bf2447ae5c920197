//! `strata diff --rendered`: the same three formats, of objects.

mod json;
mod markdown;
mod text;

use strata_client::RenderedAnswer;
use strata_release::{Fate, ObjectDifference};

pub(super) use json::json;
pub(super) use markdown::markdown;
pub(super) use text::text;

/// `1 new, 2 changed, 10 alike; 12 releases are installed alike`.
fn counts(answer: &RenderedAnswer) -> String {
    let mut parts = Vec::new();
    for fate in [Fate::New, Fate::Gone, Fate::Changed] {
        let count = answer.count(fate);
        if count > 0 {
            parts.push(format!("{count} {}", fate.name()));
        }
    }
    parts.push(format!("{} alike", answer.same));
    let objects = format!("objects: {}", parts.join(", "));
    match answer.unchanged_releases {
        0 => objects,
        1 => format!("{objects}; 1 release is installed as before"),
        count => format!("{objects}; {count} releases are installed as before"),
    }
}

/// What was not rendered, one sentence each; one for both sides where the reason is one.
fn gaps(answer: &RenderedAnswer) -> Vec<String> {
    let mut gaps: Vec<(&str, Vec<&str>, &str)> = Vec::new();
    for component in &answer.components {
        for failed in &component.not_rendered {
            let (release, reason) = (failed.release.as_str(), failed.reason.as_str());
            let side = failed.side.name();
            match gaps.last_mut() {
                Some((known, sides, why)) if (*known, *why) == (release, reason) => {
                    sides.push(side);
                }
                _ => gaps.push((release, vec![side], reason)),
            }
        }
    }
    let sentence = |(release, sides, reason): (&str, Vec<&str>, &str)| {
        format!("{release} ({}): {reason}", sides.join(" and "))
    };
    gaps.into_iter().map(sentence).collect()
}

/// What is to be known beside the objects, one sentence each.
fn remarks(answer: &RenderedAnswer) -> Vec<String> {
    let mut remarks: Vec<String> = answer
        .basis
        .iter()
        .map(|&sentence| sentence.to_owned())
        .collect();
    for (side, value) in &answer.not_given {
        remarks.push(format!(
            "{}: `{}` of {} is not given yet, and charts were rendered without it",
            side.name(),
            value.value,
            value.file
        ));
    }
    for component in &answer.components {
        for id in &component.unstable {
            remarks.push(format!(
                "{}: objects of kind {} get another name at every rendering and are not compared",
                component.name, id.kind
            ));
        }
    }
    remarks
}

/// The object, and the release it comes from where that is not the component itself.
fn title(component: &str, object: &ObjectDifference) -> String {
    let mut title = object.id.title();
    if object.release != component {
        title.push_str(&format!(" (release {})", object.release));
    }
    if let Some(other) = &object.taken_from {
        title.push_str(&format!(" (was a part of {other})"));
    }
    title
}
