//! Reading a catalog directory.

use std::path::Path;

use strata_diagnostic::{Finding, Outcome, Place, Source, Sources};
use strata_document::InputFile;

use crate::codes;
use crate::read::{cannot_read, no_name};
use crate::system::{FileKind, System};

/// Largest file of a catalog in bytes: 10 MiB.
const LARGEST_FILE: usize = 10 << 20;
/// Most files of one layer.
const MOST_FILES: usize = 20_000;
/// Largest layer in bytes: 256 MiB.
const LARGEST_LAYER: usize = 256 << 20;
/// Deepest directory below the root of a layer.
const DEEPEST: usize = 32;

/// Reads every file below a directory, sorted by path.
///
/// Links are refused, so that nothing outside the directory can be read; hidden files and
/// directories are left out.
///
/// # Errors
///
/// `HST-1` to `HST-6`.
pub fn read_layer(
    system: &dyn System,
    directory: &str,
    sources: &mut Sources,
) -> Outcome<Vec<InputFile>> {
    if directory.is_empty() {
        return Outcome::fail(no_name());
    }
    if let Some((scheme, _)) = directory.split_once("://") {
        let source = sources.add(Source {
            name: directory.into(),
            layer: None,
            text: None,
        });
        let message = format!("`{scheme}://` is not read by this command");
        let finding = Finding::new(&codes::NOT_A_FILE_NAME, message).at(Place::whole(source));
        return Outcome::fail(finding.help("fetch the catalog first and name its directory"));
    }
    let root = Path::new(directory);
    let mut reader = Reader {
        system,
        sources,
        findings: Vec::new(),
        files: Vec::new(),
        total: 0,
        is_full: false,
    };
    match system.target_metadata(root) {
        Ok(metadata) if metadata.kind == FileKind::Directory => reader.walk(root, "", 0),
        Ok(_) => {
            let message = "this is not a directory";
            reader.report(
                directory,
                &codes::NOT_A_DIRECTORY,
                message,
                "name a catalog directory",
            );
        }
        Err(error) => {
            let source = reader.source(directory);
            reader.findings.push(cannot_read(&error, source));
        }
    }
    let Reader {
        findings,
        mut files,
        ..
    } = reader;
    if findings.iter().any(Finding::is_error) {
        return Outcome {
            value: None,
            findings,
        };
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Outcome::with(files, findings)
}

struct Reader<'a> {
    system: &'a dyn System,
    sources: &'a mut Sources,
    findings: Vec<Finding>,
    files: Vec<InputFile>,
    total: usize,
    /// The layer is too large; nothing more is read.
    is_full: bool,
}

impl Reader<'_> {
    fn source(&mut self, path: &str) -> strata_diagnostic::SourceId {
        self.sources.add(Source {
            name: path.into(),
            layer: None,
            text: None,
        })
    }

    fn report(
        &mut self,
        path: &str,
        rule: &'static strata_diagnostic::Rule,
        message: impl Into<String>,
        help: &str,
    ) {
        let source = self.source(path);
        self.findings.push(
            Finding::new(rule, message)
                .at(Place::whole(source))
                .help(help),
        );
    }

    fn walk(&mut self, directory: &Path, relative: &str, depth: usize) {
        let shown = directory.to_string_lossy().into_owned();
        if depth > DEEPEST {
            let message = format!("more than {DEEPEST} directories below one another");
            return self.report(
                &shown,
                &codes::TOO_LARGE,
                message,
                "is it a catalog directory?",
            );
        }
        let names = match self.system.list(directory) {
            Ok(names) => names,
            Err(error) => {
                let source = self.source(&shown);
                return self.findings.push(cannot_read(&error, source));
            }
        };
        for name in names.into_iter().filter(|name| !name.starts_with('.')) {
            if self.is_full {
                return;
            }
            let path = directory.join(&name);
            let inside = if relative.is_empty() {
                name
            } else {
                format!("{relative}/{name}")
            };
            self.visit(&path, inside, depth);
        }
    }

    fn visit(&mut self, path: &Path, inside: String, depth: usize) {
        let shown = path.to_string_lossy().into_owned();
        let metadata = match self.system.metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => {
                let source = self.source(&shown);
                return self.findings.push(cannot_read(&error, source));
            }
        };
        match metadata.kind {
            FileKind::Directory => self.walk(path, &inside, depth + 1),
            FileKind::Link => {
                let message = "a catalog directory contains a symbolic link";
                self.report(
                    &shown,
                    &codes::LINK,
                    message,
                    "replace the link by the file itself",
                );
            }
            FileKind::Other => {
                let message = "a catalog directory contains a device, a pipe or a socket";
                self.report(
                    &shown,
                    &codes::LINK,
                    message,
                    "remove it from the directory",
                );
            }
            FileKind::File => self.file(path, &shown, inside),
        }
    }

    fn file(&mut self, path: &Path, shown: &str, inside: String) {
        match self.system.read(path, LARGEST_FILE + 1) {
            Ok(bytes) if bytes.len() > LARGEST_FILE => {
                let message = "larger than 10 MiB";
                self.report(
                    shown,
                    &codes::TOO_LARGE,
                    message,
                    "catalog files are small documents",
                );
            }
            Ok(bytes) => {
                self.total += bytes.len();
                self.files.push(InputFile {
                    path: inside,
                    bytes,
                });
                if self.files.len() > MOST_FILES || self.total > LARGEST_LAYER {
                    self.is_full = true;
                    let message = format!("more than {MOST_FILES} files or 256 MiB up to here");
                    self.report(
                        shown,
                        &codes::TOO_LARGE,
                        message,
                        "is it a catalog directory?",
                    );
                }
            }
            Err(error) => {
                let source = self.source(shown);
                self.findings.push(cannot_read(&error, source));
            }
        }
    }
}
