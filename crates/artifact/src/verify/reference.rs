//! Bundles of the reference, read as it reads them, and what they leave unprotected.

use super::list::List;
use super::{BundleFormat, Inventory, Verdict};
use crate::listing::{EntryKind, Listing};
use crate::markers::is_version_control;

/// Files that the reference writes after the list, or does not list for another reason; what stands
/// below the directories is left out as a whole.
const LEFT_OUT: &[(&str, &str)] = &[
    ("recipe.yaml", "the reference writes it after the list"),
    (
        "attestation",
        "the reference signs it, which is not checked here",
    ),
    ("oci-layout", "a registry's copy of the bundle"),
    ("oci-layout-helm", "a registry's copy of the bundle"),
];
/// Only its plain Helm bundles hold the recipe.
const HELM_SCRIPT: &str = "deploy.sh";

pub(super) fn verify(listing: &Listing, bytes: &[u8]) -> Verdict {
    let list = List::read(bytes);
    let is_helm = list.files.contains_key(HELM_SCRIPT);
    let mut inventory = Inventory::of(listing, |entry| {
        let path = entry.path.as_str();
        if matches!(entry.kind, EntryKind::Link | EntryKind::Other) {
            return None;
        }
        let first = path.split('/').next().unwrap_or(path);
        if is_version_control(path) {
            return Some((first, "belongs to version control".to_owned()));
        }
        let (name, reason) = LEFT_OUT.iter().find(|(name, _)| *name == first)?;
        // A file that is listed after all is held against the list.
        let is_recipe = *name == LEFT_OUT[0].0;
        let is_covered =
            list.files.contains_key(path) || (is_recipe && (path != *name || !is_helm));
        (!is_covered).then(|| (first, (*reason).to_owned()))
    });
    // An empty list reports one problem, not every file.
    if !list.files.is_empty() {
        list.compare(&mut inventory);
        inventory.refuse_empty(|_| false);
    }
    let listed = list.files.len();
    inventory.problems.extend(list.problems);
    let modes = "the list of the reference does not record who may run a file";
    inventory.leave("executable bits", modes.to_owned());
    inventory.close(BundleFormat::Reference, listed)
}
