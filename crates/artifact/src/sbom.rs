//! Inventories of what a bundle brings: CycloneDX 1.6, the part of it that bundles need.
//!
//! Printed in one order, without time, tool and random number, so that the same bundle has the same
//! inventory on every machine; the serial number is a digest of the rest. What is found is the
//! business of others; here is only how it is written.

mod image;
mod purl;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use strata_document::digest_bytes;

pub use image::{ImageDigest, ImageReference, MalformedDigest, is_registry};

/// Path of the inventory in a bundle.
pub const SBOM_PATH: &str = "bom.cdx.json";

const SCHEMA: &str = "http://cyclonedx.org/schema/bom-1.6.schema.json";
/// Reference of the bundle itself.
const ROOT: &str = "bundle";

/// A name and a text that no field exists for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Property {
    name: String,
    value: String,
}

impl Property {
    /// Creates a property; names start with `strata:`.
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self {
            name: format!("strata:{name}"),
            value: value.into(),
        }
    }
}

/// A chart that a bundle installs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartComponent {
    /// Name of the release: what tells it from the others.
    pub release: String,
    /// Name of the chart.
    pub chart: String,
    /// Version of the chart; nothing for one that the bundle makes of manifests.
    pub version: Option<String>,
    /// Repository or registry; nothing for one that the bundle makes of manifests.
    pub repository: Option<String>,
    /// One sentence on what it is for; may be empty.
    pub description: String,
    /// Properties, in the order in which they are printed.
    pub properties: Vec<Property>,
    /// Releases that must be there before.
    pub dependencies: Vec<String>,
    /// Images that its values and manifests name.
    pub images: Vec<ImageReference>,
}

/// An inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sbom {
    /// Name of the bundle.
    pub name: String,
    /// Properties of the bundle.
    pub properties: Vec<Property>,
    /// Charts, in the order in which they are installed.
    pub charts: Vec<ChartComponent>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    bom_format: &'a str,
    spec_version: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    serial_number: String,
    version: u32,
    metadata: Metadata<'a>,
    components: Vec<Component>,
    dependencies: Vec<Dependency>,
    compositions: Vec<Composition>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    component: Component,
    properties: &'a [Property],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Component {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref")]
    bom_ref: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_references: Vec<ExternalReference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
struct ExternalReference {
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    #[serde(rename = "ref")]
    reference: String,
    depends_on: BTreeSet<String>,
}

#[derive(Serialize)]
struct Composition {
    aggregate: &'static str,
    dependencies: Vec<String>,
}

fn release_ref(name: &str) -> String {
    format!("release:{name}")
}

fn image_ref(image: &ImageReference) -> String {
    format!("image:{image}")
}

impl Sbom {
    /// Prints the inventory as JSON, ending with a line break.
    pub fn print(&self) -> String {
        let mut document = self.document();
        let content = to_json(&document);
        document.serial_number = serial_number(&content);
        to_json(&document)
    }

    fn document(&self) -> Document<'_> {
        let images: BTreeMap<String, &ImageReference> = self
            .charts
            .iter()
            .flat_map(|chart| &chart.images)
            .map(|image| (image_ref(image), image))
            .collect();
        let mut components: Vec<Component> = self.charts.iter().map(chart_component).collect();
        components.extend(
            images
                .iter()
                .map(|(name, image)| image_component(name, image)),
        );
        let releases: Vec<String> = self
            .charts
            .iter()
            .map(|c| release_ref(&c.release))
            .collect();
        let mut dependencies = vec![Dependency {
            reference: ROOT.to_owned(),
            depends_on: releases.iter().cloned().collect(),
        }];
        dependencies.extend(self.charts.iter().map(|chart| {
            let before = chart.dependencies.iter().map(|name| release_ref(name));
            Dependency {
                reference: release_ref(&chart.release),
                depends_on: before.chain(chart.images.iter().map(image_ref)).collect(),
            }
        }));
        dependencies.extend(images.into_keys().map(|reference| Dependency {
            reference,
            depends_on: BTreeSet::new(),
        }));
        Document {
            schema: SCHEMA,
            bom_format: "CycloneDX",
            spec_version: "1.6",
            serial_number: String::new(),
            version: 1,
            metadata: Metadata {
                component: bare("application", ROOT, &self.name),
                properties: &self.properties,
            },
            components,
            dependencies,
            // Every release of the bundle is here; what a chart brings is known only as far as its
            // values say it.
            compositions: vec![
                Composition {
                    aggregate: "complete",
                    dependencies: vec![ROOT.to_owned()],
                },
                Composition {
                    aggregate: "incomplete",
                    dependencies: releases,
                },
            ],
        }
    }
}

