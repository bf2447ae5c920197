//! Putting a bundle where it belongs: what is ours there, what is the user's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use strata_artifact::{ArchiveForm, ArtifactPath, BUNDLE_PATH, BundleRecord, CHECKSUMS_PATH};
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Digest, Entry, Limits, Node, read, write_yaml};
use strata_host::target::{Content, Target, Written};
use strata_host::{FileKind, STDIN, write_output};
use strata_release::deployer::{LateForm, late_file};

use crate::codes;
use crate::made::{Made, is_late_values};
use crate::opened::open_bundle;
use crate::session::Session;

/// What may be done to a target.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delivery {
    /// Paths that are the user's, beside those that the target records.
    pub(crate) keep: Vec<String>,
    /// Put the bundle beside what is in a target that strata did not write.
    pub(crate) force: bool,
    /// A project lists what is the user's: what the target recorded before does not count.
    pub(crate) is_listed: bool,
}

/// A target that is ready to be written.
pub(crate) enum Opened<'s> {
    /// A directory.
    Directory(Box<OpenedDirectory<'s>>),
    /// A file.
    Archive(ArchiveForm),
}

/// A directory, locked, with what it says of itself.
pub(crate) struct OpenedDirectory<'s> {
    target: Target<'s>,
    record: Option<BundleRecord>,
    keep: Vec<String>,
    is_listed: bool,
}

impl Opened<'_> {
    /// Paths in it that are the user's.
    pub(crate) fn keep(&self) -> &[String] {
        match self {
            Self::Directory(directory) => &directory.keep,
            Self::Archive(_) => &[],
        }
    }
}

type Owned = BTreeMap<ArtifactPath, Option<Digest>>;

impl OpenedDirectory<'_> {
    /// What strata wrote, and what is the user's.
    fn known(&self) -> (Owned, Vec<ArtifactPath>) {
        let keep = self.keep.iter();
        let keep = keep.filter_map(|path| ArtifactPath::new(path.as_str()).ok());
        (owned(self.record.as_ref()), keep.collect())
    }
}

fn content<'a>(
    made: &'a Made,
    owned: &'a Owned,
    keep: &'a [ArtifactPath],
    is_listed: bool,
) -> Content<'a> {
    Content {
        tree: &made.tree,
        seeds: &made.seeds,
        owned,
        keep,
        is_listed,
    }
}

/// Returns why [`put`] would refuse, as far as that can be said before anything is written.
pub(crate) fn refusal(opened: &Opened<'_>, made: &Made) -> Option<Finding> {
    let Opened::Directory(directory) = opened else {
        return None;
    };
    let (owned, keep) = directory.known();
    directory
        .target
        .refusal(&content(made, &owned, &keep, directory.is_listed))
}

/// Looks at a target before the bundle for it is made.
///
/// # Errors
///
/// Findings of [`Target::open`]; `BND-1` where something of an archive is to be left to the user.
pub(crate) fn open<'s>(
    session: &mut Session<'s>,
    output: &str,
    delivery: &Delivery,
) -> Outcome<Opened<'s>> {
    if let Some((form, _)) = ArchiveForm::of_name(output) {
        if delivery.keep.is_empty() && !delivery.force {
            return check_archive(session, output).map(|()| Opened::Archive(form));
        }
        let message = "nothing in an archive can be left to you";
        let finding = Finding::new(&codes::CANNOT_KEEP, message);
        return Outcome::fail(
            finding.help("leave `--keep` and `--force` out, or write a directory"),
        );
    }
    if let Some(finding) = unknown_form(output) {
        return Outcome::fail(finding);
    }
    Target::open(session.system, output, &mut session.sources).map(|target| {
        let bytes = target.read(BUNDLE_PATH);
        let record = bytes.and_then(|bytes| BundleRecord::read(&bytes).ok());
        let names = match &record {
            None if delivery.force => target.names().unwrap_or_default(),
            _ => Vec::new(),
        };
        let keep = keep(record.as_ref(), delivery, names);
        Opened::Directory(Box::new(OpenedDirectory {
            target,
            record,
            keep,
            is_listed: delivery.is_listed,
        }))
    })
}

