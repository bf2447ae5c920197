//! Reading one input.

use std::io;
use std::path::Path;
use std::sync::Arc;

use strata_diagnostic::{Finding, Outcome, Place, Source, SourceId, Sources};

use crate::codes;
use crate::system::{FileKind, System};

/// The argument that means standard input.
pub const STDIN: &str = "-";

/// Bytes and the source they came from.
#[derive(Clone, Debug)]
pub struct Input {
    /// The source, registered with its text if it is text.
    pub source: SourceId,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Reads a file, or standard input for `-`.
///
/// # Errors
///
/// `HST-1` where there is nothing, `HST-2` where reading is not permitted or fails, `HST-3` for a
/// directory, `HST-4` for more than `limit` bytes, `HST-9` for a URL.
pub fn read_input(
    system: &dyn System,
    argument: &str,
    limit: usize,
    sources: &mut Sources,
) -> Outcome<Input> {
    let is_stdin = argument == STDIN;
    let name = if is_stdin { "<stdin>" } else { argument };
    let source = sources.add(Source {
        name: name.into(),
        layer: None,
        text: None,
    });
    if let Some((scheme, _)) = argument.split_once("://") {
        let message = format!("`{scheme}://` is not read by this command");
        let finding = Finding::new(&codes::NOT_A_FILE_NAME, message).at(Place::whole(source));
        return Outcome::fail(finding.help("fetch the document first and pass the file, or `-`"));
    }
    if argument.is_empty() {
        return Outcome::fail(no_name());
    }
    let path = Path::new(argument);
    let result = if is_stdin {
        system.read_stdin(limit + 1)
    } else {
        match system.target_metadata(path) {
            Ok(metadata) if metadata.kind == FileKind::Directory => {
                let finding = Finding::new(&codes::IS_DIRECTORY, "this is a directory, not a file");
                let finding = finding.at(Place::whole(source));
                return Outcome::fail(finding.help("name a file inside it"));
            }
            Ok(_) => system.read(path, limit + 1),
            Err(error) => Err(error),
        }
    };
    match result {
        Ok(bytes) if bytes.len() > limit => {
            let message = format!("more than {} of input", in_mebibytes(limit));
            let finding = Finding::new(&codes::TOO_LARGE, message).at(Place::whole(source));
            Outcome::fail(finding.help("documents of this kind are small; is it the right file?"))
        }
        Ok(bytes) => {
            if let Ok(text) = std::str::from_utf8(&bytes) {
                sources.set_text(source, Arc::from(text));
            }
            Outcome::ok(Input { source, bytes })
        }
        Err(error) => Outcome::fail(cannot_read(&error, source)),
    }
}

/// What is said of a path without a single character.
pub(crate) fn no_name() -> Finding {
    let finding = Finding::new(&codes::NOT_FOUND, "the name of the input is empty");
    finding.help("name a file or a directory; is a variable not set?")
}

fn in_mebibytes(bytes: usize) -> String {
    format!("{} MiB", bytes >> 20)
}

/// Turns what the operating system says into a finding.
pub fn cannot_read(error: &io::Error, source: SourceId) -> Finding {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            Finding::new(&codes::NOT_FOUND, "no such file or directory")
                .at(Place::whole(source))
                .help("check the path; `-` reads standard input")
        }
        io::ErrorKind::PermissionDenied => {
            Finding::new(&codes::UNREADABLE, "reading it is not permitted")
                .at(Place::whole(source))
                .help("check its permissions")
        }
        _ => Finding::new(&codes::UNREADABLE, format!("reading it failed: {error}"))
            .at(Place::whole(source))
            .help("check the file and the disk"),
    }
}
