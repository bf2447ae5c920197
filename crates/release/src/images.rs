//! Container images that values and manifests name.
//!
//! Three spellings are known: `image: REPOSITORY:TAG`, with the tag and the digest possibly beside it;
//! a mapping with `repository` and `tag`, possibly `registry` and a digest; and `repository`, `image`
//! and `version` beside each other. What a chart's own defaults name is not seen here, nor are images
//! in environment variables and arguments.

use std::collections::BTreeSet;

use strata_artifact::codes::BAD_IMAGE_DIGEST;
use strata_artifact::sbom::{ImageDigest, ImageReference, MalformedDigest};
use strata_diagnostic::{Finding, Place};
use strata_document::{Limits, Node, ScalarKind, read_all};

use crate::graph::Release;

/// Keys beside an image that say its tag, the more specific first.
const TAGS: [&str; 2] = ["tag", "version"];
/// Keys beside an image that say its digest.
const DIGESTS: [&str; 3] = ["digest", "containerSHA", "sha256"];
/// The same, without the name of the algorithm.
const BARE_DIGEST: &str = "sha";

/// Returns the images that a release names, sorted, each once.
///
/// # Errors
///
/// `ART-11` for a digest that is none; that image is left out.
pub fn images(release: &Release) -> (BTreeSet<ImageReference>, Vec<Finding>) {
    let mut found = Found {
        release,
        manifest: None,
        images: BTreeSet::new(),
        findings: Vec::new(),
    };
    found.walk("", &release.values);
    found.walk("", &release.install_values);
    if let Some(manifests) = release.source.manifests() {
        for manifest in manifests {
            found.manifest = Some(&manifest.name);
            let source = Place::NOWHERE.source;
            let documents = read_all(manifest.text.as_bytes(), source, &Limits::CATALOG_FILE);
            // What is no YAML was a finding when the manifest was rendered.
            for document in documents.value.iter().flatten() {
                found.walk("", document);
            }
        }
    }
    (found.images, found.findings)
}

struct Found<'a> {
    release: &'a Release,
    manifest: Option<&'a str>,
    images: BTreeSet<ImageReference>,
    findings: Vec<Finding>,
}

impl Found<'_> {
    /// Looks through a node that stands at a key.
    fn walk(&mut self, key: &str, node: &Node) {
        for item in node.as_sequence().into_iter().flatten() {
            self.walk(key, item);
        }
        let Some(mapping) = node.as_mapping() else {
            return;
        };
        match image(key, node) {
            Ok(Some(image)) => {
                self.images.insert(image);
            }
            Ok(None) => {}
            Err((malformed, place)) => self.report(&malformed, place),
        }
        for entry in mapping {
            self.walk(&entry.key.text, &entry.value);
        }
    }

    fn report(&mut self, malformed: &MalformedDigest, place: Place) {
        let release = &self.release.name;
        let message = match self.manifest {
            Some(manifest) => format!("{malformed}, in `{manifest}` of `{release}`"),
            None => format!("{malformed}, in the values of `{release}`"),
        };
        let finding = Finding::new(&BAD_IMAGE_DIGEST, message).at(place);
        self.findings.push(finding.help("copy the whole digest"));
    }
}

/// Returns the text of a scalar that may be part of a reference.
fn word<'a>(mapping: &'a Node, key: &str) -> Option<&'a str> {
    let scalar = mapping.get(key)?.as_scalar()?;
    let is_word = !matches!(scalar.kind, ScalarKind::Null | ScalarKind::Bool);
    Some(scalar.text()).filter(|text| is_word && !text.is_empty())
}

/// Returns the image that a mapping names, which stands at a key.
///
/// A `repository` alone is an image where the key says so, or a tag or digest stands beside it: beside
/// a `version` it may as well be the place of images whose names the chart knows.
fn image(key: &str, mapping: &Node) -> Result<Option<ImageReference>, (MalformedDigest, Place)> {
    let is_image = key.to_ascii_lowercase().ends_with("image") || word(mapping, "image").is_some();
    let is_stated = is_image || word(mapping, "tag").is_some();
    let repository = word(mapping, "repository");
    let name = match (word(mapping, "image"), repository) {
        (Some(image), Some(repository)) if !has_registry(image) => {
            format!("{}/{image}", repository.trim_end_matches('/'))
        }
        (Some(image), _) => image.to_owned(),
        (None, Some(repository)) if is_stated || digest(mapping).is_some() => {
            match word(mapping, "registry") {
                Some(registry) if !has_registry(repository) => format!("{registry}/{repository}"),
                _ => repository.to_owned(),
            }
        }
        (None, _) => return Ok(None),
    };
    let tag = TAGS.iter().find_map(|key| word(mapping, key));
    // The place of what may be wrong: the reference itself, or the digest beside it.
    let place = |key: &str| mapping.get(key).map_or(mapping.place, |node| node.place);
    let image_key = if word(mapping, "image").is_some() {
        "image"
    } else {
        "repository"
    };
    let parsed = ImageReference::parse(&name);
    let Some(mut image) = parsed.map_err(|malformed| (malformed, place(image_key)))? else {
        return Ok(None);
    };
    if let Some((key, digest)) = digest(mapping) {
        let digest = match ImageDigest::parse(&digest) {
            Ok(digest) => digest,
            Err(malformed) if is_image => return Err((malformed, place(key))),
            // A repository and a digest of another kind: a commit of Git, for example.
            Err(_) => return Ok(None),
        };
        // The digest decides what runs; the tag beside it is only told.
        image = tag.map_or(image.clone(), |tag| image.or_tag(tag));
        image = image.or_digest(digest);
    } else if let Some(tag) = tag {
        image = image.or_tag(tag);
    }
    // A bare word such as `image: default` is hardly a reference.
    let is_known = image.version().is_some() || has_registry(&name);
    Ok(is_known.then_some(image))
}