/// Names that ask for an archive of a form that there is none of.
fn unknown_form(output: &str) -> Option<Finding> {
    const ENDINGS: [&str; 7] = [
        ".zip", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".7z",
    ];
    if output == STDIN {
        let message = "a bundle is a directory or an archive, and standard output is neither";
        let finding = Finding::new(&codes::NOT_AN_ARCHIVE, message);
        return Some(
            finding.help("name one: `-o bundle`, `-o bundle.tar.gz`; `./-` is a directory"),
        );
    }
    let ending = ENDINGS.iter().find(|ending| output.ends_with(**ending))?;
    let message = format!("bundles are not written as `{ending}`");
    let finding = Finding::new(&codes::NOT_AN_ARCHIVE, message);
    Some(finding.help("use `.tar`, `.tar.gz` or `.tgz`, or a directory with another name"))
}

/// Refuses to overwrite a file that is no bundle.
fn check_archive(session: &mut Session<'_>, output: &str) -> Outcome<()> {
    let path = Path::new(output);
    let Ok(found) = session.system.metadata(path) else {
        return Outcome::ok(());
    };
    if found.kind != FileKind::File || found.size_bytes == 0 {
        return Outcome::ok(());
    }
    let opened = open_bundle(session, output);
    let is_bundle = opened.value.is_some_and(|listing| {
        let record = listing.file(BUNDLE_PATH);
        record.is_some_and(|bytes| BundleRecord::read(bytes).is_ok())
    });
    if is_bundle {
        return Outcome::ok(());
    }
    let place = Place::whole(session.sources.add_named(output));
    let finding = Finding::new(
        &codes::NOT_AN_ARCHIVE,
        "this file is not a bundle of strata",
    );
    Outcome::fail(
        finding
            .at(place)
            .help("name another file, or move this one away; it was not touched"),
    )
}

/// Says which values that are given later a kept file does not give.
///
/// # Errors
///
/// Findings of reading the kept files: one that is no YAML would fail when it is installed.
pub(crate) fn check_late_values(
    session: &mut Session<'_>,
    output: &str,
    opened: &Opened<'_>,
    made: &Made,
) -> Outcome<()> {
    let mut findings = Vec::new();
    let Opened::Directory(directory) = opened else {
        return Outcome::ok(());
    };
    for (path, seed) in made.seeds.iter() {
        let Some(bytes) = directory.target.read(path.as_str()) else {
            continue;
        };
        let name = format!("{}/{path}", output.trim_end_matches('/'));
        let source = session.sources.add_named(&name);
        let place = Place::whole(source);
        let limits = Limits::DOCUMENT;
        let tree = |bytes: &[u8]| {
            let is_empty = |line: &str| line.trim().is_empty() || line.starts_with('#');
            let text = String::from_utf8_lossy(bytes);
            // A file of comments alone is an empty one to Helm.
            if text.lines().all(is_empty) {
                return Outcome::ok(Node::null(place));
            }
            read(bytes, source, &limits)
        };
        let given = tree(&bytes).take(&mut findings);
        let wanted = tree(seed.bytes()).value;
        if let (Some(given), Some(wanted)) = (given, wanted) {
            let mut missing = Vec::new();
            missing_in(&given, &wanted, "", &mut missing);
            findings.extend(missing.into_iter().map(|(path, value)| {
                let message =
                    format!("`{path}` is given later, and this file of yours does not give it");
                Finding::new(&codes::NOT_GIVEN, message)
                    .at(place)
                    .help(format!("add it; without `--dynamic` it would be `{value}`"))
            }));
        }
    }
    let failed = findings.iter().any(Finding::is_error);
    Outcome {
        value: (!failed).then_some(()),
        findings,
    }
}

/// Collects the leaves of `wanted` that `given` has nothing at.
fn missing_in(given: &Node, wanted: &Node, above: &str, missing: &mut Vec<(String, String)>) {
    let Some(mapping) = wanted.as_mapping() else {
        return;
    };
    for Entry { key, value } in mapping {
        let path = if above.is_empty() {
            key.text.to_string()
        } else {
            format!("{above}.{}", key.text)
        };
        match given.get(&key.text) {
            Some(there) => missing_in(there, value, &path, missing),
            None if value
                .as_mapping()
                .is_some_and(|inner| inner.iter().next().is_some()) =>
            {
                missing_in(&Node::null(value.place), value, &path, missing);
            }
            None => missing.push((path, write_yaml(value).trim_end().to_owned())),
        }
    }
}

