//! Objects that differ, for programs.

use strata_client::{RenderedAnswer, RenderedComponent};
use strata_diagnostic::{Outcome, Place};
use strata_document::{Node, write_json};
use strata_release::{FieldChange, ObjectDifference, ObjectId};

use super::super::json::{change, list, number, object, text};

/// Returns the whole difference.
///
/// # Errors
///
/// `DOC-13` for a value that JSON cannot hold.
pub(in super::super) fn json(answer: &RenderedAnswer) -> Outcome<String> {
    let side = |(name, kind): &(String, strata_client::SideKind)| {
        object([("name", text(name)), ("kind", text(kind.name()))])
    };
    let not_given = answer.not_given.iter().map(|(side, value)| {
        object([
            ("side", text(side.name())),
            ("file", text(&value.file)),
            ("value", text(&value.value)),
        ])
    });
    let boolean = |value| Node::boolean(value, Place::NOWHERE);
    let document = object([
        ("before", side(&answer.before)),
        ("after", side(&answer.after)),
        ("differs", boolean(!answer.is_empty())),
        ("complete", boolean(answer.is_complete())),
        (
            "basis",
            list(answer.basis.iter().map(|sentence| text(sentence))),
        ),
        ("same", number(answer.same)),
        ("unchangedReleases", number(answer.unchanged_releases)),
        ("components", list(answer.components.iter().map(component))),
        ("notGiven", list(not_given)),
    ]);
    write_json(&document)
}

fn component(component: &RenderedComponent) -> Node {
    let failed = component.not_rendered.iter().map(|failed| {
        object([
            ("release", text(&failed.release)),
            ("side", text(failed.side.name())),
            ("reason", text(&failed.reason)),
        ])
    });
    let mut fields = vec![
        ("name", text(&component.name)),
        ("same", number(component.same)),
        ("objects", list(component.objects.iter().map(of_object))),
        ("notRendered", list(failed)),
    ];
    if !component.unstable.is_empty() {
        fields.push(("unstable", list(component.unstable.iter().map(id))));
    }
    object(fields)
}

fn id(id: &ObjectId) -> Node {
    let mut fields = vec![("group", text(&id.group)), ("kind", text(&id.kind))];
    if !id.namespace.is_empty() {
        fields.push(("namespace", text(&id.namespace)));
    }
    if !id.name.is_empty() {
        fields.push(("name", text(&id.name)));
    }
    if id.repetition > 0 {
        fields.push(("repetition", number(id.repetition)));
    }
    object(fields)
}

fn of_object(difference: &ObjectDifference) -> Node {
    let mut fields = vec![
        ("object", id(&difference.id)),
        ("release", text(&difference.release)),
        ("fate", text(difference.fate.name())),
    ];
    if let Some(other) = &difference.taken_from {
        fields.push(("takenFrom", text(other)));
    }
    if !difference.changes.is_empty() {
        fields.push(("changes", list(difference.changes.iter().map(field))));
    }
    object(fields)
}

/// Values of Secrets are in none of its fields.
fn field(field: &FieldChange) -> Node {
    if !field.is_concealed {
        return change(&field.change);
    }
    object([
        ("path", text(&field.change.path.to_string())),
        ("kind", text(field.change.kind.name())),
        ("concealed", Node::boolean(true, Place::NOWHERE)),
    ])
}
