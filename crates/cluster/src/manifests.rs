//! Manifests that come with a component: rendered with its values, namespaces taken out, and the one that GKE needs.

use strata_diagnostic::{Finding, Outcome, SourceId};
use strata_document::{Limits, Mapping, Node, Spanned, codes as document_codes, read_all};
use strata_release::{Manifest, namespaces, render, split_namespaces, strip_hooks};

use crate::catalog::Catalog;
use crate::codes;
use crate::recipe::{ComponentRef, Recipe};
use crate::scheduling::Scheduling;

/// What manifest templates see.
pub(crate) fn manifest_context(component: &ComponentRef, values: &Node) -> Node {
    let place = component.name.place;
    let text = |text: &str| Node::string(text, place);
    let mapping = |pairs: Vec<(&str, Node)>| {
        let mut mapping = Mapping::default();
        for (key, value) in pairs {
            mapping.set(key, value);
        }
        Node::mapping(mapping, place)
    };
    let chart = component.effective_chart();
    let chart = if chart.is_empty() {
        component.name.value.as_str()
    } else {
        chart
    };
    let version = component
        .version
        .strip_prefix('v')
        .unwrap_or(&component.version);
    let version = if version.is_empty() { "0.1.0" } else { version };
    mapping(vec![
        (
            "Values",
            mapping(vec![(component.name.value.as_str(), values.clone())]),
        ),
        (
            "Release",
            mapping(vec![
                ("Namespace", text(&component.namespace)),
                ("Service", text("Helm")),
            ]),
        ),
        (
            "Chart",
            mapping(vec![("Name", text(chart)), ("Version", text(version))]),
        ),
    ])
}

/// Manifests of a component, on their way into a bundle.
pub(crate) struct Rendered<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) component: &'a ComponentRef,
    pub(crate) context: &'a Node,
    pub(crate) findings: &'a mut Vec<Finding>,
}

impl Rendered<'_> {
    /// Renders manifests in the order of their paths; one that renders to nothing is left out.
    pub(crate) fn manifests(&mut self, files: &[Spanned<String>]) -> Vec<Manifest> {
        let mut paths: Vec<&Spanned<String>> = files.iter().collect();
        paths.sort_by(|a, b| a.value.cmp(&b.value));
        let mut manifests = Vec::new();
        for path in paths {
            let file = self
                .catalog
                .referenced_file(path, path.place)
                .take(self.findings);
            let Some(file) = file else { continue };
            let Some(text) = file.text().take(self.findings) else {
                continue;
            };
            if text.trim().is_empty() {
                let message = format!("`{}` is empty: it brings nothing", path.value);
                let finding = Finding::new(&document_codes::EMPTY, message).at(path.place);
                self.findings.push(finding.help("fill it, or leave it out"));
                continue;
            }
            let rendered = render(text, file.source, self.context)
                .and_then(|text| strip_hooks(&text, file.source));
            let rendered = rendered.and_then(|text| match text {
                Some(text) => objects_alone(path, &text, file.source).map(|()| Some(text)),
                None => Outcome::ok(None),
            });
            if let Some(Some(text)) = rendered.take(self.findings) {
                let name = path.rsplit('/').next().unwrap_or(path).to_owned();
                manifests.push(Manifest { name, text });
            }
        }
        manifests
    }

    /// Takes the namespace of the component out of the manifests that come with or after it: it is there
    /// before any release that is deployed into it.
    pub(crate) fn namespace_of_component(&mut self, manifests: &mut Vec<Manifest>) -> String {
        let source = self.component.name.place.source;
        let own = self.component.namespace.value.as_str();
        let mut taken = String::new();
        for manifest in manifests.iter_mut() {
            if !manifest.text.contains("Namespace") {
                continue;
            }
            let named = namespaces(&manifest.text, source).take(self.findings);
            let named = named.unwrap_or_default();
            if !named.iter().any(|(name, _)| name == own) {
                continue;
            }
            let split = split_namespaces(&manifest.text, source, Some(own)).take(self.findings);
            if let Some(split) = split {
                taken.push_str(&split.namespaces);
                manifest.text = split.rest;
            }
        }
        manifests.retain(|manifest| !manifest.text.is_empty());
        taken
    }

    /// Takes the namespace objects out of the manifests that come before a component.
    pub(crate) fn own_namespaces(&mut self, manifests: &mut Vec<Manifest>) -> String {
        let mut taken = String::new();
        let source = self.component.name.place.source;
        for manifest in manifests.iter_mut() {
            let named = namespaces(&manifest.text, source)
                .take(self.findings)
                .unwrap_or_default();
            for (name, _) in &named {
                if *name != self.component.namespace.value {
                    let message = format!(
                        "`{}` creates the namespace `{name}`, but `{}` is deployed into `{}`",
                        manifest.name, &*self.component.name, &*self.component.namespace
                    );
                    let finding = Finding::new(&codes::FOREIGN_NAMESPACE, message)
                        .at(self.component.name.place);
                    self.findings
                        .push(finding.help("use the component's namespace as its name"));
                }
            }
            if named.is_empty() {
                continue;
            }
            if let Some(split) = split_namespaces(&manifest.text, source, None).take(self.findings)
            {
                taken.push_str(&split.namespaces);
                manifest.text = split.rest;
            }
        }
        manifests.retain(|manifest| !manifest.text.is_empty());
        taken
    }
}

