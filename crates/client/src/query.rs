//! One value of a recipe.

use strata_cluster::{Catalog, View, codes, missing};
use strata_diagnostic::{Finding, Outcome};
use strata_document::{Node, Selector, SelectorError};

use crate::session::Session;
use crate::subject::{SubjectRequest, load_subject};

/// Returns the part of a hydrated recipe that a path leads to.
///
/// # Errors
///
/// Findings of loading the recipe, `CLU-26` and `CLU-34` where the path leads to nothing.
pub fn query(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &SubjectRequest,
    path: &str,
) -> Outcome<Node> {
    let selector = match Selector::parse(path) {
        Ok(selector) => selector,
        Err(error) => return Outcome::fail(no_path(path, &error, &[])),
    };
    load_subject(session, catalog, request).and_then(|subject| {
        View::of(catalog, &subject.loaded).and_then(|view| match view.select(&selector) {
            Ok((node, _)) => Outcome::ok(node.clone()),
            Err(error) => {
                let components = &subject.loaded.recipe.components;
                let names: Vec<&str> = components.iter().map(|c| c.name.value.as_str()).collect();
                Outcome::fail(no_path(path, &error, &names))
            }
        })
    })
}

fn no_path(path: &str, error: &SelectorError, components: &[&str]) -> Finding {
    match error {
        SelectorError::Malformed { reason } => {
            let message = format!("`{path}` is not a path: {reason}");
            Finding::new(&codes::BAD_SELECTOR, message)
                .help("write for example components.gpu-operator.values.driver.version")
        }
        SelectorError::Missing {
            reached,
            step,
            available,
            length,
        } => missing(path, reached, step, available, *length, components),
    }
}
