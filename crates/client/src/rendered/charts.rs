//! Charts that are at hand: archives and folders in directories that were named.
//!
//! A chart is known by its name and version, in the name of its archive or in the `Chart.yaml` of its
//! folder, with or without a leading `v`, which tools add and drop.

use std::path::{Path, PathBuf};

use strata_artifact::{EntryKind, unpack};
use strata_diagnostic::{Outcome, Place};
use strata_document::{Limits, Node, read};
use strata_host::{FileKind, cannot_read};
use strata_release::ChartReference;

use crate::session::Session;

/// Largest archive of a chart in bytes: 64 MiB.
const LARGEST: usize = 64 << 20;

/// What charts use to write something else at every rendering. A name that only looks like one costs a
/// second rendering and nothing else.
const UNSTABLE_FUNCTIONS: [&str; 16] = [
    "randAlpha",
    "randNumeric",
    "randAscii",
    "randBytes",
    "randInt",
    "genPrivateKey",
    "genCA",
    "genSelfSignedCert",
    "genSignedCert",
    "uuidv4",
    "now",
    "bcrypt",
    "htpasswd",
    "shuffle",
    "encryptAES",
    "getHostByName",
];

/// Charts at hand.
pub(super) struct Charts {
    /// Name of the chart with its version, as archives are called; where it is.
    found: Vec<(String, PathBuf)>,
}

/// A chart for Helm.
pub(super) struct Chart {
    /// Absolute path.
    pub(super) path: String,
    /// It may write something else at every rendering.
    pub(super) may_be_unstable: bool,
}

impl Charts {
    /// Lists the charts of directories.
    ///
    /// # Errors
    ///
    /// `HST-1` and `HST-2` for a directory that cannot be listed.
    pub(super) fn open(session: &mut Session<'_>, directories: &[String]) -> Outcome<Self> {
        let mut found = Vec::new();
        let mut findings = Vec::new();
        for directory in directories {
            let path = Path::new(directory);
            let absolute = session.system.canonical(path);
            let names = absolute.and_then(|absolute| Ok((session.system.list(path)?, absolute)));
            match names {
                Ok((names, absolute)) => {
                    for name in names {
                        let chart = absolute.join(&name);
                        let called = match name.strip_suffix(".tgz") {
                            Some(stem) => Some(stem.to_owned()),
                            None => name_in_folder(session, &chart),
                        };
                        found.extend(called.map(|called| (called, chart)));
                    }
                }
                Err(error) => {
                    let source = session.sources.add_named(directory);
                    findings.push(cannot_read(&error, source));
                }
            }
        }
        if findings.is_empty() {
            Outcome::ok(Self { found })
        } else {
            Outcome::fail_all(findings)
        }
    }

    /// Returns a chart; of several, that of the first directory, and an archive before a folder.
    pub(super) fn find(&self, session: &Session<'_>, chart: &ChartReference) -> Option<Chart> {
        let version = chart.version.trim_start_matches('v');
        let names = [
            format!("{}-{version}", chart.chart),
            format!("{}-v{version}", chart.chart),
        ];
        let (_, path) = self.found.iter().find(|(found, _)| names.contains(found))?;
        let metadata = session.system.target_metadata(path).ok()?;
        let may_be_unstable = metadata.kind != FileKind::File || {
            let bytes = session.system.read(path, LARGEST).ok()?;
            archive_may_be_unstable(&bytes)
        };
        Some(Chart {
            path: path.to_str()?.to_owned(),
            may_be_unstable,
        })
    }
}

/// Returns the texts of an archive that define kinds.
pub(super) fn definitions(session: &Session<'_>, chart: &Chart) -> Vec<String> {
    let bytes = session.system.read(Path::new(&chart.path), LARGEST);
    let files = unpack(&bytes.unwrap_or_default()).entries.into_iter();
    let texts = files.map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    texts
        .filter(|text| text.contains("kind: CustomResourceDefinition"))
        .collect()
}

/// Returns how the archive of a folder that is a chart would be called.
fn name_in_folder(session: &mut Session<'_>, folder: &Path) -> Option<String> {
    let limits = Limits::DOCUMENT;
    let bytes = session
        .system
        .read(&folder.join("Chart.yaml"), limits.bytes)
        .ok()?;
    let chart = read(&bytes, Place::NOWHERE.source, &limits).value?;
    let text = |key| {
        chart
            .get(key)
            .and_then(Node::as_scalar)
            .map(strata_document::Scalar::text)
    };
    Some(format!("{}-{}", text("name")?, text("version")?))
}

fn archive_may_be_unstable(bytes: &[u8]) -> bool {
    let listing = unpack(bytes);
    // Charts in a chart, packed once more, and what cannot be looked into may do anything.
    let files = listing
        .entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::File);
    let mut is_any = false;
    for file in files {
        is_any = true;
        let is_template = file.path.contains("/templates/") || file.path.ends_with("values.yaml");
        if file.path.ends_with(".tgz") || (is_template && may_be_unstable(&file.bytes)) {
            return true;
        }
    }
    !is_any
}

/// Returns whether a template may write something else at every rendering.
pub(super) fn may_be_unstable(template: &[u8]) -> bool {
    let text = String::from_utf8_lossy(template);
    text.contains("{{")
        && UNSTABLE_FUNCTIONS
            .iter()
            .any(|function| calls(&text, function))
}

fn calls(text: &str, function: &str) -> bool {
    text.match_indices(function).any(|(at, _)| {
        let is_inside = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        };
        let bytes = text.as_bytes();
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        // Families of functions share a beginning; `now` is whole, or every `nowhere` would count.
        let goes_on = function == "now" && is_inside(bytes.get(at + function.len()));
        !is_inside(before) && !goes_on
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_give_something_else_each_time_are_seen() {
        for (template, expected) in [
            ("{{ randAlphaNum 5 }}", true),
            ("{{ $ca := genCA \"x\" 1 }}", true),
            ("{{ now | date \"2006\" }}", true),
            ("{{ .Values.nowhere }} {{ known }}", false),
            ("now", false),
            ("{{ .Values.x }}", false),
        ] {
            assert_eq!(may_be_unstable(template.as_bytes()), expected, "{template}");
        }
    }
}
