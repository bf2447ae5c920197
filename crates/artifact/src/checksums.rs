//! The list of checksums in every bundle.

use strata_document::Digest;

use crate::tree::ArtifactTree;

/// Path of the list in a bundle.
pub const CHECKSUMS_PATH: &str = "checksums.txt";

/// Returns one line per file in byte order of the paths, the list itself excepted: SHA-256 in
/// hexadecimal, two spaces, path. `sha256sum -c` accepts it.
pub fn checksums(tree: &ArtifactTree) -> String {
    let mut text = String::new();
    for (path, file) in tree
        .iter()
        .filter(|(path, _)| path.as_str() != CHECKSUMS_PATH)
    {
        text.push_str(&line(&file.digest(), path.as_str()));
    }
    text
}

/// Returns the line of one file.
pub(crate) fn line(digest: &Digest, path: &str) -> String {
    format!("{digest}  {path}\n")
}
