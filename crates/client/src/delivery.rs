//! Putting a bundle where it belongs: what is ours there, what is the user's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use strata_artifact::{ArchiveForm, ArtifactPath, BUNDLE_PATH, BundleRecord, CHECKSUMS_PATH};
use strata_diagnostic::{Finding, Outcome};
use strata_document::Digest;
use strata_host::target::{Content, Target, Written};
use strata_host::{FileKind, write_output};
use strata_release::deployer::helm;

use crate::bundle::Made;
use crate::codes;
use crate::session::Session;

/// The file of a release folder that may be the user's.
const LATE_VALUES: &str = "cluster-values.yaml";

/// What may be done to a target.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delivery {
    /// Paths that are the user's, beside those that the target records.
    pub(crate) keep: Vec<String>,
    /// Put the bundle beside what is in a target that strata did not write.
    pub(crate) force: bool,
}

/// Makes a bundle for a target and writes it there.
///
/// # Errors
///
/// Findings of `make`, and those of [`Target`].
pub(crate) fn write(
    session: &mut Session<'_>,
    output: &str,
    delivery: &Delivery,
    make: impl FnOnce(&[String]) -> Outcome<Made>,
) -> Outcome<(Made, Written)> {
    if let Some((form, _)) = ArchiveForm::of_name(output) {
        return write_archive(session, output, form, delivery, make);
    }
    let mut findings = Vec::new();
    let opened = Target::open(session.system, output, &mut session.sources);
    let Some(target) = opened.take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let bytes = target.read(BUNDLE_PATH);
    let record = bytes.and_then(|bytes| BundleRecord::read(&bytes).ok());
    let names = match &record {
        None if delivery.force => target.names().unwrap_or_default(),
        _ => Vec::new(),
    };
    let keep = keep(record.as_ref(), delivery, names);
    let made = make(&keep).take(&mut findings);
    // A bundle that is made despite an error is none to put anywhere.
    let Some(made) = made.filter(|_| !findings.iter().any(Finding::is_error)) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let kept: Vec<ArtifactPath> = keep
        .iter()
        .filter_map(|path| ArtifactPath::new(path.as_str()).ok())
        .collect();
    let content = Content {
        tree: &made.tree,
        seeds: &made.seeds,
        owned: &owned(record.as_ref()),
        keep: &kept,
    };
    let written = target.write(&content).take(&mut findings);
    Outcome {
        value: written.map(|written| (made, written)),
        findings,
    }
}

/// Makes a bundle and writes it into one file, unless that is what the file holds.
fn write_archive(
    session: &mut Session<'_>,
    output: &str,
    form: ArchiveForm,
    delivery: &Delivery,
    make: impl FnOnce(&[String]) -> Outcome<Made>,
) -> Outcome<(Made, Written)> {
    if !delivery.keep.is_empty() || delivery.force {
        let message = "nothing in an archive can be left to you";
        let finding = Finding::new(&codes::CANNOT_KEEP, message);
        return Outcome::fail(
            finding.help("leave `--keep` and `--force` out, or write a directory"),
        );
    }
    make(&[]).and_then(|made| {
        let bytes = form.pack(&made.tree);
        let before = session.system.metadata(Path::new(output));
        let is_same = before.as_ref().is_ok_and(|before| {
            let read = || session.system.read(Path::new(output), bytes.len() + 1);
            before.kind == FileKind::File && read().is_ok_and(|found| found == bytes)
        });
        let written = match (is_same, before) {
            (true, _) => return Outcome::ok((made, Written::Unchanged)),
            (false, Ok(_)) => Written::Replaced,
            (false, Err(_)) => Written::Created,
        };
        let outcome = write_output(session.system, output, &bytes, &mut session.sources);
        outcome.map(|()| (made, written))
    })
}

/// Returns what is the user's: what the target records, what was stated, and with `--force` what was
/// there; sorted, each once.
pub(crate) fn keep(
    record: Option<&BundleRecord>,
    delivery: &Delivery,
    names: Vec<String>,
) -> Vec<String> {
    let recorded = record.into_iter().flat_map(|record| record.keep.clone());
    let stated = delivery.keep.iter().map(|path| {
        // As people and their shells write directories.
        let path = path.strip_prefix("./").unwrap_or(path);
        path.strip_suffix('/').unwrap_or(path).to_owned()
    });
    let all: BTreeSet<String> = recorded.chain(stated).chain(names).collect();
    all.into_iter().collect()
}

/// Refuses to leave what a bundle writes to the user, and says which late values are no longer read.
pub(crate) fn check_keep(made: &Made, keep: &[String]) -> Outcome<()> {
    let record = made.tree.get(BUNDLE_PATH).filter(|_| !keep.is_empty());
    let Some(Ok(record)) = record.map(|file| BundleRecord::read(&file.bytes)) else {
        return Outcome::ok(());
    };
    let kept = record.kept();
    let refused = kept.refused.into_iter().map(|(path, reason)| {
        let message = format!("`{path}` cannot be kept: {reason}");
        Finding::new(&codes::CANNOT_KEEP, message)
            .help("move it out of the bundle, or keep it beside the folders of releases")
    });
    let mut findings: Vec<Finding> = refused.collect();
    findings.extend(
        kept.paths
            .iter()
            .filter_map(|path| no_longer_read(made, path)),
    );
    if findings.iter().any(Finding::is_error) {
        Outcome::fail_all(findings)
    } else {
        Outcome::with((), findings)
    }
}

/// Whether a path is that of the one file of a release folder that may be the user's.
pub(crate) fn is_late_values(path: &str) -> bool {
    path.split_once('/')
        .is_some_and(|(_, name)| name == LATE_VALUES)
}

/// Late values stay where they were kept when the folder of their release gets another number.
fn no_longer_read(made: &Made, path: &str) -> Option<Finding> {
    let (folder, file) = path.split_once('/')?;
    let (number, release) = folder.split_once('-')?;
    if !is_late_values(path) || number.len() != 3 || made.seeds.get(path).is_some() {
        return None;
    }
    let message = format!("`{path}` is no longer read: the bundle has no such folder");
    let finding = Finding::new(&codes::NOT_READ, message);
    let now = helm::folders(&made.graph);
    let now = now.iter().find(|now| now.get(4..) == Some(release));
    Some(finding.help(match now {
        Some(now) => format!("move it to `{now}/{file}` and keep that: `--keep {now}/{file}`"),
        None => "the release is gone; remove the file".to_owned(),
    }))
}

/// Returns what strata wrote into a target.
fn owned(record: Option<&BundleRecord>) -> BTreeMap<ArtifactPath, Option<Digest>> {
    let Some(record) = record else {
        return BTreeMap::new();
    };
    let files = record
        .files
        .iter()
        .map(|file| (file.path.clone(), Some(file.digest)));
    // These two are about the others, and are checked by `verify`.
    let about = [BUNDLE_PATH, CHECKSUMS_PATH].map(|path| {
        let path = ArtifactPath::new(path).expect("a constant path");
        (path, None)
    });
    files.chain(about).collect()
}
