//! `strata query`.

use clap::ArgMatches;
use strata_client::{Session, SubjectRequest, open_catalog};
use strata_diagnostic::{Finding, Outcome};
use strata_document::{Node, write_json, write_yaml};

use crate::args::{QueryArgs, QueryFormat};
use crate::printer::Printer;
use crate::settings::{check_inputs, settle};

pub(crate) fn query(
    session: &mut Session<'_>,
    args: &QueryArgs,
    matches: &ArgMatches,
    printer: &mut Printer,
) -> u8 {
    let mut findings = Vec::new();
    let settings = settle(session, &args.resolve, matches).take(&mut findings);
    let Some(settings) = settings else {
        return printer.findings(&findings, &session.sources);
    };
    findings.extend(check_inputs(args.recipe.as_ref(), &args.resolve, &settings));
    if findings.iter().any(Finding::is_error) {
        return printer.findings(&findings, &session.sources);
    }
    let path = args
        .path
        .as_ref()
        .or(args.selector.as_ref())
        .map_or("", String::as_str);
    let catalog = open_catalog(session, &settings.request.catalog).take(&mut findings);
    let subject = SubjectRequest {
        recipe: args.recipe.clone(),
        resolve: settings.request,
    };
    let found = catalog.and_then(|catalog| {
        strata_client::query(session, &catalog, &subject, path).take(&mut findings)
    });
    let text = found.and_then(|node| print(&node, args.format).take(&mut findings));
    let status = printer.findings(&findings, &session.sources);
    if let Some(text) = text {
        printer.result(&text);
    }
    status
}

/// A scalar is one line of its own text; everything else is a document.
fn print(node: &Node, format: Option<QueryFormat>) -> Outcome<String> {
    match (format, node.as_scalar()) {
        (Some(QueryFormat::Json), _) => write_json(node),
        (_, Some(scalar)) => Outcome::ok(format!("{}\n", scalar.canonical())),
        (_, None) => Outcome::ok(write_yaml(node)),
    }
}
