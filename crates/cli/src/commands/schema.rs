//! `strata schema`.

use strata_client::KINDS;
use strata_diagnostic::{Finding, Sources, nearest};

use super::summary::{table, table_text};
use crate::args::SchemaArgs;
use crate::codes;
use crate::printer::Printer;

pub(crate) fn schema(args: &SchemaArgs, printer: &mut Printer) -> u8 {
    let Some(kind) = &args.kind else {
        let mut rows = table(Printer::width());
        for kind in KINDS {
            rows.add_row([kind.kind, kind.about]);
        }
        printer.result(&table_text(&rows));
        return 0;
    };
    let Some(found) = KINDS
        .iter()
        .find(|known| known.kind.eq_ignore_ascii_case(kind))
    else {
        let finding = Finding::new(&codes::UNKNOWN_KIND, format!("no kind `{kind}`"));
        let finding = match nearest(kind, KINDS.iter().map(|known| known.kind)) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("`strata schema` lists all kinds"),
        };
        return printer.findings(&[finding], &Sources::new());
    };
    printer.result(&found.to_json());
    0
}
