//! The bytes of a compiled-in catalog: an index, and a packed tree for each image of each file.

use serde::{Deserialize, Serialize};
use strata_document::{Entry, Node, pack};

/// What is read at start-up. `T` is text: owned where it is written, borrowed where it is read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Index<T> {
    /// Words of tags, and whether each is what images are made from.
    pub(super) words: Vec<(T, bool)>,
    pub(super) files: Vec<IndexFile<T>>,
    pub(super) images: Vec<IndexImage<T>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct IndexFile<T> {
    pub(super) path: T,
    /// Name, source and day of what its facts are from.
    pub(super) evidence: Vec<(T, T, T)>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct IndexImage<T> {
    pub(super) repository: T,
    /// Which file it stands in.
    pub(super) file: u32,
    /// Range of the packed tree in what follows the index.
    pub(super) from: u32,
    pub(super) to: u32,
}

impl Index<&'static str> {
    /// Reads the index and returns it with what follows it.
    pub(super) fn read(bytes: &'static [u8]) -> Option<(Self, &'static [u8])> {
        postcard::take_from_bytes(bytes).ok()
    }
}

/// Writes an index and what it points to. Files that are trees without findings are expected.
pub(super) fn write<'a>(
    words: Vec<(String, bool)>,
    files: impl Iterator<Item = (&'a str, Node)>,
) -> Vec<u8> {
    let size = |length: usize| u32::try_from(length).expect("an image is smaller than 4 GiB");
    let mut index: Index<String> = Index {
        words,
        ..Index::default()
    };
    let mut blob = Vec::new();
    for (path, tree) in files {
        for Entry { key, value } in mapping(&tree, "images") {
            if value.is_null() {
                index.images.retain(|image| *image.repository != *key.text);
                continue;
            }
            let from = size(blob.len());
            blob.extend_from_slice(&pack(value));
            index.images.push(IndexImage {
                repository: key.text.to_string(),
                file: size(index.files.len()),
                from,
                to: size(blob.len()),
            });
        }
        let evidence = mapping(&tree, "evidence").map(|Entry { key, value }| {
            let text = |name| {
                let node = value.get(name).and_then(Node::as_text);
                node.unwrap_or_default().to_owned()
            };
            (key.text.to_string(), text("source"), text("verified"))
        });
        index.files.push(IndexFile {
            path: path.to_owned(),
            evidence: evidence.collect(),
        });
    }
    let mut bytes = postcard::to_stdvec(&index).expect("memory is the only limit of packing");
    bytes.extend_from_slice(&blob);
    bytes
}

fn mapping<'a>(tree: &'a Node, field: &str) -> impl Iterator<Item = &'a Entry> {
    let mapping = tree.at(&["spec", field]).and_then(Node::as_mapping);
    mapping.into_iter().flatten()
}
