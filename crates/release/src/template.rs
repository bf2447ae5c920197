//! Manifest templates.
//!
//! The part of Go's text/template that manifests of catalogs use, with the functions that bundles
//! have always offered them. What it renders is what Go renders; what Go would refuse is a finding,
//! and so is what Go would write as a complaint into its output (`%!d(string=x)`), text cut in the
//! middle of a character, and a template that costs too much.
//!
//! It deliberately knows neither named templates nor Helm's other functions: a manifest that needs
//! them belongs in a chart.

mod budget;
mod builtin;
mod datum;
mod fault;
mod functions;
mod lex;
mod literal;
mod number;
mod parse;
mod print;
mod quoted;
mod render;
mod text;
mod tree;
mod verb;

use strata_diagnostic::{Outcome, Place, SourceId};
use strata_document::Node;

use crate::codes;

/// Longest template in bytes.
const MAXIMUM_TEMPLATE: usize = 1 << 20;

/// Renders a template with a context: a mapping with `Values`, `Release` and `Chart`.
///
/// # Errors
///
/// `REL-1` where the template does not parse, `REL-2` where it cannot be carried out with the
/// values of the context. The first problem ends the rendering.
///
/// # Determinism
///
/// Maps are ranged over and printed in the byte order of their keys.
pub fn render(text: &str, source: SourceId, context: &Node) -> Outcome<String> {
    if text.len() > MAXIMUM_TEMPLATE {
        let message = format!("the template has more than {} MiB", MAXIMUM_TEMPLATE >> 20);
        let finding = strata_diagnostic::Finding::new(&codes::TEMPLATE_SYNTAX, message);
        return Outcome::fail(
            finding
                .at(Place::whole(source))
                .help("split it into several files"),
        );
    }
    match parse::parse(text).and_then(|items| render::render(text, &items, context)) {
        Ok(rendered) => Outcome::ok(rendered),
        Err(fault) => Outcome::fail(fault.into_finding(text, source)),
    }
}