/// Writes a bundle into a target.
///
/// # Errors
///
/// Findings of [`Target::write`] and [`write_output`].
pub(crate) fn put(
    session: &mut Session<'_>,
    output: &str,
    opened: Opened<'_>,
    made: &Made,
) -> Outcome<Written> {
    match opened {
        Opened::Archive(form) => put_archive(session, output, form, made),
        Opened::Directory(directory) => {
            let (owned, keep) = directory.known();
            let content = content(made, &owned, &keep, directory.is_listed);
            directory.target.write(&content)
        }
    }
}

/// Writes a bundle into one file, unless that is what the file holds.
fn put_archive(
    session: &mut Session<'_>,
    output: &str,
    form: ArchiveForm,
    made: &Made,
) -> Outcome<Written> {
    let bytes = form.pack(&made.tree);
    let before = session.system.metadata(Path::new(output));
    let is_same = before.as_ref().is_ok_and(|before| {
        let read = || session.system.read(Path::new(output), bytes.len() + 1);
        before.kind == FileKind::File && read().is_ok_and(|found| found == bytes)
    });
    let written = match (is_same, before) {
        (true, _) => return Outcome::ok(Written::Unchanged),
        (false, Ok(_)) => Written::Replaced,
        (false, Err(_)) => Written::Created,
    };
    // As for a directory. If that fails, writing says why.
    if let Some(parent) = Path::new(output).parent() {
        drop(session.system.create_dir(parent));
    }
    write_output(session.system, output, &bytes, &mut session.sources).map(|()| written)
}

/// Returns what is the user's: what the target records, what was stated, and with `--force` what was
/// there; sorted, each once.
pub(crate) fn keep(
    record: Option<&BundleRecord>,
    delivery: &Delivery,
    names: Vec<String>,
) -> Vec<String> {
    let record = record.filter(|_| !delivery.is_listed);
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
    let Some(Ok(record)) = record.map(|file| BundleRecord::read(file.bytes())) else {
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

/// Late values stay where they were kept when the folder of their release gets another number, and when
/// another deployer reads them from somewhere else.
fn no_longer_read(made: &Made, path: &str) -> Option<Finding> {
    let (folder, file) = path.split_once('/')?;
    if !is_late_values(path) || made.seeds.get(path).is_some() {
        return None;
    }
    let of_number = folder.split_once('-').filter(|(number, _)| {
        number.len() >= 3 && number.bytes().all(|digit| digit.is_ascii_digit())
    });
    let release = of_number.map_or(folder, |(_, release)| release);
    let deployer = made.deployer.name;
    let index = made
        .graph
        .releases
        .iter()
        .position(|one| one.name == release);
    let Some(index) = index else {
        let message = format!("`{path}` is no longer read: the bundle has no such folder");
        let finding = Finding::new(&codes::NOT_READ, message);
        return Some(finding.help("the release is gone; remove the file"));
    };
    let now = late_file(made.deployer.late, &made.graph, index);
    let is_renumbered = now.as_ref().is_some_and(|now| now.ends_with(file));
    let message = if is_renumbered && now.as_deref() != Some(path) {
        format!("`{path}` is no longer read: the bundle has no such folder")
    } else {
        format!("`{path}` is no longer read: a bundle for `{deployer}` has no such file")
    };
    let finding = Finding::new(&codes::NOT_READ, message);
    let is_made = |now: &String| made.tree.get(now).is_some() || made.seeds.get(now).is_some();
    Some(match now {
        Some(now) if !is_made(&now) => finding.help(format!(
            "nothing of `{release}` is given later now: state what is with `--dynamic {release}:PATH`, and put it into `{now}`"
        )),
        Some(now) if is_renumbered => {
            finding.help(format!("move it to `{now}` and keep that: `--keep {now}`"))
        }
        Some(now) => finding.help(format!(
            "`{now}` has another shape{}: put the values there, keep that with `--keep {now}`, and remove this file",
            match made.deployer.late {
                LateForm::ConfigMap => ", a ConfigMap with the values as a text below `values.yaml`",
                LateForm::File | LateForm::Installation => ", the values alone",
            }
        )),
        None => finding.help(format!(
            "`{deployer}` is given late values when its chart is installed, as README.md of the bundle says; give them there and remove this file"
        )),
    })
}

/// Returns what strata wrote into a target.
fn owned(record: Option<&BundleRecord>) -> Owned {
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
