//! Building kustomizations, for deployers whose tool builds none.
//!
//! The program is kustomize, or kubectl, which has it built in. It gets the files of the bundle, or the
//! address of the source with its revision, and nothing else; what it prints becomes the manifests of the
//! release. Hooks of Helm are taken off them as off every manifest.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use strata_diagnostic::{Finding, Outcome};
use strata_host::{ProgramEnd, ProgramRun};
use strata_release::{
    Kustomization, KustomizationOrigin, Manifest, Release, ReleaseGraph, ReleaseSource,
    split_namespaces, strip_hooks,
};

use crate::codes;
use crate::session::Session;

/// How long a build may take: a source is fetched first.
const LIMIT: Duration = Duration::from_mins(5);
/// Most bytes of the objects of one kustomization: 16 MiB.
const MOST_BYTES: usize = 16 << 20;
/// Characters of what a program says that are repeated.
const MOST_SAID: usize = 600;
/// Programs that build, the preferred one first, and how each is told to.
const PROGRAMS: [(&str, &str); 2] = [("kustomize", "build"), ("kubectl", "kustomize")];
/// Git asks nobody for a password, and runs no program to reach a source.
const VARIABLES: [(&str, &str); 2] = [
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_ALLOW_PROTOCOL", "https:http:ssh:file"),
];
/// Name of what is built, among the manifests of the release.
const NAME: &str = "manifest.yaml";

/// What was built, by release.
#[derive(Clone, Debug, Default)]
pub(crate) struct Built(BTreeMap<String, BuiltRelease>);

#[derive(Clone, Debug)]
struct BuiltRelease {
    manifests: Vec<Manifest>,
    /// The namespace that the release lives in, where the kustomization brings it.
    namespaces: String,
}

impl Built {
    /// Returns a graph with what was built in its place.
    pub(crate) fn put_into(&self, mut graph: ReleaseGraph) -> ReleaseGraph {
        for release in &mut graph.releases {
            let built = self.0.get(&release.name);
            if let (Some(built), ReleaseSource::Kustomization(kustomization)) =
                (built, &mut release.source)
            {
                kustomization.built.clone_from(&built.manifests);
                release.namespace_manifests.clone_from(&built.namespaces);
            }
        }
        graph
    }
}

/// Builds every kustomization of a graph.
///
/// # Errors
///
/// `BND-13` for one that cannot be built, `BND-14` where no program is there that builds.
pub(crate) fn build(session: &mut Session<'_>, graph: &ReleaseGraph) -> Outcome<Built> {
    let mut findings = Vec::new();
    let mut built = Built::default();
    for release in &graph.releases {
        let Some(kustomization) = release.source.kustomization() else {
            continue;
        };
        let one = build_one(session, release, kustomization).take(&mut findings);
        built.0.extend(one.map(|one| (release.name.clone(), one)));
    }
    let failed = findings.iter().any(Finding::is_error);
    Outcome {
        value: (!failed).then_some(built),
        findings,
    }
}

fn build_one(
    session: &mut Session<'_>,
    release: &Release,
    kustomization: &Kustomization,
) -> Outcome<BuiltRelease> {
    let place = release.namespace_place;
    let failed =
        |message: String| Outcome::fail(Finding::new(&codes::NOT_BUILT, message).at(place));
    let name = &release.name;
    let end = match run(session, kustomization) {
        Ok(end) => end,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message =
                format!("`{name}` is a kustomization, and nothing is here that builds it");
            let finding = Finding::new(&codes::NO_KUSTOMIZE, message).at(place);
            return Outcome::fail(finding.help("install kustomize or kubectl"));
        }
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            let message = "interrupted; nothing was written";
            return Outcome::fail(Finding::new(&strata_host::codes::INTERRUPTED, message));
        }
        Err(error) => return failed(format!("`{name}` cannot be built: {error}")),
    };
    if !end.is_success {
        return failed(format!(
            "kustomize refuses `{name}`: {}",
            said(&end.complaint)
        ));
    }
    let Ok(text) = String::from_utf8(end.output) else {
        return failed(format!("what kustomize makes of `{name}` is no text"));
    };
    let shown = format!("what kustomize makes of {name}");
    let source = session.sources.add_named(&shown);
    let mut findings = Vec::new();
    let text = strip_hooks(&text, source).take(&mut findings).flatten();
    let Some(text) = text else {
        if findings.is_empty() {
            return failed(format!("kustomize makes no objects of `{name}`"));
        }
        return Outcome::fail_all(findings);
    };
    let split = split_namespaces(&text, source, Some(&release.namespace)).take(&mut findings);
    let split = split.unwrap_or_default();
    let text = if split.namespaces.is_empty() {
        text
    } else {
        split.rest
    };
    let built = BuiltRelease {
        manifests: vec![Manifest {
            name: NAME.to_owned(),
            text,
        }],
        namespaces: split.namespaces,
    };
    Outcome::with(built, findings)
}

/// Runs the first program that is there.
pub(crate) fn run(session: &Session<'_>, kustomization: &Kustomization) -> io::Result<ProgramEnd> {
    let (files, target) = match &kustomization.origin {
        KustomizationOrigin::Files(files) => {
            (files.as_slice(), format!("./{}", kustomization.path))
        }
        KustomizationOrigin::Repository { url, .. } if url.starts_with("oci://") => {
            let message =
                format!("kustomize reads nothing from the registry {url}; Argo CD and Flux do");
            return Err(io::Error::new(io::ErrorKind::Unsupported, message));
        }
        KustomizationOrigin::Repository { url, revision } => {
            let directory = match kustomization.path.as_str() {
                "." => String::new(),
                path => format!("//{path}"),
            };
            (&[][..], format!("{url}{directory}?ref={revision}"))
        }
    };
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for (program, verb) in PROGRAMS {
        let arguments = [verb, "--", &target].map(str::to_owned);
        let run = ProgramRun {
            program,
            arguments: &arguments,
            files,
            variables: &VARIABLES,
            limit: LIMIT,
            most_bytes: MOST_BYTES,
        };
        match session.system.run(&run) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => last = error,
            ended => return ended,
        }
    }
    Err(last)
}

/// What a program said, on one line and not all of it.
pub(crate) fn said(complaint: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaint);
    let words: Vec<&str> = text.split_whitespace().collect();
    let text: String = words.join(" ").chars().take(MOST_SAID).collect();
    text.trim_start_matches("Error: ").to_owned()
}
