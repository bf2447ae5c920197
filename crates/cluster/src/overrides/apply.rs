//! Statements applied to values.
//!
//! Shallow paths go first, so that the order in which they were typed does not matter. A scalar is
//! set at its path, making mappings on the way; a tree is merged, and null removes, or is left for Helm
//! where there is nothing to remove.

use strata_diagnostic::{Finding, nearest};
use strata_document::{Key, Mapping, Node, Selector, Step};

use super::{Form, Override};
use crate::codes;
use crate::journal::{Action, Author, Journal, Segment};
use crate::merge::{Nulls, deep_merge};

/// Applies the statements of a component that are trees, or those that are scalars.
///
/// # Errors
///
/// `CLU-39` where a path leads through something that is neither mapping nor list, or a scalar would
/// replace a mapping; `CLU-41`, a warning, where a key is new and one like it is there.
pub(crate) fn apply_overrides<J: Journal>(
    values: &mut Node,
    overrides: &[Override],
    trees: bool,
    journal: &mut J,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stated in overrides
        .iter()
        .filter(|stated| stated.form.is_tree() == trees)
    {
        journal.author(|| Author::Flag {
            name: stated.form.flag(),
        });
        let mut walk = Walk {
            stated,
            findings: &mut findings,
            reached: Selector::default(),
        };
        walk.apply(values, journal);
    }
    findings
}

/// One statement on its way into the values.
struct Walk<'a> {
    stated: &'a Override,
    findings: &'a mut Vec<Finding>,
    reached: Selector,
}

impl Walk<'_> {
    fn apply<J: Journal>(&mut self, values: &mut Node, journal: &mut J) {
        let steps = self.stated.path.steps.clone();
        // Where there is nothing to remove, null is left for Helm: the chart may have a default.
        let removes = self.removes() && is_there(values, &steps);
        let mut node = &mut *values;
        let mut entered = 0;
        for (index, step) in steps.iter().enumerate() {
            let is_last = index + 1 == steps.len();
            let Some(next) = self.descend(node, step) else {
                break;
            };
            journal.enter(|| segment(step));
            entered += 1;
            self.reached.steps.push(step.clone());
            node = next;
            if is_last && removes {
                journal.record(Action::Deleted, &self.stated.value);
            } else if is_last {
                self.put(node, journal);
            }
        }
        for _ in 0..entered {
            journal.leave();
        }
        if removes {
            remove_at(values, &steps);
        }
    }

    fn removes(&self) -> bool {
        self.stated.form.is_tree() && self.stated.value.is_null()
    }

    /// Returns what a step leads to, made if it is not there.
    fn descend<'n>(&mut self, node: &'n mut Node, step: &Step) -> Option<&'n mut Node> {
        match step {
            Step::Key(key) if node.is_null() || node.as_mapping().is_some() => self.key(node, key),
            Step::Index(position) if node.as_sequence().is_some() => self.item(node, *position),
            _ => {
                self.blocked(node, step);
                None
            }
        }
    }

    fn key<'n>(&mut self, node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
        let place = self.stated.value.place;
        if node.is_null() {
            *node = Node::mapping(Mapping::default(), place);
        }
        let mapping = node.as_mapping_mut()?;
        if mapping.get(key).is_none() {
            self.warn_of_similar(mapping, key);
            mapping.insert(Key::new(key, place), Node::null(place));
        }
        mapping.get_mut(key)
    }

    /// The position behind the last item adds one.
    fn item<'n>(&mut self, node: &'n mut Node, position: usize) -> Option<&'n mut Node> {
        let place = self.stated.value.place;
        let items = node.as_sequence_mut()?;
        let count = items.len();
        if position == count && !self.removes() {
            items.push(Node::null(place));
        }
        if position >= items.len() {
            let path = &self.stated.path;
            let message = format!("`{path}`: the list has {count} items, positions begin at 0");
            let finding = Finding::new(&codes::BAD_OVERRIDE, message).at(place);
            let help = format!("[{count}] adds an item");
            self.findings.push(finding.help(help));
        }
        items.get_mut(position)
    }

    fn blocked(&mut self, node: &Node, step: &Step) {
        let reached = match self.reached.steps.as_slice() {
            [] => "the values".to_owned(),
            _ => format!("`{}`", self.reached),
        };
        let is = if node.is_null() {
            "is not there".to_owned()
        } else {
            format!("is {}", node.kind_name())
        };
        let message = format!(
            "`{}:{}`: {reached} {is}",
            self.stated.component, self.stated.path
        );
        let mut finding = Finding::new(&codes::BAD_OVERRIDE, message).at(self.stated.value.place);
        if !node.is_null() {
            finding = finding.labeled(node.place, "it is set here");
        }
        let help = match step {
            Step::Key(_) => "a key needs a mapping; --set-json replaces the whole value",
            Step::Index(_) => "a position in brackets needs a list; --set-json states a whole one",
            Step::Named { .. } => "name an item of a list by its position, for example `list[0]`",
        };
        self.findings.push(finding.help(help));
    }

    /// A key beside which there is one that is nearly the same is probably a mistake.
    fn warn_of_similar(&mut self, mapping: &Mapping, key: &str) {
        let known: Vec<&str> = mapping.iter().map(|entry| &*entry.key.text).collect();
        let Some(near) = nearest(key, known) else {
            return;
        };
        let message = format!(
            "`{}:{}` makes a new key `{key}` beside `{near}`",
            self.stated.component, self.stated.path
        );
        let finding = Finding::new(&codes::SIMILAR_KEY, message).at(self.stated.value.place);
        self.findings
            .push(finding.help(format!("did you mean `{near}`?")));
    }

    fn put<J: Journal>(&mut self, node: &mut Node, journal: &mut J) {
        let value = &self.stated.value;
        if self.stated.form.is_tree() {
            deep_merge(node, value, Nulls::Delete, journal);
            return;
        }
        if node.as_mapping().is_some_and(|mapping| !mapping.is_empty()) {
            let message = format!(
                "`{}:{}` is a mapping with {} keys, and one value would replace it",
                self.stated.component,
                self.stated.path,
                node.as_mapping().map_or(0, Mapping::len)
            );
            let finding = Finding::new(&codes::BAD_OVERRIDE, message)
                .at(value.place)
                .labeled(node.place, "it is set here");
            self.findings.push(
                finding.help("name a key inside it, or use --set-json to replace it on purpose"),
            );
            return;
        }
        journal.record(Action::Set, value);
        *node = value.clone();
    }
}

