//! Reading a recipe document that somebody keeps: brought into the shape of a resolution, filled in, and held
//! against itself.
//!
//! What is in it stands in `recipe.rs`.

use strata_diagnostic::{Finding, Outcome};
use strata_document::{Key, Mapping, Node, REFERENCE_API_VERSION, Spanned, check_header, kind_of};

use crate::catalog::Catalog;
use crate::coherence::check_coherence;
use crate::merge::{self, SPEC, shaped};
use crate::recipe::{LoadedRecipe, Recipe, canonical_type};

/// Reads a recipe document for use with a catalog.
///
/// Types that the document leaves out are filled in from the registry; nothing else is.
///
/// # Errors
///
/// Findings of the header, of decoding, and of coherence.
pub fn load_recipe(node: &Node, catalog: &Catalog) -> Outcome<LoadedRecipe> {
    let mut findings = check_header(node, "RecipeResult", REFERENCE_API_VERSION, false);
    if !findings.is_empty() {
        if kind_of(node) == "RecipeMetadata" {
            for finding in &mut findings {
                finding.help = vec![
                    "an overlay is part of a catalog: put it below `overlays/` of a `--data` directory"
                        .to_owned(),
                ];
            }
        }
        return Outcome::fail_all(findings);
    }
    let tree = normalize(node);
    let decoded = Recipe::decode(&tree);
    let Some(recipe) = decoded.take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let (tree, recipe) = fill_types(tree, recipe, catalog);
    findings.extend(check_coherence(&recipe));
    let failed = findings.iter().any(Finding::is_error);
    Outcome {
        value: (!failed).then_some(LoadedRecipe { tree, recipe }),
        findings,
    }
}

/// Brings a document into the shape that resolution gives it: texts are texts, and an excluded
/// overlay written as plain text, as older documents do, becomes a record.
fn normalize(node: &Node) -> Node {
    let mut tree = node.clone();
    let Some(mapping) = tree.as_mapping_mut() else {
        return tree;
    };
    for field in SPEC.fields {
        if let Some(value) = mapping.get_mut(field.name)
            && is_shaped_like(field.shape, value)
        {
            *value = shaped(field.shape, value);
        }
    }
    let excluded = mapping
        .get_mut("metadata")
        .and_then(Node::as_mapping_mut)
        .and_then(|metadata| metadata.get_mut("excludedOverlays"))
        .and_then(Node::as_sequence_mut);
    for item in excluded.into_iter().flatten() {
        if item.as_scalar().is_some() {
            let mut record = Mapping::default();
            record.set("name", item.clone());
            *item = Node::mapping(record, item.place);
        }
    }
    tree
}

/// Shaping must not hide a value of the wrong type from the decoder.
fn is_shaped_like(shape: merge::Shape, node: &Node) -> bool {
    match shape {
        merge::Shape::Records(record) => node.as_sequence().is_some_and(|items| {
            items
                .iter()
                .all(|item| is_shaped_like(merge::Shape::Record(record), item))
        }),
        merge::Shape::Record(record) => node.as_mapping().is_some_and(|mapping| {
            mapping.iter().all(|entry| {
                let field = record.fields.iter().find(|field| entry.key.is(field.name));
                field.is_some_and(|field| {
                    entry.value.is_null() || is_shaped_like(field.shape, &entry.value)
                })
            })
        }),
        merge::Shape::Texts => node
            .as_sequence()
            .is_some_and(|items| items.iter().all(|item| item.as_scalar().is_some())),
        merge::Shape::Text => node.as_scalar().is_some(),
        merge::Shape::Flag => node.as_scalar().is_some_and(|scalar| {
            scalar.is_plain && strata_document::boolean(&scalar.text, true).is_some()
        }),
        merge::Shape::Tree => true,
    }
}

fn fill_types(mut tree: Node, mut recipe: Recipe, catalog: &Catalog) -> (Node, Recipe) {
    let items = tree
        .as_mapping_mut()
        .and_then(|mapping| mapping.get_mut("componentRefs"))
        .and_then(Node::as_sequence_mut);
    for (component, node) in recipe
        .components
        .iter_mut()
        .zip(items.into_iter().flatten())
    {
        let kind = match canonical_type(&component.kind) {
            Some(kind) => kind,
            None if !component.kind.is_empty() => continue,
            None => match catalog.component(&component.name) {
                Some(entry) if entry.is_kustomize() => "Kustomize",
                Some(_) => "Helm",
                None => continue,
            },
        };
        let place = if component.kind.is_empty() {
            component.name.place
        } else {
            component.kind.place
        };
        component.kind = Spanned::new(kind.to_owned(), place);
        if let Some(mapping) = node.as_mapping_mut() {
            mapping.insert(Key::new("type", place), Node::string(kind, place));
        }
    }
    (tree, recipe)
}
