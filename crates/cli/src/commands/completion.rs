//! `strata completion` and `strata man`.

use clap::CommandFactory;
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Powershell, Zsh};
use strata_client::{Page, Session, write_pages};

use crate::args::{Cli, CompletionArgs, ManArgs, Shell};
use crate::complete::VARIABLE;
use crate::printer::Printer;

pub(crate) fn completion(args: &CompletionArgs, printer: &mut Printer) -> u8 {
    let shell: &dyn EnvCompleter = match args.shell {
        Shell::Bash => &Bash,
        Shell::Zsh => &Zsh,
        Shell::Fish => &Fish,
        Shell::Elvish => &Elvish,
        Shell::Powershell => &Powershell,
    };
    let mut script = Vec::new();
    let written = shell.write_registration(VARIABLE, "strata", "strata", "strata", &mut script);
    if written.is_err() {
        return 8;
    }
    printer.result(&String::from_utf8_lossy(&script));
    0
}

pub(crate) fn man(session: &mut Session<'_>, args: &ManArgs, printer: &mut Printer) -> u8 {
    let pages = pages();
    let Some(directory) = &args.output else {
        let main = pages
            .first()
            .map(|page| page.text.clone())
            .unwrap_or_default();
        printer.result(&main);
        return 0;
    };
    let outcome = write_pages(session, directory, &pages);
    let status = printer.findings(&outcome.findings, &session.sources);
    if outcome.value.is_some() {
        printer.status(&format!("wrote {} pages to {directory}", pages.len()));
    }
    status
}

/// Returns the page of the program, then those of its commands.
fn pages() -> Vec<Page> {
    fn walk(command: &clap::Command, name: &str, pages: &mut Vec<Page>) {
        let mut text = Vec::new();
        let renamed = command
            .clone()
            .name(name.to_owned())
            .disable_help_subcommand(true);
        if clap_mangen::Man::new(renamed).render(&mut text).is_ok() {
            let text = String::from_utf8_lossy(&text).into_owned();
            pages.push(Page {
                name: format!("{name}.1"),
                text,
            });
        }
        for inner in command
            .get_subcommands()
            .filter(|inner| inner.get_name() != "help")
        {
            walk(inner, &format!("{name}-{}", inner.get_name()), pages);
        }
    }
    let mut command = Cli::command();
    command.build();
    let mut pages = Vec::new();
    walk(&command, "strata", &mut pages);
    pages
}
