//! Which schemas objects are held against: a version that is compiled in or a folder, and definitions.

use std::path::Path;

use strata_diagnostic::{Finding, Outcome, Place, SourceId};
use strata_document::{InputFile, Limits, Node, read, read_all_repeated};
use strata_host::{FileKind, read_input, read_layer};
use strata_objects::codes::NO_SCHEMAS;
use strata_objects::{CustomKind, Definitions, open, read_definition, read_openapi};

use super::{LIMITS, add};
use crate::session::Session;

/// The version that is meant where nobody says one.
const DEFAULT: &str = "1.34";

/// What an API server publishes of one group is up to 2 MiB, of which most is text for people.
const DOCUMENT_LIMITS: Limits = Limits {
    bytes: 64 << 20,
    nodes: 4_000_000,
    ..Limits::DOCUMENT
};

/// Says of a file that it may define a kind.
const DEFINITION: &[u8] = b"CustomResourceDefinition";

/// What somebody said about schemas.
#[derive(Clone, Debug)]
pub(crate) struct StatedSchemas {
    /// A version such as `1.34`, or a folder.
    pub(crate) version: Option<String>,
    /// Files and folders.
    pub(crate) crds: Vec<String>,
}

impl StatedSchemas {
    /// Reads the schemas that were asked for.
    ///
    /// # Errors
    ///
    /// `OBJ-12` where there are none, and what keeps files from being read.
    pub(crate) fn read(&self, session: &mut Session<'_>) -> Outcome<Definitions> {
        let definitions = match &self.version {
            None => Outcome::ok(default_schemas()),
            Some(version) => match minor_of(version) {
                Some(minor) => embedded(&minor, version),
                None => published(session, version),
            },
        };
        definitions.and_then(|mut definitions| {
            let mut findings = Vec::new();
            for path in &self.crds {
                let Some(kinds) = custom(session, path).take(&mut findings) else {
                    return Outcome::fail_all(findings);
                };
                findings.extend(add(&mut definitions, kinds));
            }
            Outcome::with(definitions, findings)
        })
    }
}

/// Returns the schemas that are meant where nobody says which.
pub(crate) fn default_schemas() -> Definitions {
    let images = strata_catalog::KUBERNETES.iter();
    let image = images.clone().find(|(minor, _)| *minor == DEFAULT);
    let (_, image) = image.expect("the default is compiled in");
    Definitions::from_image(image).expect("tests read every image that is compiled in")
}

/// Returns the minor version of a text such as `1.34`, `v1.34.4` or `v1.33.5-gke.1200`.
pub(crate) fn minor_of(text: &str) -> Option<String> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut parts = text.splitn(3, '.');
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let major = parts.next().filter(is_number)?;
    let minor = parts.next().filter(is_number)?;
    let is_patch = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let is_version = parts.next().is_none_or(is_patch) && !text.contains('/');
    is_version.then(|| format!("{major}.{minor}"))
}

fn embedded(minor: &str, typed: &str) -> Outcome<Definitions> {
    let images = strata_catalog::KUBERNETES;
    if let Some((_, image)) = images.iter().find(|(known, _)| *known == minor) {
        let definitions = Definitions::from_image(image);
        return Outcome::ok(definitions.expect("tests read every image that is compiled in"));
    }
    let message = format!("the schemas of Kubernetes {typed} are not compiled in");
    let known: Vec<&str> = images.iter().map(|(minor, _)| *minor).collect();
    let finding = Finding::new(&NO_SCHEMAS, message);
    let finding = finding.help(format!("compiled in: {}", known.join(", ")));
    let help = "or name a folder of the documents at /openapi/v3: `--kubernetes-version DIRECTORY`";
    Outcome::fail(finding.help(help))
}

