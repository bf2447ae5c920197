//! Taking declarations out of `networks` and `volumes`: Compose refuses a section that nothing is left in.

use strata_diagnostic::Edit;
use strata_document::{Entry, Node};

use super::remove_field;
use crate::context::Context;
use crate::model::Resource;

/// Removes what declares a resource, and the whole section where nothing of it would be left in the
/// file; `is_removed` says which others go, too. Nothing where the file would be left empty.
pub(crate) fn remove_declaration(
    context: &Context<'_>,
    root: &Node,
    section: &str,
    resource: &Resource,
    is_removed: &dyn Fn(&Entry) -> bool,
) -> Option<Edit> {
    let root = root.as_mapping()?;
    let section = root.entry(section)?;
    let source = resource.place.source;
    let mut of_file = section.value.as_mapping()?.iter();
    let stays = |entry: &Entry| entry.key.place.source == source && !is_removed(entry);
    if of_file.any(stays) {
        return remove_field(context, resource.place, &resource.node);
    }
    let is_here = |entry: &Entry| entry.key.place.source == source;
    let mut others = root
        .iter()
        .filter(|entry| entry.key.text != section.key.text);
    if !is_here(section) || !others.any(is_here) {
        return None;
    }
    remove_field(context, section.key.place, &section.value)
}
