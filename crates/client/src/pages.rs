//! Writing a directory of generated pages.

use strata_artifact::{ArtifactPath, ArtifactTree};
use strata_diagnostic::Outcome;
use strata_host::write_tree;

use crate::session::Session;

/// A page: file name and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// File name without directories.
    pub name: String,
    /// Content.
    pub text: String,
}

/// Writes pages into a directory that is new or empty.
///
/// # Errors
///
/// Findings of writing a tree. A page whose name is no file name is left out.
pub fn write_pages(session: &mut Session<'_>, directory: &str, pages: &[Page]) -> Outcome<()> {
    let mut tree = ArtifactTree::new();
    for page in pages {
        if let Ok(path) = ArtifactPath::new(page.name.as_str()) {
            tree.insert_text(path, page.text.as_str());
        }
    }
    write_tree(session.system, directory, &tree, &mut session.sources)
}
