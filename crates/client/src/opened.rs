//! Opening a bundle that somebody made: everything that is there, before anything of it is trusted.

use std::path::{Path, PathBuf};

use strata_artifact::markers::{MARKERS, is_version_control, recovery_name};
use strata_artifact::{
    BUNDLE_PATH, BundleRecord, CHECKSUMS_PATH, Kept, LARGEST_ARCHIVE, Listing, unpack,
};
use strata_diagnostic::{Class, Finding, Outcome, Place, Severity};
use strata_host::{FileKind, TreeReader, read_input};

use crate::session::Session;

/// Reads a bundle, a directory or an archive, as a listing.
///
/// Files that the bundle leaves to the user, and those of version control, are listed and not read.
/// Where a stopped run left a marker, or where nothing is that a bundle has, the rest is not read
/// either: `strata_artifact::verify` says what is wrong. What is wrong with an archive is a problem of
/// the listing.
///
/// # Errors
///
/// `HST-1` where there is nothing, `ART-8` where a stopped run took it away, `HST-2` and `HST-4` for
/// what cannot be read.
pub fn open_bundle(session: &mut Session<'_>, bundle: &str) -> Outcome<Listing> {
    let kind = session.system.target_metadata(Path::new(bundle));
    if kind.is_ok_and(|metadata| metadata.kind != FileKind::Directory) {
        let read = read_input(
            session.system,
            bundle,
            LARGEST_ARCHIVE,
            &mut session.sources,
        );
        return read.map(|input| unpack(&input.bytes));
    }
    let interrupted = recovery_marker(session, bundle);
    let sources = &mut session.sources;
    let mut opened = TreeReader::open(session.system, bundle, sources);
    let Some(mut reader) = opened.value else {
        let is_missing = |finding: &Finding| finding.rule.class == Class::NotFound;
        if let Some(marker) = interrupted.filter(|_| opened.findings.iter().any(is_missing)) {
            let message = "the bundle was moved away by a run that was stopped before it put the new one here";
            let place = Place::whole(sources.add_named(bundle));
            opened.findings = vec![unfinished(message, place, &marker)];
        }
        return Outcome {
            value: None,
            findings: opened.findings,
        };
    };
    let mut findings = opened.findings;
    if let Some(marker) = interrupted {
        let message = "a run that replaced this bundle was stopped before it cleaned up";
        let place = Place::whole(sources.add_named(bundle));
        findings.push(unfinished(message, place, &marker).severity(Severity::Warning));
    }
    let markers = reader.find(&MARKERS);
    let known = reader.find(&[CHECKSUMS_PATH, BUNDLE_PATH]);
    if !markers.is_empty() || known.is_empty() {
        let listing = Listing {
            entries: markers,
            problems: Vec::new(),
        };
        return Outcome::with(listing, findings);
    }
    let record = reader.first(BUNDLE_PATH, sources).take(&mut findings);
    let Some(record) = record else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let kept = record
        .and_then(|bytes| BundleRecord::read(bytes).ok())
        .map_or_else(Kept::default, |record| record.kept());
    let is_skipped = |path: &str| is_version_control(path) || kept.covers(path);
    let listing = reader.read(&is_skipped, sources).take(&mut findings);
    Outcome {
        value: listing,
        findings,
    }
}

/// What a run leaves beside its target while it swaps two directories by renaming them.
fn recovery_marker(session: &Session<'_>, bundle: &str) -> Option<PathBuf> {
    let path = Path::new(bundle);
    let name = path.file_name()?.to_string_lossy();
    let marker = path.with_file_name(recovery_name(&name));
    session.system.metadata(&marker).is_ok().then_some(marker)
}

fn unfinished(message: &str, place: Place, marker: &Path) -> Finding {
    Finding::new(&strata_artifact::codes::UNFINISHED, message)
        .at(place)
        .help("run the same `strata bundle` again, it repairs what the stopped run left")
        .help(format!("the run left `{}`", marker.display()))
}
