//! Files of a bundle by their paths, and what is in them.
//!
//! Nothing here is an error: a bundle that was edited until a file of it says nothing gives releases
//! that say less, and whoever renders them says why that fails.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use strata_artifact::{ArtifactPath, EntryKind, Listing};
use strata_diagnostic::SourceId;
use strata_document::{Limits, Mapping, Node, read_all};

/// Files of a bundle.
pub(crate) struct Files<'a> {
    all: BTreeMap<&'a str, &'a [u8]>,
    /// What was read of: whoever compares bundles need not compare these files as a whole. It is noted
    /// where files are read, since a list beside every reading would be one more thing to keep true.
    taken: RefCell<BTreeSet<&'a str>>,
}

impl<'a> Files<'a> {
    pub(crate) fn new(listing: &'a Listing) -> Self {
        let files = listing
            .entries
            .iter()
            .filter(|entry| entry.kind == EntryKind::File);
        let all = files.map(|entry| (entry.path.as_str(), entry.bytes.as_slice()));
        Self {
            all: all.collect(),
            taken: RefCell::default(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.all.iter().map(|(path, bytes)| (*path, *bytes))
    }

    /// Returns what is in a file that says what is installed.
    pub(crate) fn get(&self, path: &str) -> Option<&'a [u8]> {
        let (path, bytes) = self.all.get_key_value(path)?;
        self.taken.borrow_mut().insert(path);
        Some(bytes)
    }

    /// Returns whether a file was read.
    pub(crate) fn is_taken(&self, path: &str) -> bool {
        self.taken.borrow().contains(path)
    }

    /// Returns the first document of a file.
    pub(crate) fn document(&self, path: &str) -> Option<Node> {
        documents(self.get(path)?).into_iter().next()
    }

    /// Returns the text of a file of which a word or two are read, with what is no text in it replaced.
    /// The rest of it still is to be compared.
    pub(super) fn glance(&self, path: &str) -> String {
        let bytes = self.all.get(path).copied().unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Returns the text of a file, with what is no text in it replaced.
    pub(super) fn text(&self, path: &str) -> String {
        String::from_utf8_lossy(self.get(path).unwrap_or_default()).into_owned()
    }

    /// Returns the files below a folder, by paths inside it.
    pub(super) fn below(&self, folder: &str) -> Vec<(ArtifactPath, Vec<u8>)> {
        self.below_that(folder, |_| true)
    }

    fn below_that(
        &self,
        folder: &str,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Vec<(ArtifactPath, Vec<u8>)> {
        let inside = self.iter().filter_map(|(path, _)| {
            let inside = path.strip_prefix(folder)?.strip_prefix('/')?;
            let wanted = is_wanted(inside).then(|| self.get(path))?;
            owned(inside, wanted?)
        });
        inside.collect()
    }

    /// Returns the chart that a folder is: what Helm reads of it.
    pub(super) fn chart(&self, folder: &str) -> Option<Vec<(ArtifactPath, Vec<u8>)>> {
        self.get(&format!("{folder}/Chart.yaml"))?;
        let files = self.below_that(folder, |path| {
            let is_file = ["Chart.yaml", "values.yaml", "values.schema.json"].contains(&path);
            is_file
                || ["templates/", "crds/", "charts/"]
                    .iter()
                    .any(|own| path.starts_with(own))
        });
        Some(files)
    }

    /// Returns what a path of the place where the bundle is published leads to in the bundle: its
    /// longest end that a file has, or a folder.
    pub(super) fn published<'p>(&self, path: &'p str) -> Option<&'p str> {
        let path = path.trim_start_matches("./").trim_matches('/');
        let starts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
        let mut ends = starts.map(|start| &path[start..]);
        ends.find(|end| {
            self.all.contains_key(*end)
                || self.all.keys().any(|file| {
                    file.strip_prefix(*end)
                        .is_some_and(|rest| rest.starts_with('/'))
                })
        })
    }

    /// Returns the names of the components that the recipe of the bundle has.
    pub(super) fn components(&self) -> Vec<String> {
        let recipe = self.document("recipe.yaml");
        let components = recipe
            .as_ref()
            .and_then(|recipe| recipe.get("componentRefs"));
        let components = components.and_then(Node::as_sequence).unwrap_or_default();
        let names = components
            .iter()
            .filter_map(|component| component.get("name")?.as_text());
        names.map(str::to_owned).collect()
    }
}

/// Returns a file with its path; nothing where that is none that may be written.
pub(super) fn owned(path: &str, bytes: &[u8]) -> Option<(ArtifactPath, Vec<u8>)> {
    Some((ArtifactPath::new(path).ok()?, bytes.to_vec()))
}

/// Returns the documents of a stream; none where it is no YAML.
pub(super) fn documents(bytes: &[u8]) -> Vec<Node> {
    let nowhere = SourceId(u32::MAX);
    let read = read_all(bytes, nowhere, &Limits::CATALOG_FILE);
    read.value.unwrap_or_default()
}

/// Returns the text at a path of a tree; empty where there is none.
pub(super) fn text_at(node: &Node, path: &[&str]) -> String {
    let found = node.at(path).and_then(Node::as_text);
    found.unwrap_or_default().to_owned()
}

/// Returns an object of a deployer without what was read of it at these paths, and without the numbers of
/// folders, which change whenever a release comes in between.
pub(super) fn remaining(object: &Node, read: &[&[&str]]) -> Node {
    let mut left = object.clone();
    for path in read {
        remove(&mut left, path);
    }
    without_numbers(&mut left);
    left
}

/// Removes what stands at a path, and what is empty without it.
fn remove(node: &mut Node, path: &[&str]) {
    let Some((key, rest)) = path.split_first() else {
        return;
    };
    if let Some(items) = node.as_sequence_mut() {
        for item in items {
            remove(item, path);
        }
        return;
    }
    let Some(mapping) = node.as_mapping_mut() else {
        return;
    };
    if let Some(inner) = mapping.get_mut(key).filter(|_| !rest.is_empty()) {
        remove(inner, rest);
        if !inner.is_empty() {
            return;
        }
    }
    mapping.remove(key);
}

fn without_numbers(node: &mut Node) {
    let place = node.place;
    if let Some(items) = node.as_sequence_mut() {
        items.iter_mut().for_each(without_numbers);
    } else if let Some(entries) = node.as_mapping() {
        let mut mapping = Mapping::default();
        for entry in entries {
            let mut value = entry.value.clone();
            without_numbers(&mut value);
            mapping.insert(entry.key.clone(), value);
        }
        *node = Node::mapping(mapping, place);
    } else if let Some(text) = node.as_text().filter(|text| text.contains('/')) {
        let parts = text.split('/');
        let parts = parts.map(|part| numbered(part).map_or(part, |(_, name)| name));
        let without = parts.collect::<Vec<_>>().join("/");
        *node = Node::string(without, place);
    }
}

/// Returns whether two lists of documents mean the same; empty ones do not count.
pub(super) fn mean_the_same<'a>(
    before: impl IntoIterator<Item = &'a Vec<u8>>,
    after: impl IntoIterator<Item = &'a Vec<u8>>,
) -> bool {
    let (before, after): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) =
        (before.into_iter().collect(), after.into_iter().collect());
    if before == after {
        return true;
    }
    let full = |texts: Vec<&Vec<u8>>| -> Option<Vec<Node>> {
        let mut full = Vec::new();
        for text in texts {
            let nowhere = SourceId(u32::MAX);
            // What cannot be read may mean anything.
            let documents = read_all(text, nowhere, &Limits::CATALOG_FILE).value?;
            full.extend(
                documents
                    .into_iter()
                    .filter(|document| !document.is_empty()),
            );
        }
        Some(full)
    };
    let (Some(before), Some(after)) = (full(before), full(after)) else {
        return false;
    };
    before.len() == after.len() && before.iter().zip(&after).all(|(a, b)| a.means_the_same(b))
}

/// Number and name of the folder of a release.
pub(super) fn numbered(folder: &str) -> Option<(u64, &str)> {
    let (number, name) = folder.split_once('-')?;
    let is_number = number.len() >= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !name.is_empty()).then_some((number.parse().ok()?, name))
}
