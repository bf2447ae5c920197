//! Whether a component can be deployed as it is stated.
//!
//! There are three shapes that can: a chart (source and version), manifests alone, and a
//! kustomization (path, with a source where it is not local).

use strata_diagnostic::{Finding, Place};

use crate::codes;
use crate::recipe::{ComponentRef, Recipe};

/// Checks every enabled component; the first problem of each is reported.
///
/// # Errors
///
/// `CLU-14` per component that cannot be deployed, `CLU-15` for the reserved name.
pub(crate) fn check_coherence(recipe: &Recipe) -> Vec<Finding> {
    let mut findings = Vec::new();
    for component in &recipe.components {
        if &**component.name == "deployer" {
            let message = "`deployer` is reserved for settings of the deployer";
            let finding = Finding::new(&codes::RESERVED_NAME, message).at(component.name.place);
            findings.push(finding.help("rename the component"));
        } else if component.is_enabled()
            && let Some((problem, help, place)) = problem(component)
        {
            let message = format!("component `{}` {problem}", &*component.name);
            let finding = Finding::new(&codes::INCOHERENT, message).at(place);
            findings.push(finding.help(help));
        }
    }
    findings
}

fn problem(component: &ComponentRef) -> Option<(String, &'static str, Place)> {
    let at = component.name.place;
    if let Some(patch) = component.patches.first() {
        let problem = "has `patches`, which nothing applies".to_owned();
        return Some((problem, "remove `patches`", patch.place));
    }
    if component.is_helm() {
        helm_problem(component, at)
    } else if component.is_kustomize() {
        kustomize_problem(component, at)
    } else if component.kind.is_empty() {
        Some((
            "has no type, and the registry does not know it".to_owned(),
            "state `type: Helm`",
            at,
        ))
    } else {
        let problem = format!("has the unsupported type `{}`", &*component.kind);
        Some((problem, "use `Helm` or `Kustomize`", component.kind.place))
    }
}

fn helm_problem(component: &ComponentRef, at: Place) -> Option<(String, &'static str, Place)> {
    for (name, field) in [("tag", &component.tag), ("path", &component.path)] {
        if !field.is_empty() {
            let problem = format!("is a chart and has `{name}`, which only kustomizations have");
            return Some((
                problem,
                "remove it, or state `type: Kustomize`",
                field.place,
            ));
        }
    }
    let padded = [
        ("chart", &component.chart),
        ("source", &component.source),
        ("version", &component.version),
    ];
    for (name, field) in padded {
        if field.trim() != field.value {
            let problem = format!("has spaces around its `{name}`");
            return Some((problem, "remove the spaces", field.place));
        }
    }
    if component.version.trim() == "v" {
        let problem = "has the version `v`".to_owned();
        return Some((problem, "state the whole version", component.version.place));
    }
    match (component.source.is_empty(), component.chart.is_empty()) {
        (false, _) if component.version.is_empty() => {
            let problem = "comes from a chart repository and has no version".to_owned();
            Some((problem, "state `version`", component.source.place))
        }
        (true, false) => {
            let problem = format!("names the chart `{}` and no source", &*component.chart);
            Some((problem, "state `source`", component.chart.place))
        }
        (true, true) if component.manifest_files.is_empty() => {
            let problem =
                "has neither a chart nor manifests, so there is nothing to deploy".to_owned();
            Some((
                problem,
                "state `source` and `version`, or `manifestFiles`",
                at,
            ))
        }
        _ => None,
    }
}

fn kustomize_problem(component: &ComponentRef, at: Place) -> Option<(String, &'static str, Place)> {
    if component.path.is_empty() {
        let problem = "is a kustomization without `path`".to_owned();
        return Some((
            problem,
            "state the directory that holds `kustomization.yaml`",
            at,
        ));
    }
    if !component.tag.is_empty() && component.source.is_empty() {
        let problem = "has a `tag` and no `source`".to_owned();
        return Some((
            problem,
            "state `source`, or remove `tag`",
            component.tag.place,
        ));
    }
    component.manifest_files.first().map(|file| {
        let problem = "is a kustomization with `manifestFiles`".to_owned();
        (
            problem,
            "add the manifests to the kustomization",
            file.place,
        )
    })
}