/// Reads a folder of documents that an API server published.
fn published(session: &mut Session<'_>, folder: &str) -> Outcome<Definitions> {
    let kind = session.system.target_metadata(Path::new(folder));
    if !kind.is_ok_and(|metadata| metadata.kind == FileKind::Directory) {
        let message = format!("`{folder}` is neither a version of Kubernetes nor a folder");
        let finding = Finding::new(&NO_SCHEMAS, message);
        return Outcome::fail(finding.help("write a version such as `1.34`, or name a folder"));
    }
    let files = read_layer(session.system, folder, &mut session.sources);
    files.and_then(|files| {
        let mut findings = Vec::new();
        let mut documents: Vec<Node> = Vec::new();
        for file in files.iter().filter(|file| file.path.ends_with(".json")) {
            let name = format!("{}/{}", folder.trim_end_matches('/'), file.path);
            let source = session.sources.add_named(&name);
            let document = read(&file.bytes, source, &DOCUMENT_LIMITS);
            documents.extend(document.take(&mut findings));
        }
        let version = documents
            .iter()
            .filter_map(|document| document.at(&["info", "version"]).and_then(Node::as_text))
            .find_map(minor_of);
        let version = version.unwrap_or_else(|| format!("of `{folder}`"));
        match read_openapi(&version, &documents, None) {
            Ok(definitions) => Outcome::with(definitions, findings),
            Err(error) => {
                let place = Place::whole(session.sources.add_named(folder));
                let finding = Finding::new(&NO_SCHEMAS, error.to_string()).at(place);
                let help = "it must hold the documents at /openapi/v3, one JSON file each";
                findings.push(finding.help(help));
                Outcome::fail_all(findings)
            }
        }
    })
}

/// Reads the definitions in a file or below a folder.
fn custom(session: &mut Session<'_>, path: &str) -> Outcome<Vec<CustomKind>> {
    let kind = session.system.target_metadata(Path::new(path));
    let is_folder = kind.is_ok_and(|metadata| metadata.kind == FileKind::Directory);
    let files: Outcome<Vec<(SourceId, Vec<u8>)>> = if is_folder {
        let files = read_layer(session.system, path, &mut session.sources);
        let named = |file: InputFile| {
            let name = format!("{}/{}", path.trim_end_matches('/'), file.path);
            (session.sources.add_named(&name), file.bytes)
        };
        files.map(|files| files.into_iter().filter(is_definition).map(named).collect())
    } else {
        let input = read_input(session.system, path, LIMITS.bytes, &mut session.sources);
        input.map(|input| vec![(input.source, input.bytes)])
    };
    files.and_then(|files| {
        let mut findings = Vec::new();
        let mut kinds = Vec::new();
        let read = strata_document::in_parallel(&files, 2, |(source, bytes)| {
            let documents = read_all_repeated(bytes, *source, &LIMITS);
            documents.map(|documents| {
                let opened = documents.iter().map(open);
                let objects = opened.flat_map(|opened| opened.objects);
                let kinds = objects.flat_map(|object| read_definition(object.node));
                kinds.collect::<Vec<CustomKind>>()
            })
        });
        for outcome in read {
            kinds.extend(outcome.take(&mut findings).unwrap_or_default());
        }
        if kinds.is_empty() && !findings.iter().any(Finding::is_error) {
            let place = Place::whole(session.sources.add_named(path));
            let message = "no custom resource definition is here";
            let finding = Finding::new(&NO_SCHEMAS, message).at(place);
            findings.push(finding.help("name the file or the folder that holds the definitions"));
        }
        if findings.iter().any(Finding::is_error) {
            return Outcome::fail_all(findings);
        }
        Outcome::with(kinds, findings)
    })
}

fn is_definition(file: &InputFile) -> bool {
    let path = &file.path;
    let is_structured = [".yaml", ".yml", ".json"]
        .iter()
        .any(|end| path.ends_with(end));
    let has_word = |bytes: &[u8]| {
        let mut windows = bytes.windows(DEFINITION.len());
        windows.any(|window| window == DEFINITION)
    };
    is_structured && has_word(&file.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_folders() {
        for (text, expected) in [
            ("1.34", Some("1.34")),
            ("v1.34.4", Some("1.34")),
            ("1.33.5-gke.1200", Some("1.33")),
            ("v1.35.0+k3s1", Some("1.35")),
            ("1", None),
            ("v3", None),
            ("1.34/", None),
            ("./1.34", None),
            ("1.x", None),
            ("", None),
        ] {
            assert_eq!(minor_of(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn every_image_is_of_the_version_that_it_is_listed_under() {
        for (minor, image) in strata_catalog::KUBERNETES {
            let definitions = Definitions::from_image(image).expect("an image");
            assert_eq!(definitions.version(), *minor);
            assert!(definitions.kinds() > 100, "{minor}");
        }
        assert_eq!(default_schemas().version(), DEFAULT);
    }
}