fn segment(step: &Step) -> Segment {
    match step {
        Step::Key(key) => Segment::Key(key.as_str().into()),
        Step::Index(position) => Segment::Index(*position),
        Step::Named { value, .. } => Segment::Named(value.as_str().into()),
    }
}

/// Whether a path leads to a value that is not null.
fn is_there(values: &Node, steps: &[Step]) -> bool {
    let mut node = values;
    for step in steps {
        let next = match step {
            Step::Key(key) => node.get(key),
            Step::Index(position) => node.as_sequence().and_then(|items| items.get(*position)),
            Step::Named { .. } => None,
        };
        let Some(next) = next else { return false };
        node = next;
    }
    !node.is_null()
}

/// Removes the entry at a path, if it is there.
fn remove_at(values: &mut Node, steps: &[Step]) {
    let Some((last, parents)) = steps.split_last() else {
        return;
    };
    let mut node = values;
    for step in parents {
        let next = match step {
            Step::Key(key) => node
                .as_mapping_mut()
                .and_then(|mapping| mapping.get_mut(key)),
            Step::Index(position) => node
                .as_sequence_mut()
                .and_then(|items| items.get_mut(*position)),
            Step::Named { .. } => None,
        };
        let Some(next) = next else { return };
        node = next;
    }
    match last {
        Step::Key(key) => {
            if let Some(mapping) = node.as_mapping_mut() {
                mapping.remove(key);
            }
        }
        Step::Index(position) => {
            if let Some(items) = node.as_sequence_mut()
                && *position < items.len()
            {
                items.remove(*position);
            }
        }
        Step::Named { .. } => {}
    }
}

/// Returns whether a path is stated by any of the overrides, itself or something in it.
pub(crate) fn states(overrides: &[Override], path: &[&str]) -> bool {
    overrides.iter().any(|stated| {
        let steps = &stated.path.steps;
        let is_same = steps
            .iter()
            .zip(path)
            .all(|(step, part)| matches!(step, Step::Key(key) if key == part));
        is_same
            && (steps.len() >= path.len()
                || (stated.form.is_tree() && stated.value.at(&path[steps.len()..]).is_some()))
            && (stated.form != Form::File || !stated.value.is_null())
    })
}
