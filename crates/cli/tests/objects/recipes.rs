//! Which recipes become bundles: the recorded ones with bundles of their own, and every leaf of the embedded
//! catalog with and without readiness gates; with `STRATA_SUITE=all`, which `cargo xtask suite --all` sets, every recorded recipe.

use std::env;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::files::{entries, file_name, path, printed};

/// A recipe, by its name and the words that say it to `strata bundle`.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    pub(crate) name: String,
    pub(crate) words: Vec<String>,
}

pub(crate) fn is_all() -> bool {
    env::var_os("STRATA_SUITE").is_some_and(|value| value == "all")
}

/// Returns every recipe to make bundles of. `folder` is anywhere without a `strata.yaml`.
pub(crate) fn recipes(corpus: &Path, folder: &Path) -> Vec<Recipe> {
    let catalog = corpus.join("cluster/catalog");
    let recorded = |name: String, file: &Path| Recipe {
        name,
        words: ["--recipe", path(file), "--catalog", path(&catalog)]
            .map(str::to_owned)
            .to_vec(),
    };
    let mut recipes: Vec<Recipe> = entries(&corpus.join("cluster/bundles"))
        .iter()
        .map(|bundle| recorded(file_name(bundle), &bundle.join("recipe-input.yaml")))
        .collect();
    assert_eq!(recipes.len(), 5);
    let leaves = leaves(folder);
    assert!(leaves.len() > 3, "{leaves:?}");
    recipes.extend(leaves);
    if is_all() {
        let all = entries(&corpus.join("cluster/recipes"));
        assert!(all.len() >= 148, "{}", all.len());
        recipes.extend(all.iter().map(|file| recorded(file_name(file), file)));
    }
    recipes
}

/// Asks the program which overlays of the embedded catalog no other builds on.
fn leaves(folder: &Path) -> Vec<Recipe> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strata"));
    command.args(["catalog", "list", "--no-health", "--format", "json"]);
    let listed = printed(command.current_dir(folder).env("HOME", folder));
    let overlays: Vec<Value> = serde_json::from_str(&listed).expect("JSON");
    let leaves = overlays.iter().filter(|overlay| overlay["is_leaf"] == true);
    let mut recipes: Vec<Recipe> = leaves
        .map(|overlay| {
            let name = overlay["name"].as_str().expect("a name");
            let criteria = overlay["criteria"].as_object().expect("criteria");
            let stated = criteria.iter().filter(|(_, value)| *value != "any");
            let words = stated.flat_map(|(key, value)| {
                let value = value.as_str().expect("text");
                [format!("--{key}"), value.to_owned()]
            });
            Recipe {
                name: format!("leaf {name}"),
                words: words.collect(),
            }
        })
        .collect();
    // One for every cluster takes part in all of the others.
    recipes.retain(|recipe| !recipe.words.is_empty());
    recipes.extend(recipes.clone().into_iter().map(|mut recipe| {
        recipe.name.push_str(" with gates");
        recipe.words.push("--readiness-hooks".to_owned());
        recipe
    }));
    recipes
}
