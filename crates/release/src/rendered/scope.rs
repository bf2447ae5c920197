//! Which kinds live in a namespace.
//!
//! Kubernetes' own are listed; others say it in their definitions, which charts bring along. A kind of
//! which nothing is known is taken to live in one, as most do.

use std::collections::BTreeMap;

use strata_document::Node;

/// Kinds of Kubernetes itself that live in no namespace, by group.
const CLUSTER_WIDE: [(&str, &[&str]); 13] = [
    (
        "",
        &["ComponentStatus", "Namespace", "Node", "PersistentVolume"],
    ),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    (
        "certificates.k8s.io",
        &["CertificateSigningRequest", "ClusterTrustBundle"],
    ),
    (
        "flowcontrol.apiserver.k8s.io",
        &["FlowSchema", "PriorityLevelConfiguration"],
    ),
    (
        "networking.k8s.io",
        &["IPAddress", "IngressClass", "ServiceCIDR"],
    ),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodSecurityPolicy"]),
    (
        "rbac.authorization.k8s.io",
        &["ClusterRole", "ClusterRoleBinding"],
    ),
    (
        "resource.k8s.io",
        &["DeviceClass", "DeviceTaintRule", "ResourceSlice"],
    ),
    ("scheduling.k8s.io", &["PriorityClass"]),
    (
        "storage.k8s.io",
        &[
            "CSIDriver",
            "CSINode",
            "StorageClass",
            "VolumeAttachment",
            "VolumeAttributesClass",
        ],
    ),
];

/// What is known of kinds that are not Kubernetes' own.
#[derive(Clone, Debug, Default)]
pub struct Scopes(BTreeMap<(String, String), bool>);

impl Scopes {
    /// Learns of the kinds that are defined among objects.
    pub fn learn<'n>(&mut self, objects: impl IntoIterator<Item = &'n Node>) {
        for object in objects {
            let text = |path: &[&str]| object.at(path).and_then(Node::as_text);
            if text(&["kind"]) != Some("CustomResourceDefinition") {
                continue;
            }
            let named = text(&["spec", "group"]).zip(text(&["spec", "names", "kind"]));
            if let (Some((group, kind)), Some(scope)) = (named, text(&["spec", "scope"])) {
                let known = (group.to_owned(), kind.to_owned());
                self.0.insert(known, scope != "Cluster");
            }
        }
    }

    /// Learns of the kinds that a text defines, which may be a template: what is wanted stands on lines of
    /// its own there as well. What was learned of objects counts more.
    pub fn learn_text(&mut self, text: &str) {
        for document in text.split("\n---") {
            if !document.contains("kind: CustomResourceDefinition") {
                continue;
            }
            let values = |key: &str| -> Vec<&str> {
                let lines = document.lines().filter(|line| line.starts_with(' '));
                let values =
                    lines.filter_map(|line| line.trim().strip_prefix(key)?.strip_prefix(": "));
                values
                    .map(|value| value.trim_matches(['\'', '"']))
                    .collect()
            };
            let (groups, scopes) = (values("group"), values("scope"));
            let (Some(group), Some(scope)) = (groups.first(), scopes.first()) else {
                continue;
            };
            for kind in values("kind") {
                let known = ((*group).to_owned(), kind.to_owned());
                self.0.entry(known).or_insert(*scope != "Cluster");
            }
        }
    }

    /// Returns whether it is known where objects of a kind live.
    pub fn knows(&self, group: &str, kind: &str) -> bool {
        let is_own = !group.contains('.') || group.ends_with(".k8s.io");
        is_own || self.0.contains_key(&(group.to_owned(), kind.to_owned()))
    }

    /// Returns whether objects of a kind live in a namespace.
    pub fn is_namespaced(&self, group: &str, kind: &str) -> bool {
        let defined = self.0.get(&(group.to_owned(), kind.to_owned()));
        defined.copied().unwrap_or_else(|| {
            let own = CLUSTER_WIDE.iter().find(|(known, _)| *known == group);
            !own.is_some_and(|(_, kinds)| kinds.contains(&kind))
        })
    }
}
