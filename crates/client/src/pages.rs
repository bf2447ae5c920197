//! Writing a directory of generated pages.

use std::path::Path;

use strata_artifact::{ArtifactPath, ArtifactTree};
use strata_diagnostic::{Finding, Outcome};
use strata_host::{FileKind, write_output, write_tree};

use crate::session::Session;

/// A page: file name and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// File name without directories.
    pub name: String,
    /// Content.
    pub text: String,
}

/// Writes pages into a directory. Into one that is there, such as that of all manual pages, they go
/// one by one, and replace only files of their names.
///
/// # Errors
///
/// Findings of writing. A page whose name is no file name is left out.
pub fn write_pages(session: &mut Session<'_>, directory: &str, pages: &[Page]) -> Outcome<()> {
    let root = Path::new(directory);
    let is_there = session
        .system
        .target_metadata(root)
        .is_ok_and(|metadata| metadata.kind == FileKind::Directory);
    if is_there {
        let mut findings = Vec::new();
        for page in pages
            .iter()
            .filter(|page| ArtifactPath::new(page.name.as_str()).is_ok())
        {
            let file = root.join(&page.name).to_string_lossy().into_owned();
            let written = write_output(
                session.system,
                &file,
                page.text.as_bytes(),
                &mut session.sources,
            );
            if written.take(&mut findings).is_none() {
                break;
            }
        }
        let failed = findings.iter().any(Finding::is_error);
        return Outcome {
            value: (!failed).then_some(()),
            findings,
        };
    }
    let mut tree = ArtifactTree::new();
    for page in pages {
        if let Ok(path) = ArtifactPath::new(page.name.as_str()) {
            tree.insert_text(path, page.text.as_str());
        }
    }
    write_tree(session.system, directory, &tree, &mut session.sources)
}
