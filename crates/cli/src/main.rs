//! The `strata` binary: arguments, settings, printing, exit status. No logic.

mod args;
mod codes;
mod commands;
mod complete;
mod config;
mod environment;
mod printer;
mod settings;
mod usage;
mod version;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::args::Cli;
use crate::printer::Printer;

fn main() -> ExitCode {
    if complete::answer_shell(Cli::command) {
        return ExitCode::SUCCESS;
    }
    let command = environment::without_empty(Cli::command());
    let command = command.after_long_help(environment::help());
    let matches = match command.try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return usage::report(&error),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return usage::report(&error),
    };
    let mut printer = Printer::new(&cli.global);
    let status = commands::run(&cli, &matches, &mut printer);
    ExitCode::from(printer.finish(status))
}
