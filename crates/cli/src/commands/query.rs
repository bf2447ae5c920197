//! `strata query`.

use clap::ArgMatches;
use strata_client::{Session, SubjectRequest, open_catalog};
use strata_diagnostic::{Finding, Outcome};
use strata_document::{Node, write_json, write_yaml};

use super::settled;
use crate::args::{QueryArgs, QueryFormat};

pub(crate) fn query(
    session: &mut Session<'_>,
    args: &QueryArgs,
    matches: &ArgMatches,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let settings = settled(
        session,
        args.recipe.as_ref(),
        &args.resolve,
        matches,
        findings,
    )?;
    let catalog = open_catalog(session, &settings.request.catalog).take(findings)?;
    let subject = SubjectRequest {
        recipe: args.recipe.clone(),
        resolve: settings.request,
    };
    let path = args.path.as_ref().or(args.selector.as_ref());
    let path = path.map_or("", String::as_str);
    let found = strata_client::query(session, &catalog, &subject, path).take(findings)?;
    print(&found, args.format).take(findings)
}

/// A scalar is one line of its own text; everything else is a document.
fn print(node: &Node, format: Option<QueryFormat>) -> Outcome<String> {
    match (format, node.as_scalar()) {
        (Some(QueryFormat::Json), _) => write_json(node),
        (_, Some(scalar)) => Outcome::ok(format!("{}\n", scalar.canonical())),
        (_, None) => Outcome::ok(write_yaml(node)),
    }
}
