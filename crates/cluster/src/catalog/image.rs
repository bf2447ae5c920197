//! The compiled-in catalog: packed trees behind a small index.
//!
//! Made by the build script of `catalog` from a catalog that loaded without findings, and decoded
//! at start-up without reading any YAML. What a query does not touch is never unpacked.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use strata_diagnostic::{Place, SourceId};
use strata_document::{Digest, pack};

use super::files::LazyTree;
use super::{Catalog, Overlay};
use crate::criteria::{Criteria, Dimension};

#[derive(Serialize, Deserialize)]
struct Index {
    digest: String,
    files: Vec<IndexFile>,
}

#[derive(Serialize, Deserialize)]
struct IndexFile {
    path: String,
    /// Range of the text in the blob.
    text: (u32, u32),
    /// Range of the packed tree in the blob; empty where the file is no document of one tree.
    packed: (u32, u32),
    overlay: Option<IndexOverlay>,
    mixin: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct IndexOverlay {
    name: String,
    criteria: Option<([String; 5], u64)>,
    base: Option<String>,
    base_place: (u32, u32),
}

impl IndexOverlay {
    fn new(overlay: &Overlay) -> Self {
        let criteria = overlay.criteria.as_ref().map(|criteria| {
            (
                Dimension::ALL.map(|d| criteria.get(d).to_owned()),
                criteria.nodes,
            )
        });
        Self {
            name: overlay.name.to_string(),
            criteria,
            base: overlay.base.as_ref().map(ToString::to_string),
            base_place: (overlay.base_place.line, overlay.base_place.column),
        }
    }

    pub(crate) fn overlay(&self, packed: &'static [u8], source: SourceId) -> Overlay {
        let criteria = self.criteria.as_ref().map(|(values, nodes)| {
            let mut criteria = Criteria::default();
            criteria.nodes = *nodes;
            for (dimension, value) in Dimension::ALL.into_iter().zip(values) {
                criteria.set(dimension, value.as_str());
            }
            criteria
        });
        Overlay {
            name: self.name.as_str().into(),
            criteria,
            base: self.base.as_deref().map(Arc::from),
            base_place: Place::at(source, self.base_place.0, self.base_place.1),
            source,
            is_external: false,
            body: LazyTree::packed(packed, source),
        }
    }
}

/// Why bytes are not an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageError;

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the compiled-in catalog cannot be decoded")
    }
}

impl std::error::Error for ImageError {}

/// A file of an image.
pub(crate) struct ImageFile {
    pub(crate) path: String,
    pub(crate) text: &'static [u8],
    pub(crate) packed: Option<&'static [u8]>,
    pub(crate) overlay: Option<IndexOverlay>,
    pub(crate) mixin: Option<String>,
}

/// A decoded index over its blob.
pub(crate) struct Image {
    digest: Digest,
    files: Vec<ImageFile>,
}

impl Image {
    pub(crate) fn decode(bytes: &'static [u8]) -> Result<Self, ImageError> {
        let (index, blob): (Index, &'static [u8]) =
            postcard::take_from_bytes(bytes).map_err(|_| ImageError)?;
        let slice = |(from, to): (u32, u32)| blob.get(from as usize..to as usize).ok_or(ImageError);
        let mut files = Vec::with_capacity(index.files.len());
        for file in index.files {
            let packed = slice(file.packed)?;
            files.push(ImageFile {
                text: slice(file.text)?,
                packed: (!packed.is_empty()).then_some(packed),
                path: file.path,
                overlay: file.overlay,
                mixin: file.mixin,
            });
        }
        let digest = Digest::from_hex(&index.digest).ok_or(ImageError)?;
        Ok(Self { digest, files })
    }

    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn files(&self) -> &[ImageFile] {
        &self.files
    }
}

/// Packs a loaded catalog into the bytes that [`super::BaseLayer::Image`] takes.
///
/// The same catalog gives the same bytes.
pub fn pack_catalog(catalog: &Catalog) -> Vec<u8> {
    let mut blob = Vec::new();
    let mut put = |bytes: &[u8]| {
        let from = u32::try_from(blob.len()).expect("an image is smaller than 4 GiB");
        blob.extend_from_slice(bytes);
        (
            from,
            u32::try_from(blob.len()).expect("an image is smaller than 4 GiB"),
        )
    };
    let mut files = Vec::new();
    for (path, file) in catalog.files() {
        let overlay = std::iter::once(catalog.base())
            .chain(catalog.overlays())
            .find(|overlay| overlay.source == file.source)
            .map(IndexOverlay::new);
        let mixin = catalog
            .mixins()
            .find(|mixin| mixin.source == file.source)
            .map(|m| m.name.to_string());
        let is_values = path.starts_with("components/") && path.ends_with(".yaml");
        let is_tree = overlay.is_some()
            || mixin.is_some()
            || ["registry.yaml", "catalog.yaml", "notes.yaml"].contains(&path)
            || (is_values && !path.contains("/manifests/"));
        let tree = if is_tree { file.tree().value } else { None };
        files.push(IndexFile {
            path: path.to_owned(),
            text: put(if tree.is_some() { &[] } else { file.bytes() }),
            packed: put(&tree.as_ref().map(pack).unwrap_or_default()),
            overlay,
            mixin,
        });
    }
    let index = Index {
        digest: catalog.digest.to_string(),
        files,
    };
    let mut image = postcard::to_stdvec(&index).expect("memory is the only limit of packing");
    image.extend_from_slice(&blob);
    image
}
