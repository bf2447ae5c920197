//! Which files hold objects, told from their beginning, and which documents look like objects and are none.
//!
//! Many tools write their settings with a version and a kind, as objects have them, and no API server ever
//! sees those. They are listed here; a file that is none of them is looked at.

use strata_document::{head_text, value_at_top};

/// Groups of settings that have a kind and are no objects of an API server.
const SETTINGS: [&str; 13] = [
    "aicr.run",
    "aicr.nvidia.com",
    "strata.dev",
    "apiserver.k8s.io",
    "audit.k8s.io",
    "client.authentication.k8s.io",
    "credentialprovider.kubelet.k8s.io",
    "kind.x-k8s.io",
    "kubeadm.k8s.io",
    "pod-security.admission.config.k8s.io",
    "skaffold",
    "skaffold.dev",
    "krew.googlecontainertools.github.com",
];

/// The version of what is built into kustomize: transformers and generators with settings of their own.
const BUILT_INTO_KUSTOMIZE: &str = "builtin";

/// Returns whether a document is the configuration of a tool: of kustomize, kubeadm, kubelet, kind and their
/// like, of strata and AICR, or a kubeconfig.
pub fn is_configuration(api_version: &str, kind: &str) -> bool {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    group.ends_with(".config.k8s.io")
        || group == "config.k8s.io"
        || SETTINGS.contains(&group)
        || api_version == BUILT_INTO_KUSTOMIZE
        || (api_version == "v1" && kind == "Config")
}

/// Returns whether a file may hold objects, by its first bytes: two of `apiVersion`, `kind` and `metadata` at the
/// top of a document, since one may be misspelled. One whose beginning has a version and ends before the kind
/// may, too, and so may JSON the other way around.
pub fn may_hold_objects(head: &[u8], is_whole: bool) -> bool {
    let text = head_text(head);
    let is_flow = text.trim_start().starts_with('{');
    let version = value_at_top(text, "apiVersion");
    let kind = value_at_top(text, "kind");
    let has_metadata = value_at_top(text, "metadata").is_some();
    match (version, kind) {
        (Some(version), Some(kind)) => !is_configuration(version, kind) || has_more(text),
        (Some(version), None) => (!is_whole || has_metadata) && !is_configuration(version, ""),
        (None, Some(_)) => has_metadata || (!is_whole && is_flow),
        (None, None) => false,
    }
}

/// Whether another document begins here.
fn has_more(text: &str) -> bool {
    text.match_indices("\n---")
        .any(|(at, _)| at > 0 && text[..at].contains("kind"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_by_version_and_kind() {
        for (text, is_whole, expected) in [
            ("apiVersion: v1\nkind: Pod\n", true, true),
            ("# a\n---\nkind: Pod\napiVersion: v1\n", true, true),
            ("{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}", true, true),
            (
                "{\n  \"kind\": \"Pod\",\n  \"apiVersion\": \"v1\"\n}",
                true,
                true,
            ),
            ("apiVersion: v1\ndata:\n  a: b", false, true),
            ("apiVersion: v1\ndata:\n  a: b", true, false),
            ("apiVersion: v2\nname: chart\n", true, false),
            ("spec:\n  apiVersion: v1\n  kind: Pod\n", true, false),
            ("apiVersion: v1\nkind: Config\nclusters: []\n", true, false),
            (
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
                true,
                false,
            ),
            (
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n",
                true,
                true,
            ),
            (
                "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n---\napiVersion: v1\nkind: Pod\n",
                true,
                true,
            ),
            (
                "apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: a}\n",
                true,
                false,
            ),
            (
                "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\n",
                true,
                false,
            ),
            ("kind:\napiVersion: v1\n", true, true),
            (
                "apiVersion: v1\nkid: Pod\nmetadata:\n  name: a\n",
                true,
                true,
            ),
            ("apiVerson: v1\nkind: Pod\nmetadata: {}\n", true, true),
            ("kind: DaemonSet\nimage: a\n", true, false),
            ("services: {}\n", true, false),
            ("", true, false),
        ] {
            assert_eq!(
                may_hold_objects(text.as_bytes(), is_whole),
                expected,
                "{text}"
            );
        }
        assert!(!may_hold_objects(b"\xff\xfe\0\0", true));
    }
}
