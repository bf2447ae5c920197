//! `strata config show`.

use clap::ArgMatches;
use serde_json::json;
use strata_client::Session;

use super::summary::{table, table_text};
use crate::args::{ConfigShowArgs, TextFormat};
use crate::printer::Printer;
use crate::settings::{Setting, settle};

pub(crate) fn show(
    session: &mut Session<'_>,
    args: &ConfigShowArgs,
    matches: &ArgMatches,
    printer: &mut Printer,
) -> u8 {
    let mut findings = Vec::new();
    let settings = settle(session, &args.resolve, matches).take(&mut findings);
    let status = printer.findings(&findings, &session.sources);
    let Some(settings) = settings else {
        return status;
    };
    let text = match args.format {
        TextFormat::Text => {
            let mut rows = table(Printer::width());
            rows.set_header(["SETTING", "VALUE", "FROM"]);
            for Setting {
                name,
                value,
                origin,
            } in &settings.effective
            {
                rows.add_row([name, value, origin]);
            }
            table_text(&rows)
        }
        TextFormat::Json => {
            let all: Vec<_> = settings
                .effective
                .iter()
                .map(|s| json!({ "name": s.name, "value": s.value, "from": s.origin }))
                .collect();
            format!("{:#}\n", json!(all))
        }
    };
    printer.result(&text);
    status
}
