//! What a snapshot says about the cluster it was taken of.
//!
//! A fingerprint is derived from measurements alone and always computed again: the one that a
//! snapshot document may carry is advice from another program.

use std::collections::BTreeSet;

use strata_diagnostic::{Finding, Outcome};
use strata_facts::{Reading, Snapshot};

use crate::codes;
use crate::criteria::{ANY, Criteria, Dimension};
use crate::vocabulary::Vocabulary;

/// One detected value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detected {
    /// The value; empty where nothing was detected.
    pub value: String,
    /// The reading it comes from.
    pub source: &'static str,
    /// Why there is no value although something was measured: `multi-gpu`, `unknown-sku`,
    /// `multi-region`.
    pub note: &'static str,
}

/// The compact identity of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// Kubernetes service.
    pub service: Detected,
    /// GPU model of the nodes.
    pub accelerator: Detected,
    /// GPU model as PCI discovery names it.
    pub gpu_model: Detected,
    /// Operating system.
    pub os: Detected,
    /// Its version.
    pub os_version: Detected,
    /// Kubernetes version without a leading `v`.
    pub kubernetes_version: Detected,
    /// Region.
    pub region: Detected,
    /// Number of nodes of any kind.
    pub node_count: u64,
    /// Number of distinct nodes with a GPU label.
    pub gpu_node_count: u64,
}

const PRODUCT_LABEL: &str = "nvidia.com/gpu.product";
const REGION_LABEL: &str = "topology.kubernetes.io/region";

/// GPU models in the order in which their names are looked for, as whole tokens of a product name.
const MODELS: [(&[&str], &str); 9] = [
    (&["GB300"], "gb300"),
    (&["GB200"], "gb200"),
    (&["B200"], "b200"),
    (&["H100"], "h100"),
    (&["H200"], "h200"),
    (&["A100"], "a100"),
    (&["RTX", "PRO", "6000"], "rtx-pro-6000"),
    (&["L40S"], "l40s"),
    (&["L40"], "l40"),
];

impl Fingerprint {
    /// Derives the fingerprint of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        let text = |kind: &str, subtype: &str, key: &str| {
            snapshot
                .reading(kind, subtype, key)
                .map_or("", |reading| reading.text.as_str())
        };
        let detected = |value: &str, source: &'static str| Detected {
            value: value.to_owned(),
            source: if value.is_empty() { "" } else { source },
            note: "",
        };
        let version = text("K8s", "server", "version");
        let node_count = text("NodeTopology", "summary", "node-count")
            .parse()
            .unwrap_or(0);
        let (products, gpu_nodes) = label_values(snapshot, PRODUCT_LABEL);
        let (regions, _) = label_values(snapshot, REGION_LABEL);
        let model = text("GPU", "hardware", "model");
        Self {
            service: detected(
                &service(text("K8s", "node", "provider")),
                "k8s.node.provider",
            ),
            accelerator: accelerator(&products, model),
            gpu_model: detected(model, "gpu.hardware.model"),
            os: detected(os(text("OS", "release", "ID")), "os.release"),
            os_version: detected(text("OS", "release", "VERSION_ID"), "os.release"),
            kubernetes_version: detected(
                version.strip_prefix('v').unwrap_or(version),
                "k8s.server.version",
            ),
            region: match regions.iter().collect::<Vec<_>>().as_slice() {
                [] => Detected::default(),
                [only] => detected(only, "nodeTopology.label.topology.kubernetes.io/region"),
                _ => Detected {
                    note: "multi-region",
                    ..Detected::default()
                },
            },
            node_count,
            gpu_node_count: gpu_nodes.len() as u64,
        }
    }

    /// Returns the criteria it stands for. Intent and platform are never inferred; a value that the
    /// catalog does not know is `any`, as is one that `is_stated` anyway.
    ///
    /// # Errors
    ///
    /// `CLU-42`, a warning, for each such value.
    pub fn criteria(
        &self,
        vocabulary: &Vocabulary,
        strict: bool,
        is_stated: impl Fn(Dimension) -> bool,
    ) -> Outcome<Criteria> {
        let mut criteria = Criteria::any();
        let mut findings = Vec::new();
        let detected = [
            (Dimension::Service, &self.service),
            (Dimension::Accelerator, &self.accelerator),
            (Dimension::Os, &self.os),
        ];
        for (dimension, found) in detected {
            if is_stated(dimension) {
                continue;
            }
            let value = vocabulary.parse(dimension, &found.value, strict);
            if let Err(unknown) = value.as_ref()
                && !found.value.is_empty()
            {
                let message = format!(
                    "the snapshot has {dimension} `{}`, which the catalog does not know",
                    found.value
                );
                let known = unknown.known.join(", ");
                findings.push(
                    Finding::new(&codes::UNKNOWN_DETECTED, message)
                        .help(format!("known values: {known}"))
                        .help(format!(
                            "--{dimension} states one; the criterion is left open"
                        )),
                );
            }
            criteria.set(dimension, value.unwrap_or_else(|_| ANY.to_owned()));
        }
        criteria.nodes = self.node_count;
        Outcome::with(criteria, findings)
    }
}

