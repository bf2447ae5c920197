//! `strata catalog list`.

use clap::ArgMatches;
use serde_json::{Value, json};
use strata_client::{Session, list_catalog, open_catalog};
use strata_cluster::{ANY, Dimension, ListedOverlay};
use strata_document::{Node, write_yaml};

use super::summary::{table, table_text};
use crate::args::{ListArgs, ListFormat};
use crate::printer::Printer;
use crate::settings::settle_list;

pub(crate) fn list(
    session: &mut Session<'_>,
    args: &ListArgs,
    matches: &ArgMatches,
    printer: &mut Printer,
) -> u8 {
    let mut findings = Vec::new();
    let (catalog, criteria) = settle_list(session, &args.criteria, &args.catalog, matches);
    let catalog = open_catalog(session, &catalog).take(&mut findings);
    let listed = catalog.and_then(|catalog| {
        list_catalog(session, &catalog, &criteria, !args.no_health).take(&mut findings)
    });
    let status = printer.findings(&findings, &session.sources);
    if let Some(listed) = listed {
        let json: Vec<Value> = listed.iter().map(ListedOverlay::to_json).collect();
        let text = match args.format {
            ListFormat::Table => text(&listed, Printer::width()),
            ListFormat::Json => format!("{:#}\n", json!(json)),
            ListFormat::Yaml => write_yaml(&Node::from_json(&json!(json))),
        };
        printer.result(&text);
    }
    status
}

fn text(listed: &[ListedOverlay], width: usize) -> String {
    if listed.is_empty() {
        return "(no matching overlays)\n".to_owned();
    }
    let mut rows = table(width.max(140));
    rows.set_header([
        "NAME",
        "SERVICE",
        "ACCELERATOR",
        "INTENT",
        "OS",
        "PLATFORM",
        "IS_LEAF",
        "STATUS",
        "COVERAGE",
        "SOURCE",
    ]);
    for overlay in listed {
        let value = |dimension| {
            let value = overlay.criteria.get(dimension);
            if value.is_empty() {
                ANY.to_owned()
            } else {
                value.to_owned()
            }
        };
        let mut row = vec![overlay.name.clone()];
        row.extend(Dimension::ALL.map(value));
        row.push(if overlay.is_leaf { "yes" } else { "no" }.to_owned());
        let status = overlay.health.map_or("-", |(status, _)| status.name());
        row.push(status.to_owned());
        let coverage = overlay.coverage_text();
        row.push(if coverage.is_empty() {
            "-".to_owned()
        } else {
            coverage
        });
        row.push(overlay.layer.clone());
        rows.add_row(row);
    }
    let legend =
        "coverage counts checks: R readiness, D deployment, P performance, C conformance\n";
    format!("{}\n{legend}", table_text(&rows))
}
