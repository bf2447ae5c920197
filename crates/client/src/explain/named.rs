//! A line of a file, as a target names it.
//!
//! Findings are printed as `FILE:LINE:COLUMN`, so that is taken as well. A file without a line is no target,
//! and is told from names of components and paths into the recipe by being there.

use std::path::Path;

use strata_cluster::codes;
use strata_diagnostic::Finding;
use strata_host::FileKind;

use crate::session::Session;

/// Endings of files that bundles have.
const ENDINGS: [&str; 6] = ["env", "json", "md", "sh", "yaml", "yml"];

/// A file and what stands behind it.
pub(super) struct Named<'t> {
    pub(super) file: &'t str,
    /// What is said of a line; nothing where none is named.
    rest: Option<&'t str>,
}

/// Returns the file that a target names; nothing if it names none.
pub(super) fn file_of<'t>(session: &Session<'_>, target: &'t str) -> Option<Named<'t>> {
    let whole = Named {
        file: target,
        rest: None,
    };
    let mut parts = target.rmatch_indices(':').map(|(at, _)| Named {
        file: target.get(..at).unwrap_or_default(),
        rest: target.get(at + 1..),
    });
    if is_file(session, target) {
        return Some(whole);
    }
    if let Some(there) = parts.find(|named| is_file(session, named.file)) {
        return Some(there);
    }
    // Of one that is not there, only its name can tell.
    let (mut file, mut rest) = match target.rsplit_once(':') {
        Some((file, rest)) => (file, Some(rest)),
        None => (target, None),
    };
    if let Some((before, line)) = file.rsplit_once(':')
        && is_number(line)
    {
        rest = target.get(before.len() + 1..);
        file = before;
    }
    let has_ending = Path::new(file).extension().is_some();
    let is_path = file.contains('/') && is_ending(file) && !file.contains('"');
    let is_line = rest.is_some_and(is_line) && (file.contains('/') || has_ending);
    (is_path || is_line).then_some(Named { file, rest })
}

fn is_file(session: &Session<'_>, path: &str) -> bool {
    let found = session.system.target_metadata(Path::new(path));
    let is_there = found.is_ok_and(|found| found.kind == FileKind::File);
    // A component may be called like a file that has no ending.
    is_there && (path.contains('/') || Path::new(path).extension().is_some())
}

fn is_ending(path: &str) -> bool {
    let ending = Path::new(path)
        .extension()
        .and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_line(text: &str) -> bool {
    let mut parts = text.splitn(2, ':');
    parts.all(is_number)
}

impl Named<'_> {
    /// Returns the line that is named.
    ///
    /// # Errors
    ///
    /// `CLU-34` where none is.
    pub(super) fn line(&self) -> Result<u32, Box<Finding>> {
        let stated = self.rest.filter(|rest| is_line(rest));
        let line = stated.and_then(|rest| rest.split(':').next()?.parse().ok());
        line.ok_or_else(|| {
            let file = self.file;
            let message = match self.rest.filter(|rest| !rest.is_empty()) {
                Some(rest) => format!("`{rest}` is no line of `{file}`"),
                None => format!("no line of `{file}` is named"),
            };
            let finding = Finding::new(&codes::NOT_IN_RECIPE, message);
            Box::new(finding.help(format!("write `FILE:LINE`, such as `{file}:1`")))
        })
    }
}