fn service(provider: &str) -> String {
    if provider.starts_with("ocid1.") || provider.starts_with("oci://") || provider == "oci" {
        "oke".to_owned()
    } else if provider == "linode" || provider.starts_with("linode://") {
        "lke".to_owned()
    } else {
        provider.to_owned()
    }
}

fn os(id: &str) -> &'static str {
    match id.to_lowercase().as_str() {
        "ubuntu" => "ubuntu",
        "rhel" | "redhat" | "redhatenterpriselinux" => "rhel",
        "cos" => "cos",
        "amazonlinux" | "amzn" | "amazon" | "al2" | "al2023" => "amazonlinux",
        "ol" => "ol",
        "talos" => "talos",
        _ => "",
    }
}

/// Returns the values of a node label and the nodes that carry it.
///
/// The label subtype holds `value|node,node`; a label with several values has one key per value,
/// the value appended to the label's name.
fn label_values(snapshot: &Snapshot, label: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut values = BTreeSet::new();
    let mut nodes = BTreeSet::new();
    let subtype = snapshot
        .first("NodeTopology")
        .and_then(|m| m.subtype("label"));
    let Some(subtype) = subtype else {
        return (values, nodes);
    };
    let suffixed = format!("{label}.");
    let mut add = |reading: &Reading| {
        let (value, carriers) = reading.text.split_once('|').unwrap_or((&reading.text, ""));
        if !value.is_empty() {
            values.insert(value.to_owned());
        }
        nodes.extend(
            carriers
                .split(',')
                .filter(|node| !node.is_empty())
                .map(str::to_owned),
        );
    };
    for (key, reading) in &subtype.data {
        if key == label || key.starts_with(&suffixed) {
            add(reading);
        }
    }
    (values, nodes)
}

fn accelerator(products: &BTreeSet<String>, model: &str) -> Detected {
    let from_label = "nodeTopology.label.nvidia.com/gpu.product";
    if products.len() > 1 {
        return Detected {
            note: "multi-gpu",
            source: from_label,
            value: String::new(),
        };
    }
    let note = match products.first() {
        Some(product) => match model_of(product) {
            Some(found) => {
                return Detected {
                    value: found.to_owned(),
                    source: from_label,
                    note: "",
                };
            }
            None => "unknown-sku",
        },
        None => "",
    };
    let known = MODELS.iter().any(|(_, name)| *name == model);
    if known {
        return Detected {
            value: model.to_owned(),
            source: "gpu.hardware.model",
            note,
        };
    }
    Detected {
        value: String::new(),
        source: "",
        note,
    }
}

fn model_of(product: &str) -> Option<&'static str> {
    let upper = product.to_uppercase();
    let tokens: Vec<&str> = upper
        .split(|c: char| c.is_whitespace() || c == '-')
        .filter(|t| !t.is_empty())
        .collect();
    let contains = |wanted: &[&str]| tokens.windows(wanted.len()).any(|run| run == wanted);
    MODELS
        .iter()
        .find(|(wanted, _)| contains(wanted))
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_names_are_matched_by_whole_tokens() {
        for (product, expected) in [
            ("NVIDIA-H100-80GB-HBM3", Some("h100")),
            ("NVIDIA-L40S", Some("l40s")),
            ("NVIDIA L40", Some("l40")),
            ("NVIDIA-GH200-480GB", None),
            ("NVIDIA-RTX-PRO-6000-Blackwell", Some("rtx-pro-6000")),
            ("NVIDIA RTX A1000", None),
            ("A800", None),
        ] {
            assert_eq!(model_of(product), expected, "{product}");
        }
    }
}
