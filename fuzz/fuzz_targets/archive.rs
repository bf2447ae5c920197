//! Archives: what is accepted is what would be packed, and anything behind it is seen.
//!
//! The input is the archive as it is, and as what gzip compresses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_artifact::{
    ArchiveForm, ArtifactFile, ArtifactPath, ArtifactTree, EntryKind, Listing, Mode, unpack, verify,
};

fuzz_target!(|input: &[u8]| {
    let listing = unpack(input);
    let verdict = verify(&listing);
    assert!(listing.problems.is_empty() || !verdict.is_intact());
    assert_eq!(verdict.is_intact(), verdict.digest.is_some());
    if !listing.problems.is_empty() {
        return;
    }
    let tree = tree(&listing);
    let packed = ArchiveForm::Tar.pack(&tree);
    if !input.starts_with(&[0x1f, 0x8b]) {
        assert_eq!(packed, input, "a tree has one tar");
    }
    let longer = [input, b"\0"].concat();
    assert!(!unpack(&longer).problems.is_empty(), "something follows");
    let compressed = unpack(&ArchiveForm::TarGz.pack(&tree));
    assert!(compressed.problems.is_empty(), "{:?}", compressed.problems);
    assert_eq!(compressed.entries, listing.entries);
});

fn tree(listing: &Listing) -> ArtifactTree {
    let mut tree = ArtifactTree::new();
    for entry in &listing.entries {
        assert_eq!(entry.kind, EntryKind::File);
        let path = ArtifactPath::new(entry.path.as_str()).expect("paths stay inside");
        let mode = Mode::of(entry.is_executable);
        let file = ArtifactFile::new(entry.bytes.clone(), mode);
        assert!(
            tree.insert(path, file).is_none(),
            "a path stands there once"
        );
    }
    tree
}
