//! A bundle in memory: what a recipe and the options of a run become, before anything is written.
//!
//! Where it goes, and what of its target is the user's, is decided in [`crate::delivery`].

use serde_json::json;
use strata_artifact::sbom::SBOM_PATH;
use strata_artifact::{ArtifactPath, ArtifactTree, BUNDLE_PATH, CHECKSUMS_PATH, checksums};
use strata_cluster::{BundleOptions, Catalog, LoadedRecipe, Scheduling, lower};
use strata_diagnostic::Outcome;
use strata_document::{Node, STRATA_API_VERSION, digest_bytes, write_yaml};
use strata_release::deployer::{Deployer, ReadmeFacts, Settings};
use strata_release::{ReleaseGraph, inventory};

use crate::deployment::{self, Chosen};
use crate::kustomize::Built;
use crate::late;
use crate::notices;
use crate::statements;

/// The files of a release folder that may be the user's.
const LATE_VALUES: [&str; 2] = ["cluster-values.yaml", "configmap-values.yaml"];

/// A bundle in memory.
#[derive(Debug)]
pub(crate) struct Made {
    /// What is written and covered by checksums.
    pub(crate) tree: ArtifactTree,
    /// Files of the user that are written only where they are not there yet.
    pub(crate) seeds: ArtifactTree,
    pub(crate) graph: ReleaseGraph,
    /// Whom it is for.
    pub(crate) deployer: &'static Deployer,
}

/// Makes a bundle that leaves paths to the user.
///
/// # Errors
///
/// Findings of lowering the recipe and of printing it.
pub(crate) fn make(
    catalog: &Catalog,
    loaded: &LoadedRecipe,
    options: &BundleOptions,
    chosen: &Chosen,
    built: &Built,
    keep: &[String],
    tool_version: &str,
) -> Outcome<Made> {
    let mut findings = Vec::new();
    let lowered = lower(catalog, loaded, options).map(|graph| built.put_into(graph));
    let notices = notices::record(&lowered.findings);
    let settings = Settings {
        facts: facts(loaded, options),
        ..chosen.settings.clone()
    };
    let printed = lowered.take(&mut findings).and_then(|graph| {
        let tree = chosen.deployer.print(&graph, &settings).take(&mut findings);
        let inventory = inventory(&graph, &settings.facts.title).take(&mut findings);
        Some((tree?, inventory?, graph))
    });
    let Some((mut tree, inventory, graph)) = printed else {
        return Outcome::fail_all(findings);
    };
    let recipe = write_yaml(&loaded.tree);
    tree.insert_text(path(SBOM_PATH), inventory.print());
    tree.insert_text(path("recipe.yaml"), recipe.as_str());
    let mut seeds = ArtifactTree::new();
    for kept in keep {
        if is_late_values(kept)
            && let Some((path, file)) = tree.take(kept)
        {
            seeds.insert(path, file);
        }
    }
    let mut record = record(catalog, &tree, &recipe, options, chosen);
    record["spec"]["tool"] = json!({ "name": "strata", "version": tool_version });
    if !keep.is_empty() {
        record["spec"]["keep"] = json!(keep);
    }
    let late = late::record(chosen.deployer.late, &graph);
    if !late.is_empty() {
        record["spec"]["lateValues"] = json!(late);
    }
    if !notices.is_empty() {
        record["spec"]["notices"] = json!(notices);
    }
    let record = Node::from_json(&record);
    tree.insert_text(path(BUNDLE_PATH), write_yaml(&record));
    tree.insert_text(path(CHECKSUMS_PATH), checksums(&tree));
    let made = Made {
        tree,
        seeds,
        graph,
        deployer: chosen.deployer,
    };
    Outcome::with(made, findings)
}

/// Whether a path is that of a file of a release folder that may be the user's.
pub(crate) fn is_late_values(path: &str) -> bool {
    path.split_once('/')
        .is_some_and(|(_, name)| LATE_VALUES.contains(&name))
}

fn path(name: &str) -> ArtifactPath {
    ArtifactPath::new(name).expect("constant names are safe")
}

fn facts(loaded: &LoadedRecipe, options: &BundleOptions) -> ReadmeFacts {
    let criteria = loaded.recipe.criteria_values().unwrap_or_default();
    let named: Vec<&str> = criteria.iter_named().map(|(_, value)| value).collect();
    let title = if named.is_empty() {
        "Cluster bundle".to_owned()
    } else {
        format!("Cluster bundle: {}", named.join(", "))
    };
    let requirements = loaded
        .recipe
        .constraints
        .iter()
        .map(|constraint| {
            (
                constraint.name.value.clone(),
                constraint.value.value.clone(),
            )
        })
        .collect();
    let mut notes = Vec::new();
    if !options.without_default_tolerations {
        notes.push(
            "Components tolerate every taint: `operator: Exists` stands at each values path that \
             the catalog names for tolerations. A recipe that states tolerations in `overrides` \
             keeps its own as well, and an empty list there opts out. Tolerations that were stated \
             for this bundle stand instead. `strata explain` names this rule where it applies."
                .to_owned(),
        );
    }
    if options.has_gates {
        notes.push(
            "A release called `NAME-readiness` is a Job that ends when the health check of the \
             component holds. What depends on the component waits for it, up to 95 minutes; while it \
             waits, `kubectl logs` of the Job says for what."
                .to_owned(),
        );
    }
    notes.push(
        "`checksums.txt` covers every file but itself; `bundle.yaml` records what the bundle was made \
         from, `bom.cdx.json` lists its charts and the images that values and manifests name."
            .to_owned(),
    );
    ReadmeFacts {
        title,
        requirements,
        notes,
    }
}

fn record(
    catalog: &Catalog,
    tree: &ArtifactTree,
    recipe: &str,
    options: &BundleOptions,
    chosen: &Chosen,
) -> serde_json::Value {
    let files: Vec<_> = tree
        .iter()
        .map(|(path, file)| {
            json!({
                "path": path.as_str(),
                "mode": format!("{:04o}", file.mode().bits()),
                "sha256": file.digest().to_string(),
            })
        })
        .collect();
    let mut catalog_record = json!({ "digest": catalog.digest.prefixed() });
    if let Some(version) = &catalog.version {
        catalog_record["version"] = json!(version);
    }
    let mut recorded_options = json!({
        "allowExcluded": options.allow_excluded,
        "scheduling": Scheduling::record(&options.settings, options.without_default_tolerations),
    });
    if !options.statements.is_empty() {
        recorded_options["values"] = statements::record(&options.statements);
    }
    if !options.dynamic.is_empty() {
        let texts = options
            .dynamic
            .iter()
            .map(|statement| statement.text.as_str());
        recorded_options["dynamic"] = texts.collect();
    }
    if options.has_gates {
        recorded_options["readinessHooks"] = json!(true);
    }
    if let Some(deployment) = deployment::record(&chosen.settings) {
        recorded_options["deployment"] = deployment;
    }
    json!({
        "apiVersion": STRATA_API_VERSION,
        "kind": "Bundle",
        "spec": {
            "deployer": chosen.deployer.name,
            "inputs": [{
                "path": "recipe.yaml",
                "kind": "RecipeResult",
                "digest": digest_bytes(recipe.as_bytes()).prefixed(),
            }],
            "catalog": catalog_record,
            "options": recorded_options,
            "files": files,
        },
    })
}
