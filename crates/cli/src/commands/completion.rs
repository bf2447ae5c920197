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

/// Examples as they were written: one command a line, not filled into a paragraph.
fn examples_section(text: &str) -> String {
    let mut section = String::from(".SH EXAMPLES\n.nf\n");
    for line in text.lines().filter(|line| line.starts_with(' ')) {
        let escaped = line.trim().replace('\\', "\\e").replace('-', "\\-");
        // A line that begins with one of these would be a request to the formatter.
        let guard = if escaped.starts_with(['.', '\'']) {
            "\\&"
        } else {
            ""
        };
        section.push_str(&format!("{guard}{escaped}\n"));
    }
    section.push_str(".fi\n");
    section
}

/// Returns the page of the program, then those of its commands.
fn pages() -> Vec<Page> {
    fn walk(command: &clap::Command, name: &str, pages: &mut Vec<Page>) {
        let mut text = Vec::new();
        // What is left of it is a heading without words, which is taken out below.
        let renamed = command.clone().name(name.to_owned()).after_help("");
        let source = format!("strata {}", super::VERSION);
        let page = clap_mangen::Man::new(renamed).source(source);
        if page.render(&mut text).is_ok() {
            let mut text = String::from_utf8_lossy(&text).replace(".SH EXTRA\n", "");
            if let Some(examples) = command.get_after_help() {
                text.push_str(&examples_section(&examples.to_string()));
            }
            pages.push(Page {
                name: format!("{name}.1"),
                text,
            });
        }
        for inner in command.get_subcommands() {
            walk(inner, &format!("{name}-{}", inner.get_name()), pages);
        }
    }
    // `help` explains the others and has no page.
    fn without_help(command: clap::Command) -> clap::Command {
        command
            .disable_help_subcommand(true)
            .mut_subcommands(without_help)
    }
    let mut command = without_help(Cli::command());
    command.build();
    let mut pages = Vec::new();
    walk(&command, "strata", &mut pages);
    pages
}
