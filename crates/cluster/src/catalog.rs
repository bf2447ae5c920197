//! Catalogs: the knowledge recipes are made of.
//!
//! A catalog is a stack of layers: the one compiled in or a directory given in its place, and any
//! number of directories laid over it. Loading is pure: it is handed lists of paths and bytes. What
//! it finds wrong it reports all at once; what it loads is immutable.

mod files;
mod image;
mod load;
mod registry;
mod schema;

use std::collections::BTreeMap;
use std::sync::Arc;

use strata_diagnostic::{Finding, Outcome, Place, SourceId};
use strata_document::{Digest, Node};

pub use files::{CatalogFile, FileBody, Layer};
pub use image::{ImageError, pack_catalog};
pub use load::{BaseLayer, load_catalog};
pub use registry::{ComponentEntry, SchedulingClass, SchedulingPaths, Validation};
pub use schema::{
    CatalogDocument, ComponentNote, ComponentNotes, CriteriaBlock, InstallNote, RecipeMetadata,
    RecipeMixin,
};

use crate::codes;
use crate::criteria::Criteria;
use crate::vocabulary::Vocabulary;

/// A `RecipeMetadata` of a catalog.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// `metadata.name`, its identity.
    pub name: Arc<str>,
    /// What it applies to; an overlay without criteria is only ever an ancestor.
    pub criteria: Option<Criteria>,
    /// Name of the parent; none for children of the base.
    pub base: Option<Arc<str>>,
    /// Where `spec.base` is stated.
    pub base_place: Place,
    /// The file.
    pub source: SourceId,
    /// Whether it comes from a `--data` layer.
    pub is_external: bool,
    body: files::LazyTree,
}

impl Overlay {
    /// Returns the `spec` block; null if there is none.
    pub fn spec(&self) -> Node {
        let whole = self.body.tree();
        whole
            .get("spec")
            .cloned()
            .unwrap_or_else(|| Node::null(whole.place))
    }

    /// Returns the place of the overlay's `metadata.name`, or of its file.
    pub fn place(&self) -> Place {
        let name = self
            .body
            .tree()
            .at(&["metadata", "name"])
            .map(|name| name.place);
        name.unwrap_or(Place::whole(self.source))
    }
}

/// A `RecipeMixin` of a catalog.
#[derive(Clone, Debug)]
pub struct Mixin {
    /// `metadata.name`.
    pub name: Arc<str>,
    /// The file.
    pub source: SourceId,
    body: files::LazyTree,
}

impl Mixin {
    /// Returns the `spec` block; null if there is none.
    pub fn spec(&self) -> Node {
        let whole = self.body.tree();
        whole
            .get("spec")
            .cloned()
            .unwrap_or_else(|| Node::null(whole.place))
    }
}

/// A loaded catalog.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// Version the catalog states of itself, from `catalog.yaml`.
    pub version: Option<String>,
    /// Digest over every file of every layer.
    pub digest: Digest,
    /// Labels of the layers, base first.
    pub layers: Vec<Arc<str>>,
    /// Legal values of criteria.
    pub vocabulary: Vocabulary,
    base: Overlay,
    overlays: Vec<Overlay>,
    mixins: BTreeMap<Arc<str>, Mixin>,
    components: Vec<ComponentEntry>,
    notes: BTreeMap<String, ComponentNote>,
    gate_image: String,
    files: BTreeMap<Arc<str>, CatalogFile>,
}

/// Path of a component's base values file.
pub fn base_values_path(component: &str) -> String {
    format!("components/{component}/values.yaml")
}

impl Catalog {
    /// Returns the root overlay.
    pub fn base(&self) -> &Overlay {
        &self.base
    }

    /// Returns all overlays but the base in byte order of their names.
    pub fn overlays(&self) -> &[Overlay] {
        &self.overlays
    }

    /// Returns an overlay by name.
    pub fn overlay(&self, name: &str) -> Option<&Overlay> {
        let found = self
            .overlays
            .binary_search_by(|overlay| (*overlay.name).cmp(name));
        found.ok().and_then(|index| self.overlays.get(index))
    }

    /// Returns a mixin by name.
    pub fn mixin(&self, name: &str) -> Option<&Mixin> {
        self.mixins.get(name)
    }

    /// Returns all mixins in byte order of their names.
    pub fn mixins(&self) -> impl Iterator<Item = &Mixin> {
        self.mixins.values()
    }

    /// Returns the registry in file order.
    pub fn components(&self) -> &[ComponentEntry] {
        &self.components
    }

    /// Returns a registry entry by exact name; of several, the last counts.
    pub fn component(&self, name: &str) -> Option<&ComponentEntry> {
        self.components
            .iter()
            .rev()
            .find(|entry| *entry.name == name)
    }

    /// Returns what the catalog says about a component beside its registry entry.
    pub fn note(&self, component: &str) -> Option<&ComponentNote> {
        self.notes.get(component)
    }

    /// Returns the image that readiness gates are run with; empty where no layer names one.
    pub fn gate_image(&self) -> &str {
        &self.gate_image
    }

    /// Returns a file by its path inside the catalog.
    pub fn file(&self, path: &str) -> Option<&CatalogFile> {
        self.files.get(path)
    }

    /// Returns every file with its path, sorted.
    pub fn files(&self) -> impl Iterator<Item = (&str, &CatalogFile)> {
        self.files.iter().map(|(path, file)| (&**path, file))
    }

    /// Returns a file that a document refers to.
    ///
    /// # Errors
    ///
    /// `CLU-17` where the path is absolute or climbs, `CLU-18` where there is no such file.
    pub fn referenced_file(&self, path: &str, referrer: Place) -> Outcome<&CatalogFile> {
        let climbs = path.starts_with('/')
            || path.contains('\\')
            || path.split('/').any(|part| matches!(part, ".." | "." | ""));
        if climbs {
            let finding = Finding::new(
                &codes::UNSAFE_PATH,
                format!("path `{path}` leaves the catalog"),
            )
            .at(referrer)
            .help("name a file below the catalog's root, without `..` and without a leading `/`");
            return Outcome::fail(finding);
        }
        match self.file(path) {
            Some(file) => Outcome::ok(file),
            None => {
                let known = self.files.keys().map(|known| &**known);
                let finding = Finding::new(
                    &codes::MISSING_FILE,
                    format!("the catalog has no file `{path}`"),
                )
                .at(referrer);
                Outcome::fail(match strata_diagnostic::nearest(path, known) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help("add the file, or correct the path"),
                })
            }
        }
    }

    /// Returns the names from an overlay to the root, nearest first, without the base; stops at a
    /// missing name and at a repetition.
    pub fn ancestors<'a>(&'a self, overlay: &'a Overlay) -> Vec<&'a Overlay> {
        let mut found: Vec<&Overlay> = Vec::new();
        let mut next = overlay.base.as_deref().and_then(|name| self.overlay(name));
        while let Some(ancestor) = next {
            let repeated = ancestor.name == overlay.name
                || found.iter().any(|other| other.name == ancestor.name);
            if repeated {
                break;
            }
            found.push(ancestor);
            next = ancestor.base.as_deref().and_then(|name| self.overlay(name));
        }
        found
    }

    /// Returns whether no overlay names this one as its base.
    pub fn is_leaf(&self, overlay: &Overlay) -> bool {
        !self
            .overlays
            .iter()
            .any(|other| other.base.as_ref() == Some(&overlay.name))
    }
}
