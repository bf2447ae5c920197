//! One function per command: settle, call `client`, print.

mod bundle;
mod catalog;
mod check;
mod completion;
mod config;
mod diff;
mod env;
mod explain;
mod init;
mod making;
mod project;
mod query;
mod recipe;
mod rule;
mod schema;
mod summary;
mod verify;

use clap::ArgMatches;
use serde_json::json;
use strata_client::Session;
use strata_diagnostic::Finding;
use strata_host::RealSystem;

use crate::args::{
    CatalogCommand, Cli, Command, ConfigCommand, RecipeCommand, ResolveArgs, TextFormat,
};
use crate::printer::Printer;
use crate::settings::{Settings, check_inputs, settle};
use crate::version::VERSION;

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
            None => conclude(session, printer, |session, findings| {
                recipe::recipe(session, args, inner, findings)
            }),
        },
        Some(Command::Query(args)) => conclude(session, printer, |session, findings| {
            query::query(session, args, inner, findings)
        }),
        Some(Command::Explain(args)) => conclude(session, printer, |session, findings| {
            explain::explain(session, args, inner, findings)
        }),
        Some(Command::Bundle(args)) => conclude(session, printer, |session, findings| {
            bundle::bundle(session, args, inner, findings)
        }),
        Some(Command::Init(args)) => conclude(session, printer, |session, findings| {
            init::init(session, args, inner, findings)
        }),
        Some(Command::Diff(args)) => conclude(session, printer, |session, findings| {
            diff::diff(session, args, cli.global.verbose, findings)
        }),
        Some(Command::Check(args)) => check::check(session, args, printer),
        Some(Command::Env(args)) => conclude(session, printer, |session, findings| {
            env::env(session, &args.command, findings)
        }),
        Some(Command::Verify(args)) => conclude(session, printer, |session, findings| {
            verify::verify(session, args, findings)
        }),
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

/// Runs a command that settles, resolves and prints; its findings go first, then its text.
fn conclude(
    session: &mut Session<'_>,
    printer: &mut Printer,
    command: impl FnOnce(&mut Session<'_>, &mut Vec<Finding>) -> Option<String>,
) -> u8 {
    let mut findings = Vec::new();
    let text = command(session, &mut findings);
    let status = printer.findings(&findings, &session.sources);
    if let Some(text) = text {
        printer.result(&text);
    }
    status
}

/// Settles flags, variables and configuration; nothing if any of them cannot be used.
fn settled(
    session: &mut Session<'_>,
    recipe: Option<&String>,
    args: &ResolveArgs,
    matches: &ArgMatches,
    findings: &mut Vec<Finding>,
) -> Option<Settings> {
    let settings = settle(session, args, matches).take(findings)?;
    findings.extend(check_inputs(recipe, args, &settings));
    usable(findings)?;
    Some(settings)
}

/// Nothing if an error was found.
fn usable(findings: &[Finding]) -> Option<()> {
    (!findings.iter().any(Finding::is_error)).then_some(())
}

/// Returns the matches of the command itself.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    let mut matches = matches;
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    matches
}
