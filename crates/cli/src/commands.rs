//! One function per command: settle, call `client`, print.

mod bundle;
mod catalog;
mod completion;
mod config;
mod explain;
mod query;
mod recipe;
mod rule;
mod schema;
mod summary;

use clap::ArgMatches;
use serde_json::json;
use strata_client::Session;
use strata_host::RealSystem;

use crate::args::{CatalogCommand, Cli, Command, ConfigCommand, RecipeCommand, TextFormat};
use crate::printer::Printer;

/// Version of the program.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Runs the command that was typed.
pub(crate) fn run(cli: &Cli, matches: &ArgMatches, printer: &mut Printer) -> u8 {
    if cli.version {
        let text = match cli.format {
            TextFormat::Text => format!("strata {VERSION}\n"),
            TextFormat::Json => format!("{}\n", json!({ "name": "strata", "version": VERSION })),
        };
        printer.result(&text);
        return 0;
    }
    let system = RealSystem;
    let mut session = Session::new(&system);
    let session = &mut session;
    let inner = innermost(matches);
    match &cli.command {
        Some(Command::Recipe(args)) => match &args.command {
            Some(RecipeCommand::List(list)) => catalog::list(session, list, inner, printer),
            None => recipe::recipe(session, args, inner, printer),
        },
        Some(Command::Query(args)) => query::query(session, args, inner, printer),
        Some(Command::Explain(args)) => explain::explain(session, args, inner, printer),
        Some(Command::Bundle(args)) => bundle::bundle(session, args, inner, printer),
        Some(Command::Catalog(args)) => {
            let CatalogCommand::List(list) = &args.command;
            catalog::list(session, list, inner, printer)
        }
        Some(Command::Rule(args)) => rule::rule(args, printer),
        Some(Command::Schema(args)) => schema::schema(args, printer),
        Some(Command::Config(args)) => {
            let ConfigCommand::Show(show) = &args.command;
            config::show(session, show, inner, printer)
        }
        Some(Command::Completion(args)) => completion::completion(args, printer),
        Some(Command::Man(args)) => completion::man(session, args, printer),
        None => 2,
    }
}

/// Returns the matches of the command itself.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    let mut matches = matches;
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    matches
}
