//! `strata env`: ledgers over all compositions.

use serde_json::json;
use strata_client::{
    Graph, ImageLedger, PortLedger, Session, Table, image_ledger, port_ledger, service_graph,
};
use strata_diagnostic::Finding;

use super::summary::{table, table_text, wide_table};
use crate::args::{EnvCommand, GraphFormat, LedgerFormat};
use crate::printer::Printer;

pub(crate) fn env(
    session: &mut Session<'_>,
    command: &EnvCommand,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    match command {
        EnvCommand::Ports(args) => {
            let snapshot = args.snapshot.as_deref();
            let ledger = port_ledger(session, &args.paths, snapshot).take(findings)?;
            Some(match args.format {
                LedgerFormat::Table => text(&ledger.table(), &of_ports(&ledger)),
                LedgerFormat::Json => format!("{:#}\n", json!(ledger)),
                LedgerFormat::Markdown => ledger.table().to_markdown(),
            })
        }
        EnvCommand::Images(args) => {
            let ledger = image_ledger(session, &args.paths).take(findings)?;
            Some(match args.format {
                LedgerFormat::Table => text(&ledger.table(), &of_images(&ledger)),
                LedgerFormat::Json => format!("{:#}\n", json!(ledger)),
                LedgerFormat::Markdown => ledger.table().to_markdown(),
            })
        }
        EnvCommand::Graph(args) => {
            let graph = service_graph(session, &args.paths).take(findings)?;
            Some(match args.format {
                GraphFormat::Mermaid => graph.to_mermaid(),
                GraphFormat::Table => text(&graph.table(), &of_graph(&graph)),
                GraphFormat::Json => format!("{:#}\n", json!(graph)),
                GraphFormat::Markdown => format!("```mermaid\n{}```\n", graph.to_mermaid()),
            })
        }
    }
}

/// Columns in which nothing is said are left out; lines are broken on a terminal only.
fn text(ledger: &Table, summary: &str) -> String {
    if ledger.rows().is_empty() {
        return format!("{summary}\n");
    }
    let mut rows = if Printer::is_terminal() {
        table(Printer::width())
    } else {
        wide_table()
    };
    let is_used = |column: &usize| ledger.rows().iter().any(|row| !row[*column].is_empty());
    let used: Vec<usize> = (0..ledger.columns().len()).filter(is_used).collect();
    let columns = used.iter().map(|column| ledger.columns()[*column]);
    rows.set_header(columns.map(str::to_uppercase));
    for row in ledger.rows() {
        let cell = |column: &usize| match row[*column].as_str() {
            "" => "-".to_owned(),
            text => text.to_owned(),
        };
        rows.add_row(used.iter().map(cell));
    }
    format!("{}\n{summary}\n", table_text(&rows))
}

fn of_ports(ledger: &PortLedger) -> String {
    let mut text = format!(
        "{}, {}",
        count(ledger.claims.len(), "publication"),
        count(ledger.collisions.len(), "collision")
    );
    if let Some(host) = &ledger.host {
        let taken = ledger.claims.iter().filter(|one| !one.taken_by.is_empty());
        text.push_str(&format!(
            "; the host listens on {}, which {}",
            count(host.len(), "port"),
            match taken.count() {
                0 => "nobody publishes".to_owned(),
                1 => "1 publication wants".to_owned(),
                many => format!("{many} publications want"),
            }
        ));
    }
    text
}

fn of_images(ledger: &ImageLedger) -> String {
    let several = ledger.repositories.iter();
    let several = several.filter(|repository| repository.references.len() > 1);
    let repositories = match ledger.repositories.len() {
        1 => "1 repository".to_owned(),
        many => format!("{many} repositories"),
    };
    let references = count(ledger.reference_count(), "reference");
    match several.count() {
        0 => format!("{references} in {repositories}"),
        several => format!("{references} in {repositories}, {several} of them in several versions"),
    }
}

fn of_graph(graph: &Graph) -> String {
    let services = count(graph.services.len(), "service");
    match graph.dependencies.len() {
        0 => services,
        1 => format!("{services}, 1 dependency between them"),
        many => format!("{services}, {many} dependencies between them"),
    }
}

fn count(number: usize, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{s}")
}
