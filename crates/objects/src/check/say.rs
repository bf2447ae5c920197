//! The words of findings about one object.

use strata_diagnostic::Fix;
use strata_document::{Node, Scalar, ScalarKind};

use crate::object::Object;
use crate::text::shown;

/// Returns how messages call an object: `Deployment web`, or its kind alone.
pub(super) fn called(object: &Object<'_>) -> String {
    let kind = shown(object.kind);
    if object.name.is_empty() {
        return kind.into_owned();
    }
    format!("{kind} `{}`", shown(object.name))
}

/// Whether the readers of kubectl and Helm, which follow YAML 1.1, take a text without quotes for a boolean.
pub(super) fn is_old_boolean(scalar: &Scalar) -> bool {
    scalar.is_plain
        && scalar.kind == ScalarKind::String
        && matches!(
            &*scalar.text,
            "y" | "Y"
                | "yes"
                | "Yes"
                | "YES"
                | "on"
                | "On"
                | "ON"
                | "n"
                | "N"
                | "no"
                | "No"
                | "NO"
                | "off"
                | "Off"
                | "OFF"
        )
}

/// Returns what a value is, in words.
pub(super) fn found(node: &Node) -> String {
    match node.as_scalar() {
        Some(scalar) if is_old_boolean(scalar) => {
            format!("`{}` without quotes, which is a boolean", scalar.text)
        }
        _ => node.kind_name().to_owned(),
    }
}

/// Returns the fix that quotes a plain scalar. Nothing where it spans lines, or is in the text in another form.
pub(super) fn quoted(node: &Node) -> Option<Fix> {
    let scalar = node.as_scalar().filter(|scalar| scalar.is_plain)?;
    let place = node.place;
    let length = place.end.checked_sub(place.start)?;
    let is_simple = |c: char| c.is_alphanumeric() || "+-._:".contains(c);
    let fits =
        length > 0 && length as usize == scalar.text.len() && scalar.text.chars().all(is_simple);
    fits.then(|| {
        Fix::needs_consent("quote it")
            .insert(place.source, place.start, "\"")
            .insert(place.source, place.end, "\"")
    })
}
