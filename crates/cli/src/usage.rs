//! Errors of the arguments, printed like every other finding.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use strata_diagnostic::{Finding, HumanOptions, Sources, render_human, render_json};

use crate::codes;
use crate::environment;

/// Prints help, the version, or what is wrong with the arguments.
pub(crate) fn report(error: &clap::Error) -> ExitCode {
    let is_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if is_help {
        // Without a command there is nothing to do: help, and the status of a usage error.
        let asked = error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        let _ = error.print();
        return ExitCode::from(if asked { 0 } else { 2 });
    }
    let finding = finding(error);
    let sources = Sources::new();
    let arguments = environment::arguments();
    let wants_json = arguments
        .windows(2)
        .any(|pair| pair == ["--message-format", "json"])
        || arguments
            .iter()
            .any(|argument| argument == "--message-format=json");
    let text = if wants_json {
        format!("{}\n", render_json(&finding, &sources))
    } else {
        render_human(
            &finding,
            &sources,
            HumanOptions {
                color: false,
                width: 100,
            },
        )
    };
    let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
    ExitCode::from(finding.rule.class.exit_status())
}

fn finding(error: &clap::Error) -> Finding {
    let rendered = error.to_string();
    let mut paragraphs = rendered.split("\n\n");
    let message = paragraphs.next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let mut lines = message.lines();
    let first = lines
        .next()
        .unwrap_or_default()
        .trim_end_matches('.')
        .to_owned();
    let details: Vec<&str> = lines
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let mut finding = Finding::new(&codes::USAGE, lower_first(&first));
    for detail in details {
        let detail = detail.strip_prefix("[possible values: ").map_or_else(
            || detail.to_owned(),
            |values| format!("possible values: {}", values.trim_end_matches(']')),
        );
        finding = finding.help(detail);
    }
    for tip in rendered
        .lines()
        .filter_map(|line| line.trim().strip_prefix("tip: "))
    {
        finding = finding.help(tip.replace('\'', "`"));
    }
    let command = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage_command(&usage.to_string()),
        _ => "strata".to_owned(),
    };
    finding.help(format!("`{command} --help` lists what is accepted"))
}

/// Returns `strata recipe` from `Usage: strata recipe [OPTIONS]`.
fn usage_command(usage: &str) -> String {
    let words = usage.trim_start_matches("Usage:").split_whitespace();
    let command: Vec<&str> = words
        .take_while(|word| word.chars().all(|c| c.is_ascii_lowercase()))
        .collect();
    if command.is_empty() {
        "strata".to_owned()
    } else {
        command.join(" ")
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|c| c.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}
