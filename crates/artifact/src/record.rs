//! `bundle.yaml`: what a bundle says of itself.
//!
//! Read back here for verifying; written by whoever makes the bundle. Fields that this version does
//! not know are left alone, since a newer one may have written them.

use std::collections::BTreeSet;

use strata_diagnostic::SourceId;
use strata_document::{Digest, Limits, Node, STRATA_API_VERSION, kind_of, read};

use crate::path::ArtifactPath;
use crate::tree::Mode;

/// Path of the record in a bundle.
pub const BUNDLE_PATH: &str = "bundle.yaml";

/// The only files of a release folder that may be the user's.
const LATE_VALUES: [&str; 2] = ["cluster-values.yaml", "configmap-values.yaml"];

/// A file as the record has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// Path.
    pub path: ArtifactPath,
    /// Mode.
    pub mode: Mode,
    /// Digest of the content.
    pub digest: Digest,
}

/// An input as the record has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputRecord {
    /// Path of its copy in the bundle.
    pub path: ArtifactPath,
    /// Digest of its content.
    pub digest: Digest,
}

/// What a bundle says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BundleRecord {
    /// Version of the program that made it; empty where it is not stated.
    pub tool_version: String,
    /// Deployer; empty where it is not stated.
    pub deployer: String,
    /// Every file but this record and the checksums.
    pub files: Vec<FileRecord>,
    /// What it was made from.
    pub inputs: Vec<InputRecord>,
    /// Files and directories that are the user's, as written.
    pub keep: Vec<String>,
}

/// Paths that a record leaves to the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Those that may be.
    pub paths: BTreeSet<String>,
    /// Those that may not, with the reason.
    pub refused: Vec<(String, &'static str)>,
}

impl Kept {
    /// Returns whether a path is one of the user's, or lies below one.
    pub fn covers(&self, path: &str) -> bool {
        self.owner(path).is_some()
    }

    /// Returns the kept path that a path is, or lies below.
    pub(crate) fn owner<'a>(&self, path: &'a str) -> Option<&'a str> {
        let above = path.match_indices('/').map(|(end, _)| &path[..end]);
        above.chain([path]).find(|part| self.paths.contains(*part))
    }

    /// Returns whether a kept path lies below a directory.
    pub(crate) fn is_above(&self, directory: &str) -> bool {
        let prefix = format!("{directory}/");
        let first = self.paths.range(prefix.clone()..).next();
        first.is_some_and(|path| path.starts_with(&prefix))
    }
}

impl BundleRecord {
    /// Reads a record.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words, and the line where that is known (else 0).
    pub fn read(bytes: &[u8]) -> Result<Self, (String, u32)> {
        let outcome = read(bytes, SourceId(0), &Limits::CATALOG_FILE);
        if let Some(finding) = outcome.findings.first() {
            let line = finding.places.first().map_or(0, |label| label.place.line);
            return Err((finding.message.clone(), line));
        }
        let root = outcome.value.unwrap_or_else(|| {
            // Without findings there is a document; an empty one is refused below.
            Node::null(strata_diagnostic::Place::NOWHERE)
        });
        let api_version = root.get("apiVersion").and_then(Node::as_text);
        if kind_of(&root) != "Bundle" || api_version != Some(STRATA_API_VERSION) {
            let message = format!("this is no document of kind Bundle, {STRATA_API_VERSION}");
            return Err((message, 0));
        }
        let text = |path: &[&str]| root.at(path).and_then(Node::as_text).unwrap_or_default();
        let keep = items(root.at(&["spec", "keep"]), "spec.keep")?
            .iter()
            .map(|item| {
                let wrong = || {
                    (
                        "`spec.keep` lists something but paths".to_owned(),
                        line(item),
                    )
                };
                item.as_text().map(str::to_owned).ok_or_else(wrong)
            });
        Ok(Self {
            tool_version: text(&["spec", "tool", "version"]).to_owned(),
            deployer: text(&["spec", "deployer"]).to_owned(),
            files: items(root.at(&["spec", "files"]), "spec.files")?
                .iter()
                .map(file_record)
                .collect::<Result<_, _>>()?,
            inputs: items(root.at(&["spec", "inputs"]), "spec.inputs")?
                .iter()
                .map(input_record)
                .collect::<Result<_, _>>()?,
            keep: keep.collect::<Result<_, _>>()?,
        })
    }

    /// Returns which paths are the user's. What the bundle writes cannot be, nor anything in a
    /// folder that it writes: scripts and Helm take what they find there.
    pub fn kept(&self) -> Kept {
        let written: BTreeSet<&str> = self.files.iter().map(|file| file.path.as_str()).collect();
        let folders: BTreeSet<&str> = written.iter().flat_map(|path| above(path)).collect();
        let mut kept = Kept::default();
        for path in &self.keep {
            match kept_problem(path, &written, &folders) {
                None => {
                    kept.paths.insert(path.clone());
                }
                Some(reason) => kept.refused.push((path.clone(), reason)),
            }
        }
        kept
    }
}

