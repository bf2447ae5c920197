//! The schemas of one version as a few bytes, for the program that carries them.
//!
//! Types are packed one by one, so that only those are unpacked that an object needs. The whole is compressed;
//! what is compared is what comes out of that, since another release of the compressor may write other bytes.

use std::fmt;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use crate::definitions::{Definition, Definitions, KnownKind};
use crate::schema::pack;

/// What an image begins with, and the version of its format.
const MAGIC: &[u8] = b"strata schemas 1\n";

/// Most bytes of what is in an image: ten times what a version takes.
const MOST_BYTES: u64 = 16 << 20;

/// Why bytes are no image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadImage;

impl fmt::Display for BadImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an image of schemas, or one of another release")
    }
}

#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    version: &'a str,
    metadata: u32,
    kinds: Vec<KnownKind>,
    #[serde(borrow)]
    definitions: Vec<&'a [u8]>,
}

impl Definitions {
    /// Returns the image of the schemas of a version, without definitions that were added.
    pub fn to_image(&self) -> Vec<u8> {
        let content = self.to_content();
        let mut encoder = DeflateEncoder::new(MAGIC.to_vec(), Compression::best());
        let written = encoder.write_all(&content).and_then(|()| encoder.finish());
        written.expect("memory takes what is written")
    }

    /// Returns what an image holds, uncompressed: equal for equal schemas whatever compressed them.
    pub fn to_content(&self) -> Vec<u8> {
        let definitions: Vec<Vec<u8>> = (self.types.iter())
            .map(|definition| pack(definition.schema()))
            .collect();
        let packed = Packed {
            version: &self.version,
            metadata: self.metadata,
            kinds: self.kinds.clone(),
            definitions: definitions.iter().map(Vec::as_slice).collect(),
        };
        postcard::to_stdvec(&packed).expect("memory is the only limit of packing")
    }

    /// Reads an image. Types are unpacked when they are first needed.
    ///
    /// # Errors
    ///
    /// [`BadImage`] where the bytes are none.
    pub fn from_image(image: &[u8]) -> Result<Self, BadImage> {
        let compressed = image.strip_prefix(MAGIC).ok_or(BadImage)?;
        let mut content = Vec::new();
        let mut decoder = DeflateDecoder::new(compressed).take(MOST_BYTES);
        decoder.read_to_end(&mut content).map_err(|_| BadImage)?;
        let packed: Packed<'_> = postcard::from_bytes(&content).map_err(|_| BadImage)?;
        let definitions = packed.definitions.into_iter();
        let definitions: Vec<Definition> = definitions.map(Definition::packed).collect();
        let is_there = |number: u32| (number as usize) < definitions.len();
        if !is_there(packed.metadata) || !packed.kinds.iter().all(|kind| is_there(kind.definition))
        {
            return Err(BadImage);
        }
        Ok(Self::of_parts(
            packed.version,
            packed.kinds,
            definitions,
            packed.metadata,
        ))
    }
}
