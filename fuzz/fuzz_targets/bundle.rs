//! Lists, records and image references: what is read is judged without a panic, and what is added to
//! something that verifies is refused.
//!
//! The input is a list of checksums and, behind a line `---`, a record. Both are also held against a
//! bundle whose other files are sealed by a list made for them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_artifact::sbom::ImageReference;
use strata_artifact::{BundleRecord, Entry, Listing, verify};
use strata_document::digest_bytes;

fuzz_target!(|input: &str| {
    let (list, record) = input.split_once("\n---\n").unwrap_or((input, ""));
    check(&[("checksums.txt", list), ("a/values.yaml", "a: 1\n")]);
    check(&[
        ("checksums.txt", list),
        ("bundle.yaml", record),
        ("recipe.yaml", ""),
    ]);
    // A list that fits, so that the record is what decides.
    let files = [("bundle.yaml", record), ("recipe.yaml", "")];
    let lines = files.map(|(path, text)| format!("{}  {path}\n", digest_bytes(text.as_bytes())));
    check(&[("checksums.txt", &lines.concat()), files[0], files[1]]);
    if let Ok(record) = BundleRecord::read(record.as_bytes()) {
        let kept = record.kept();
        assert!(kept.paths.len() + kept.refused.len() <= record.keep.len());
        for file in &record.files {
            let path = file.path.as_str();
            let is_written = kept.paths.contains(path);
            assert!(!is_written, "`{path}` is written and kept");
        }
    }
    if let Ok(Some(image)) = ImageReference::parse(input) {
        let again = ImageReference::parse(&image.to_string());
        assert_eq!(again, Ok(Some(image)), "{input:?}");
    }
});

fn check(files: &[(&str, &str)]) {
    let entries = files
        .iter()
        .map(|(path, text)| Entry::file(*path, *text, false));
    let mut listing = Listing {
        entries: entries.collect(),
        problems: Vec::new(),
    };
    let verdict = verify(&listing);
    assert_eq!(verdict.is_intact(), verdict.digest.is_some());
    if !verdict.is_intact() {
        return;
    }
    let kept = verdict
        .record
        .map(|record| record.kept())
        .unwrap_or_default();
    let added = "added/x";
    if !kept.covers(added) {
        listing.entries.push(Entry::file(added, "x", false));
        assert!(!verify(&listing).is_intact(), "an added file verifies");
    }
}
