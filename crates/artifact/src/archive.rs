//! One file that holds a tree: tar, plain or compressed.
//!
//! A tree has exactly one tar: files sorted by path at the root of the archive, without directories,
//! without owner and time, with the modes of the tree. So an archive is intact only if it is what
//! would be written again, and nothing can hide in padding, in a header or behind the end. The
//! compressed form may differ in bytes between versions of the compressor; what it holds may not.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};

use flate2::bufread::GzDecoder;
use flate2::{Compression, GzBuilder};
use tar::{Archive, Builder, EntryType, Header};

use crate::codes;
use crate::listing::{Entry, EntryKind, Listing};
use crate::path::ArtifactPath;
use crate::problem::Problem;
use crate::tree::{ArtifactFile, ArtifactTree, Mode};

/// Most entries of an archive.
const MOST_ENTRIES: usize = 20_000;
/// Largest archive after decompression in bytes: 256 MiB.
pub const LARGEST_ARCHIVE: usize = 256 << 20;
/// Below this size nothing is too well compressed: 16 MiB.
const ALWAYS_FITS: usize = 16 << 20;
/// Most bytes that one compressed byte may become. Text in a tar comes to ten or twenty.
const MOST_EXPANSION: usize = 200;
/// What every gzip file of ours starts with: magic, deflate, no flags, no time, no hint about the
/// level, and no system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// Where a tar says that it is one.
const TAR_MAGIC: std::ops::Range<usize> = 257..262;

/// The forms of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveForm {
    /// Plain.
    Tar,
    /// Compressed by gzip.
    TarGz,
}

impl ArchiveForm {
    /// Returns the form that a file of this name has, and the name without the ending.
    pub fn of_name(name: &str) -> Option<(Self, &str)> {
        let endings = [
            (".tar", Self::Tar),
            (".tar.gz", Self::TarGz),
            (".tgz", Self::TarGz),
        ];
        endings.into_iter().find_map(|(ending, form)| {
            let at = name.len().checked_sub(ending.len())?;
            let found = name.get(at..)?;
            let stem = name.get(..at)?;
            let is_named = !stem.is_empty() && !stem.ends_with('/');
            (is_named && found.eq_ignore_ascii_case(ending)).then_some((form, stem))
        })
    }

    /// Returns the archive of a tree.
    pub fn pack(self, tree: &ArtifactTree) -> Vec<u8> {
        let plain = pack_tar(tree).expect("paths of a tree fit into a tar, and memory takes it");
        match self {
            Self::Tar => plain,
            Self::TarGz => {
                let compressed = Vec::new();
                let mut writer = GzBuilder::new()
                    .operating_system(255)
                    .write(compressed, Compression::default());
                writer.write_all(&plain).expect("memory takes it");
                writer.finish().expect("memory takes it")
            }
        }
    }
}

fn pack_tar(tree: &ArtifactTree) -> io::Result<Vec<u8>> {
    let mut builder = Builder::new(Vec::new());
    for (path, file) in tree.iter() {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(file.bytes().len() as u64);
        header.set_mode(file.mode().bits());
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        builder.append_data(&mut header, path.as_str(), file.bytes())?;
    }
    builder.into_inner()
}

/// Returns what an archive holds. What is wrong with the archive itself is a problem of the listing;
/// where it cannot be read at all, there is nothing else in it.
pub fn unpack(bytes: &[u8]) -> Listing {
    let mut listing = Listing::default();
    let mut problems = Vec::new();
    let unpacked = if bytes.starts_with(&GZIP_HEADER[..2]) {
        if !bytes.starts_with(&GZIP_HEADER) {
            problems.push("its gzip header is not as strata writes it".to_owned());
        }
        decompress(bytes).map(std::borrow::Cow::Owned)
    } else {
        Ok(bytes.into())
    };
    let read = unpacked.and_then(|plain| {
        read_tar(&plain).inspect(|entries| {
            if !is_canonical(entries, &plain) {
                problems.push("it is not packed as strata packs a bundle".to_owned());
            }
        })
    });
    match read {
        Ok(entries) => listing.entries = entries,
        Err(message) => problems = vec![message],
    }
    listing.problems = problems.into_iter().map(problem).collect();
    listing
}

fn problem(message: String) -> Problem {
    let problem = Problem::new(&codes::BAD_ARCHIVE, "", message);
    problem.help("make the archive again; one that another program packed can be unpacked and its directory verified")
}

fn decompress(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let most = bytes.len().saturating_mul(MOST_EXPANSION).max(ALWAYS_FITS);
    let most = most.min(LARGEST_ARCHIVE);
    let mut rest = bytes;
    let mut plain = Vec::new();
    let decoder = GzDecoder::new(&mut rest);
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let read = decoder.take(limit).read_to_end(&mut plain);
    read.map_err(|error| format!("it cannot be decompressed: {error}"))?;
    if plain.len() > most {
        return Err(format!("more than {} MiB come out of it", most >> 20));
    }
    if rest.is_empty() {
        Ok(plain)
    } else {
        Err("something follows the compressed data".to_owned())
    }
}