/// Refuses what a cluster does not take for an object, which Helm would say only at installation.
fn objects_alone(path: &Spanned<String>, text: &str, source: SourceId) -> Outcome<()> {
    // It was read once before, for its hooks, and looks like objects nearly always.
    let states = |document: &str, key: &str| {
        let mut lines = document.lines();
        lines.any(|line| {
            line.strip_prefix(key)
                .is_some_and(|rest| !rest.trim().is_empty())
        })
    };
    let mut documents = text
        .split("---\n")
        .filter(|document| !document.trim().is_empty());
    if documents.all(|document| states(document, "apiVersion:") && states(document, "kind:")) {
        return Outcome::ok(());
    }
    read_all(text.as_bytes(), source, &Limits::CATALOG_FILE).and_then(|documents| {
        let objects = documents.iter().filter(|document| !document.is_null());
        let findings = objects.filter_map(|document| {
            let lacks = |key: &str| document.get(key).and_then(Node::as_text).is_none();
            let message = if document.as_mapping().is_none() {
                format!("expected an object, found {}", document.kind_name())
            } else {
                let key = ["apiVersion", "kind"].into_iter().find(|key| lacks(key))?;
                format!("an object without `{key}`")
            };
            let message = format!("`{}` renders to something else: {message}", path.value);
            let finding = Finding::new(&document_codes::MISSING_FIELD, message).at(path.place);
            Some(finding.help("a manifest holds Kubernetes objects, with `apiVersion` and `kind`"))
        });
        let findings: Vec<Finding> = findings.collect();
        Outcome {
            value: findings.is_empty().then_some(()),
            findings,
        }
    })
}

/// GKE admits pods of critical priority only where a quota names those classes. What is stated for
/// the bundle counts before what the recipe says.
pub(crate) fn gke_quota(
    catalog: &Catalog,
    recipe: &Recipe,
    component: &ComponentRef,
    scheduling: &Scheduling,
) -> Option<Manifest> {
    /// Pods per node that the quota leaves room for, and its least size.
    const PODS_PER_NODE: u64 = 32;
    let criteria = recipe.criteria_values()?;
    let needs_quota = catalog.component(&component.name)?.needs_gke_quota;
    if criteria.get(crate::criteria::Dimension::Service) != "gke" || !needs_quota {
        return None;
    }
    let nodes = scheduling.nodes().unwrap_or(criteria.nodes);
    let pods = nodes.saturating_mul(PODS_PER_NODE).max(PODS_PER_NODE);
    let quota = serde_json::json!({
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {
            "name": "aicr-gke-critical-pods",
            "namespace": component.namespace.value,
        },
        "spec": {
            "hard": { "pods": pods.to_string() },
            "scopeSelector": { "matchExpressions": [{
                "operator": "In",
                "scopeName": "PriorityClass",
                "values": ["system-node-critical", "system-cluster-critical"],
            }]},
        },
    });
    let text = strata_document::write_yaml(&Node::from_json(&quota));
    Some(Manifest {
        name: "gke-critical-pods-quota.yaml".to_owned(),
        text,
    })
}