fn has_registry(name: &str) -> bool {
    name.split_once('/')
        .is_some_and(|(first, _)| strata_artifact::sbom::is_registry(first))
}

fn digest(mapping: &Node) -> Option<(&'static str, String)> {
    let stated = DIGESTS
        .into_iter()
        .find_map(|key| word(mapping, key).map(|text| (key, text.to_owned())));
    stated.or_else(|| {
        let text = word(mapping, BARE_DIGEST)?;
        let text = match text.split_once(':') {
            Some(_) => text.to_owned(),
            None => format!("sha256:{text}"),
        };
        Some((BARE_DIGEST, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::ReleaseSource;
    use crate::graph::{Manifest, Part};
    use strata_diagnostic::SourceId;

    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn node(yaml: &str) -> Node {
        let yaml = yaml.replace("@hex", HEX);
        let read = strata_document::read(yaml.as_bytes(), SourceId(0), &Limits::DOCUMENT);
        read.value.expect("valid YAML")
    }

    fn release(values: &str, manifests: &[&str]) -> Release {
        let manifests = manifests.iter().map(|text| Manifest {
            name: "m.yaml".to_owned(),
            text: text.replace("@hex", HEX),
        });
        Release {
            name: "x".to_owned(),
            component: "x".to_owned(),
            part: Part::Main,
            namespace: "x".to_owned(),
            namespace_place: Place::NOWHERE,
            source: ReleaseSource::Manifests(manifests.collect()),
            values: node(values),
            install: crate::InstallHints::default(),
            values_key: String::new(),
            install_values: node("{}"),
            install_paths: Vec::new(),
            namespace_manifests: String::new(),
            dependencies: Vec::new(),
            about: String::new(),
        }
    }

    #[track_caller]
    fn check(values: &str, expected: &[&str]) {
        let (images, findings) = images(&release(values, &[]));
        assert!(findings.is_empty(), "{findings:?}");
        let found: Vec<String> = images.iter().map(ToString::to_string).collect();
        let expected: Vec<String> = expected
            .iter()
            .map(|text| text.replace("@hex", HEX))
            .collect();
        assert_eq!(found, expected, "{values}");
    }

    #[test]
    fn each_spelling_is_known() {
        check("image: a/b:1", &["docker.io/a/b:1"]);
        check("image: x.io/b", &["x.io/b"]);
        check(
            "{image: x.io/b, version: 0.2, containerSHA: 'sha256:@hex'}",
            &["x.io/b:0.2@sha256:@hex"],
        );
        check("image: {repository: x.io/b, tag: v1}", &["x.io/b:v1"]);
        check("image: {repository: x.io/b}", &["x.io/b"]);
        check(
            "image: {registry: x.io, repository: a/b, tag: 1.20}",
            &["x.io/a/b:1.20"],
        );
        check(
            "image: {registry: x.io, repository: a/b, tag: '', sha: @hex}",
            &["x.io/a/b@sha256:@hex"],
        );
        check(
            "image: {repository: x.io/b, version: v1, digest: 'sha256:@hex'}",
            &["x.io/b:v1@sha256:@hex"],
        );
        check(
            "driver: {repository: nvcr.io/nvidia, image: driver, version: 580.1.2}",
            &["nvcr.io/nvidia/driver:580.1.2"],
        );
        check(
            "initImage: {repository: busybox, tag: 1}",
            &["docker.io/library/busybox:1"],
        );
        check(
            "list: [{a: {image: 'b:1'}}, {image: 'b:1'}]",
            &["docker.io/library/b:1"],
        );
    }

    #[test]
    fn what_is_no_image_is_left_alone() {
        for values in [
            "image: ''",
            "image: null",
            "image: true",
            "image: default",
            "image: /etc/x",
            "image: ./x",
            "image: '{{ .Values.x }}'",
            "image: https://x.io/logo.png",
            "image: {type: string}",
            "image: {repository: '', tag: 1}",
            "{repository: https://charts.example.com, version: 1.0.0}",
            "{repository: default, x: 1}",
            "source: {repository: org/project, tag: v1, sha: 0a1b2c3d}",
            "driver: {repository: nvcr.io/nvidia, version: 580.1.2}",
            "properties: {image: {type: string}, repository: {type: string}}",
        ] {
            check(values, &[]);
        }
    }

    #[test]
    fn manifests_are_looked_through() {
        let manifest = "kind: A\n---\nspec: {containers: [{image: 'a:1'}], initContainers: [{image: 'x.io/b@sha256:@hex'}]}\n";
        let (images, findings) = images(&release("{}", &[manifest]));
        assert!(findings.is_empty());
        assert_eq!(images.len(), 2, "{images:?}");
    }

    #[test]
    fn a_malformed_digest_is_a_finding_at_its_place() {
        for values in [
            "image: {repository: x.io/b,\n digest: 'sha256:12'}",
            "image: {repository: x.io/b,\n digest: 12}",
            "{image: x.io/b, tag: 1,\n containerSHA: md5:12}",
            "initImage: {repository: x.io/b, tag: 1,\n sha: 12}",
            "x: 1\nimage: x.io/b@sha256:12",
        ] {
            let (images, findings) = images(&release(values, &[]));
            assert!(images.is_empty());
            assert_eq!(findings.len(), 1, "{values}");
            assert_eq!(findings[0].rule.code, "ART-11");
            assert_eq!(findings[0].places[0].place.line, 2, "{values}");
        }
        let manifest = "image: 'a@sha256:1'";
        let (_, findings) = images(&release("{}", &[manifest]));
        assert!(
            findings[0].message.contains("in `m.yaml` of `x`"),
            "{}",
            findings[0].message
        );
    }
}