/// Returns the directories above a path.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

fn kept_problem(
    path: &str,
    written: &BTreeSet<&str>,
    folders: &BTreeSet<&str>,
) -> Option<&'static str> {
    if ArtifactPath::new(path).is_err() {
        return Some("it is no path inside a bundle");
    }
    let first = path.split('/').next().unwrap_or_default();
    let is_ours = [BUNDLE_PATH, crate::CHECKSUMS_PATH].contains(&first)
        || first.starts_with(".strata-")
        || written.contains(path)
        || folders.contains(path);
    if is_ours {
        return Some("the bundle writes it itself");
    }
    if above(path).any(|directory| written.contains(directory)) {
        return Some("it lies below a file");
    }
    let inside = above(path).any(|directory| folders.contains(directory));
    let is_late = path
        .split_once('/')
        .is_some_and(|(_, name)| LATE_VALUES.contains(&name));
    (inside && !is_late).then_some("it lies in a folder that the bundle writes")
}

fn line(node: &Node) -> u32 {
    node.place.line
}

fn items<'a>(node: Option<&'a Node>, name: &str) -> Result<&'a [Node], (String, u32)> {
    let Some(node) = node else {
        return Ok(&[]);
    };
    node.as_sequence()
        .ok_or_else(|| (format!("`{name}` is no list"), line(node)))
}

fn path_of(node: &Node) -> Result<ArtifactPath, (String, u32)> {
    let text = node.get("path").and_then(Node::as_text).unwrap_or_default();
    ArtifactPath::new(text).map_err(|error| (error.to_string(), line(node)))
}

fn file_record(node: &Node) -> Result<FileRecord, (String, u32)> {
    let path = path_of(node)?;
    let text = |key| node.get(key).and_then(Node::as_text).unwrap_or_default();
    let mode = match text("mode") {
        "0644" => Mode::File,
        "0755" => Mode::Script,
        other => {
            let message = format!("`{path}` has the mode `{other}`, not 0644 or 0755");
            return Err((message, line(node)));
        }
    };
    let digest = Digest::from_hex(text("sha256"))
        .ok_or_else(|| (format!("`{path}` has no SHA-256 digest"), line(node)))?;
    Ok(FileRecord { path, mode, digest })
}

fn input_record(node: &Node) -> Result<InputRecord, (String, u32)> {
    let path = path_of(node)?;
    let text = node.get("digest").and_then(Node::as_text);
    let digest = text
        .and_then(|text| text.strip_prefix("sha256:"))
        .and_then(Digest::from_hex)
        .ok_or_else(|| (format!("input `{path}` has no SHA-256 digest"), line(node)))?;
    Ok(InputRecord { path, digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(keep: &[&str]) -> BundleRecord {
        let file = |path: &str| FileRecord {
            path: ArtifactPath::new(path).expect("a path"),
            mode: Mode::File,
            digest: strata_document::digest_bytes(b""),
        };
        BundleRecord {
            files: vec![file("deploy.sh"), file("001-nfd/templates/a.yaml")],
            keep: keep.iter().map(|path| (*path).to_owned()).collect(),
            ..BundleRecord::default()
        }
    }

    #[test]
    fn what_the_bundle_writes_is_never_the_users() {
        for path in [
            "deploy.sh",
            "deploy.sh/x",
            "001-nfd",
            "001-nfd/templates",
            "001-nfd/templates/b.yaml",
            "001-nfd/notes.md",
            "001-nfd/templates/cluster-values.yaml",
            "bundle.yaml",
            "checksums.txt",
            ".strata-journal",
            "../x",
            "/etc",
            "",
        ] {
            let kept = record(&[path]).kept();
            assert_eq!(kept.refused.len(), 1, "{path}");
            assert!(kept.paths.is_empty(), "{path}");
        }
    }

    #[test]
    fn other_paths_and_late_values_may_be() {
        let kept = record(&["notes", "a/b.md", "001-nfd/cluster-values.yaml"]).kept();
        assert!(kept.refused.is_empty(), "{kept:?}");
        for path in [
            "notes",
            "notes/x/y",
            "a/b.md",
            "001-nfd/cluster-values.yaml",
        ] {
            assert!(kept.covers(path), "{path}");
        }
        for path in ["note", "a", "a/b", "001-nfd/values.yaml", "notes.md"] {
            assert!(!kept.covers(path), "{path}");
        }
        assert!(kept.is_above("a") && kept.is_above("001-nfd"));
        assert!(!kept.is_above("notes") && !kept.is_above("b"));
    }
}