fn read_tar(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    if bytes.get(TAR_MAGIC) != Some(b"ustar") {
        return Err("this is neither a directory nor an archive of a bundle".to_owned());
    }
    let damaged = |error: io::Error| format!("the archive is damaged: {error}");
    let mut entries = Vec::new();
    let mut archive = Archive::new(bytes);
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        if entries.len() == MOST_ENTRIES {
            return Err(format!("it holds more than {MOST_ENTRIES} entries"));
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = match entry.header().entry_type() {
            EntryType::Regular => EntryKind::File,
            EntryType::Directory => EntryKind::Directory,
            EntryType::Symlink | EntryType::Link => EntryKind::Link,
            _ => EntryKind::Other,
        };
        if kind != EntryKind::File {
            entries.push(Entry::bare(path.trim_end_matches('/'), kind));
            continue;
        }
        let mode = entry.header().mode().map_err(damaged)?;
        let mut content = Vec::new();
        // No file is longer than the archive that holds it.
        let limit = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let read = entry.by_ref().take(limit).read_to_end(&mut content);
        read.map_err(damaged)?;
        if content.len() as u64 != entry.size() {
            return Err(format!("the archive ends in the middle of `{path}`"));
        }
        entries.push(Entry::file(path, content, mode & 0o100 != 0));
    }
    Ok(entries)
}

/// Returns whether these bytes are what the tree of these entries is packed into.
fn is_canonical(entries: &[Entry], bytes: &[u8]) -> bool {
    let mut tree = ArtifactTree::new();
    let mut paths: BTreeSet<&str> = BTreeSet::new();
    for entry in entries {
        let Ok(path) = ArtifactPath::new(entry.path.as_str()) else {
            return false;
        };
        if entry.kind != EntryKind::File || !paths.insert(&entry.path) {
            return false;
        }
        let file = ArtifactFile::new(entry.bytes.clone(), Mode::of(entry.is_executable));
        tree.insert(path, file);
    }
    pack_tar(&tree).is_ok_and(|packed| packed == bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> ArtifactTree {
        let mut tree = ArtifactTree::new();
        let path = |text: &str| ArtifactPath::new(text).expect("a path");
        tree.insert_text(path("a/values.yaml"), "a: 1\n");
        tree.insert_script(path("deploy.sh"), "#!/bin/sh\n");
        tree.insert_text(path(&format!("{0}/{0}", "long".repeat(60))), "x");
        tree.insert_text(path("empty"), "");
        tree
    }

    fn entries(tree: &ArtifactTree) -> Vec<Entry> {
        let mut entries = Listing::from(tree).entries;
        entries.retain(|entry| entry.kind == EntryKind::File);
        entries
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let tree = tree();
        for form in [ArchiveForm::Tar, ArchiveForm::TarGz] {
            let packed = form.pack(&tree);
            assert_eq!(packed, form.pack(&tree.clone()));
            let listing = unpack(&packed);
            assert!(listing.problems.is_empty(), "{:?}", listing.problems);
            assert_eq!(listing.entries, entries(&tree));
        }
    }

    #[test]
    fn no_bit_may_differ_that_is_not_seen() {
        let tree = tree();
        let plain = ArchiveForm::Tar.pack(&tree);
        for at in 0..plain.len() {
            let mut flipped = plain.clone();
            flipped[at] ^= 1 << (at % 8);
            // A changed content is for the checksums to find.
            let listing = unpack(&flipped);
            let is_other = listing.entries != entries(&tree);
            assert!(!listing.problems.is_empty() || is_other, "byte {at}");
        }
        let compressed = ArchiveForm::TarGz.pack(&tree);
        let mut unseen = 0;
        for at in 0..compressed.len() * 8 {
            let mut flipped = compressed.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            let listing = unpack(&flipped);
            let is_same = listing.entries == entries(&tree);
            assert!(!listing.problems.is_empty() || is_same, "bit {at}");
            unseen += usize::from(listing.problems.is_empty());
        }
        // Lengths of codes that are not used, and the bits that fill the last byte, mean nothing.
        assert!(unseen < 64, "{unseen} bits are not seen");
    }

    #[test]
    fn nothing_follows_and_nothing_is_cut() {
        for form in [ArchiveForm::Tar, ArchiveForm::TarGz] {
            let packed = form.pack(&tree());
            for length in 0..packed.len() {
                assert!(!unpack(&packed[..length]).problems.is_empty(), "{length}");
            }
            for rest in [&b"\0"[..], &[0; 512], b"x", &packed] {
                let longer = [&packed[..], rest].concat();
                assert!(!unpack(&longer).problems.is_empty());
            }
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let mut writer = GzBuilder::new()
            .operating_system(255)
            .write(Vec::new(), Compression::default());
        let zeros = vec![0; 1 << 20];
        for _ in 0..40 {
            writer.write_all(&zeros).expect("memory takes it");
        }
        let bomb = writer.finish().expect("memory takes it");
        let message = &unpack(&bomb).problems[0].message;
        assert!(message.contains("MiB come out"), "{message}");
    }

    #[test]
    fn an_archive_holds_at_most_20_000_entries() {
        let mut tree = ArtifactTree::new();
        for number in 0..=MOST_ENTRIES {
            let path = ArtifactPath::new(number.to_string()).expect("a path");
            tree.insert_text(path, "");
        }
        let message = &unpack(&ArchiveForm::Tar.pack(&tree)).problems[0].message;
        assert!(message.contains("20000"), "{message}");
    }

    #[test]
    fn names_say_the_form() {
        for (name, expected) in [
            ("b.tar", Some((ArchiveForm::Tar, "b"))),
            ("x/b.tar.gz", Some((ArchiveForm::TarGz, "x/b"))),
            ("b.TGZ", Some((ArchiveForm::TarGz, "b"))),
            ("b", None),
            ("b.tar/", None),
            (".tar", None),
            ("x/.tgz", None),
            ("tar", None),
            ("é.zip", None),
        ] {
            assert_eq!(ArchiveForm::of_name(name), expected, "{name}");
        }
    }
}