fn to_json(document: &Document<'_>) -> String {
    let mut text =
        serde_json::to_string_pretty(document).expect("texts, numbers and lists are always JSON");
    text.push('\n');
    text
}

/// Returns a UUID of version 8 (RFC 9562, B.2): SHA-256 of the content, so that two inventories have
/// one serial number exactly when they say the same.
fn serial_number(content: &str) -> String {
    let digest = digest_bytes(content.as_bytes()).to_string();
    // The variant takes the upper two bits of its digit.
    let variant = match digest.as_bytes()[16] {
        b'0' | b'4' | b'8' | b'c' => '8',
        b'1' | b'5' | b'9' | b'd' => '9',
        b'2' | b'6' | b'a' | b'e' => 'a',
        _ => 'b',
    };
    format!(
        "urn:uuid:{}-{}-8{}-{variant}{}-{}",
        &digest[..8],
        &digest[8..12],
        &digest[13..16],
        &digest[17..20],
        &digest[20..32]
    )
}

fn bare(kind: &'static str, bom_ref: &str, name: &str) -> Component {
    Component {
        kind,
        bom_ref: bom_ref.to_owned(),
        name: name.to_owned(),
        version: None,
        description: String::new(),
        hashes: Vec::new(),
        purl: None,
        external_references: Vec::new(),
        properties: Vec::new(),
    }
}

fn chart_component(chart: &ChartComponent) -> Component {
    let mut component = bare("application", &release_ref(&chart.release), &chart.chart);
    component.version.clone_from(&chart.version);
    component.description.clone_from(&chart.description);
    component.properties.clone_from(&chart.properties);
    if let Some(repository) = &chart.repository {
        component.purl = Some(purl::helm(
            &chart.chart,
            chart.version.as_deref(),
            repository,
        ));
        component.external_references.push(ExternalReference {
            kind: "distribution",
            url: purl::iri(repository),
        });
    }
    component
}

fn image_component(reference: &str, image: &ImageReference) -> Component {
    let mut component = bare("container", reference, &image.name());
    component.version = image.version();
    component.purl = Some(purl::oci(image));
    if let Some(digest) = image.digest() {
        component.hashes.push(Hash {
            alg: digest.algorithm(),
            content: digest.hex().to_owned(),
        });
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sbom() -> Sbom {
        let image = |text: &str| {
            ImageReference::parse(text)
                .expect("good")
                .expect("an image")
        };
        let chart =
            |release: &str, images: Vec<ImageReference>, dependencies: &[&str]| ChartComponent {
                release: release.to_owned(),
                chart: release.to_owned(),
                version: Some("v1.0.0+1".to_owned()),
                repository: Some("https://example.com/charts".to_owned()),
                description: String::new(),
                properties: vec![Property::new("namespace", "x")],
                dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
                images,
            };
        Sbom {
            name: "Cluster bundle: kind".to_owned(),
            properties: Vec::new(),
            charts: vec![
                chart("b", vec![image("busybox:1"), image("quay.io/x/y:2")], &[]),
                chart("a", vec![image("docker.io/library/busybox:1")], &["b"]),
            ],
        }
    }

    #[test]
    fn the_same_image_stands_there_once_and_everything_is_reached() {
        let printed: serde_json::Value = serde_json::from_str(&sbom().print()).expect("JSON");
        let refs = |key: &str| -> Vec<String> {
            let list = printed[key].as_array().expect("a list");
            let field = if key == "components" {
                "bom-ref"
            } else {
                "ref"
            };
            list.iter()
                .map(|entry| entry[field].as_str().expect("text").to_owned())
                .collect()
        };
        let components = [
            "release:b",
            "release:a",
            "image:docker.io/library/busybox:1",
            "image:quay.io/x/y:2",
        ];
        assert_eq!(refs("components"), components);
        assert_eq!(refs("dependencies")[1..], components);
        assert_eq!(
            printed["dependencies"][2]["dependsOn"],
            serde_json::json!(["image:docker.io/library/busybox:1", "release:b"])
        );
    }

    #[test]
    fn the_serial_number_is_a_digest_of_the_rest() {
        let first = sbom();
        let number = |sbom: &Sbom| -> String {
            let printed: serde_json::Value = serde_json::from_str(&sbom.print()).expect("JSON");
            printed["serialNumber"].as_str().expect("text").to_owned()
        };
        let text = number(&first);
        assert_eq!(text, number(&first.clone()));
        let parts: Vec<&str> = text.trim_start_matches("urn:uuid:").split('-').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert!(
            parts[2].starts_with('8') && "89ab".contains(&parts[3][..1]),
            "{text}"
        );
        let mut other = first;
        other.charts[0].version = None;
        assert_ne!(text, number(&other));
    }
}
