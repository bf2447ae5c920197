//! Files of a catalog, layered, and read when they are used.

use std::sync::{Arc, OnceLock};

use strata_diagnostic::{Finding, Outcome, Place, SourceId};
use strata_document::{InputFile, Limits, Node, codes, read, unpack};

/// A directory of catalog files.
#[derive(Clone, Debug)]
pub struct Layer {
    /// As shown to people: `data 1: ./ext`.
    pub label: String,
    /// Put before a file's path to name it: `./ext/`.
    pub prefix: String,
    /// Files sorted by path.
    pub files: Vec<InputFile>,
}

/// A tree that is unpacked when it is first used.
#[derive(Clone, Debug)]
pub(crate) enum LazyTree {
    Ready(Node),
    Packed {
        bytes: &'static [u8],
        source: SourceId,
        cell: Arc<OnceLock<Node>>,
    },
}

impl LazyTree {
    pub(crate) fn packed(bytes: &'static [u8], source: SourceId) -> Self {
        Self::Packed {
            bytes,
            source,
            cell: Arc::new(OnceLock::new()),
        }
    }

    pub(crate) fn tree(&self) -> &Node {
        match self {
            Self::Ready(node) => node,
            Self::Packed {
                bytes,
                source,
                cell,
            } => cell.get_or_init(|| {
                unpack(bytes, *source).expect("the image was made by the same build")
            }),
        }
    }
}

/// Content of a file.
#[derive(Clone, Debug)]
pub enum FileBody {
    /// As read from a directory.
    Bytes(Arc<[u8]>),
    /// Compiled in.
    Static(&'static [u8]),
}

/// A file of a catalog.
#[derive(Clone, Debug)]
pub struct CatalogFile {
    /// Where it is, for places.
    pub source: SourceId,
    /// Its content.
    pub body: FileBody,
    /// Its tree, where the image holds one, or once it has been read.
    tree: Arc<OnceLock<Outcome<Node>>>,
    packed: Option<&'static [u8]>,
}

impl CatalogFile {
    /// Creates a file of a directory.
    pub fn new(source: SourceId, bytes: Arc<[u8]>) -> Self {
        Self {
            source,
            body: FileBody::Bytes(bytes),
            tree: Arc::default(),
            packed: None,
        }
    }

    /// Creates a compiled-in file, with its tree if it is a document.
    pub fn compiled(source: SourceId, text: &'static [u8], packed: Option<&'static [u8]>) -> Self {
        Self {
            source,
            body: FileBody::Static(text),
            tree: Arc::default(),
            packed,
        }
    }

    /// Returns the content.
    pub fn bytes(&self) -> &[u8] {
        match &self.body {
            FileBody::Bytes(bytes) => bytes,
            FileBody::Static(bytes) => bytes,
        }
    }

    /// Returns the content as text.
    ///
    /// # Errors
    ///
    /// `DOC-1`.
    pub fn text(&self) -> Outcome<&str> {
        match std::str::from_utf8(self.bytes()) {
            Ok(text) => Outcome::ok(text),
            Err(_) => {
                let finding = Finding::new(&codes::NOT_TEXT, "not UTF-8 text");
                Outcome::fail(finding.at(Place::whole(self.source)))
            }
        }
    }

    /// Returns the first document of the file.
    ///
    /// # Errors
    ///
    /// Findings of the document reader.
    pub fn tree(&self) -> Outcome<Node> {
        let outcome = self.tree.get_or_init(|| match self.packed {
            Some(packed) => Outcome::ok(
                unpack(packed, self.source).expect("the image was made by the same build"),
            ),
            None => read(self.bytes(), self.source, &Limits::CATALOG_FILE),
        });
        outcome.clone()
    }
}
