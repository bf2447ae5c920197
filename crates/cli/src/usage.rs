//! Errors of the arguments, printed like every other finding.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, ValueEnum};
use strata_diagnostic::{Finding, HumanOptions, Sources, render_human};

use crate::args::{Cli, MessageFormat};
use crate::codes;
use crate::environment;
use crate::printer::{cannot_print, for_programs};

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
        return match error.print() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                let mut sources = Sources::new();
                let finding = cannot_print(&error, &mut sources);
                say(&finding, &sources)
            }
            _ => ExitCode::from(if asked { 0 } else { 2 }),
        };
    }
    say(&finding(error, &environment::arguments()), &Sources::new())
}

/// Prints a finding before there is a printer, and returns the exit status that it asks for.
fn say(finding: &Finding, sources: &Sources) -> ExitCode {
    let options = HumanOptions {
        color: false,
        width: 100,
    };
    let text = match wanted_format() {
        MessageFormat::Human => render_human(finding, sources, options),
        format => for_programs(&[finding], sources, format),
    };
    let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
    ExitCode::from(finding.rule.class.exit_status())
}

/// Returns how findings are wanted. Where arguments do not parse, this is looked up by hand: a flag, else
/// its variable.
fn wanted_format() -> MessageFormat {
    const FLAG: &str = "--message-format";
    let arguments = environment::arguments();
    let mut stated = None;
    for (index, argument) in arguments.iter().enumerate() {
        if argument == FLAG {
            stated = arguments.get(index + 1).cloned();
        } else if let Some(value) = argument
            .strip_prefix(FLAG)
            .and_then(|v| v.strip_prefix('='))
        {
            stated = Some(value.to_owned());
        }
    }
    let stated = stated.or_else(|| environment::value("STRATA_MESSAGE_FORMAT"));
    let stated = stated.and_then(|format| MessageFormat::from_str(&format, false).ok());
    stated.unwrap_or(MessageFormat::Human)
}

fn finding(error: &clap::Error, arguments: &[String]) -> Finding {
    let command = command_line(arguments);
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
    let missing = missing(error, arguments);
    let worded = stray(error).or_else(|| missing.clone());
    let mut finding = Finding::new(&codes::USAGE, worded.unwrap_or(lower_first(&first)));
    // What is missing stands in the message.
    for detail in details.into_iter().filter(|_| missing.is_none()) {
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
    if error.kind() == ErrorKind::InvalidUtf8 {
        let help =
            "a name of a file must be UTF-8: rename it, or pass its content: `strata … - < FILE`";
        finding = finding.help(help);
    }
    if let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg)
        && let Some(flag) = argument.split_whitespace().next()
        && let Some(variable) = environment::origin_of(flag)
    {
        finding = finding.help(format!("the value comes from the variable `{variable}`"));
    }
    finding.help(format!("`{command} --help` lists what is accepted"))
}

/// Words a stray argument, which `recipe` takes for one of its commands.
fn stray(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    (error.kind() == ErrorKind::ArgumentConflict)
        .then(|| format!("unexpected argument '{name}' found"))
}

/// Flags that mean something only beside another, as their `requires` says: the parser names what it misses,
/// and not for whom.
const NEEDS: [(&str, &str); 4] = [
    ("--charts", "--rendered"),
    ("--pull", "--rendered"),
    ("--kubernetes-version", "--rendered"),
    ("--format", "--version"),
];

/// Words what is missing: beside a flag that needs it, or by itself.
fn missing(error: &clap::Error, arguments: &[String]) -> Option<String> {
    if error.kind() != ErrorKind::MissingRequiredArgument {
        return None;
    }
    let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let is_typed = |flag: &str| {
        let mut words = arguments.iter().filter_map(|word| word.strip_prefix(flag));
        words.any(|rest| rest.is_empty() || rest.starts_with('='))
    };
    let needed = NEEDS
        .iter()
        .find(|(flag, needed)| missing.iter().any(|one| one == needed) && is_typed(flag));
    if let Some((flag, needed)) = needed {
        return Some(format!("`{flag}` needs `{needed}`"));
    }
    let missing: Vec<String> = missing.iter().map(|one| format!("`{one}`")).collect();
    Some(format!("missing: {}", missing.join(", ")))
}

/// Returns the command that was typed, `strata recipe list` for example: the error itself knows it
/// only where it would print the usage.
fn command_line(arguments: &[String]) -> String {
    let mut words = vec!["strata"];
    let lenient = Cli::command().ignore_errors(true);
    let matches = lenient.try_get_matches_from(arguments);
    let mut inner = matches.as_ref().ok().and_then(|m| m.subcommand());
    while let Some((name, matches)) = inner {
        words.push(name);
        inner = matches.subcommand();
    }
    words.join(" ")
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|c| c.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that parse, for every command that has a flag which needs another.
    const SIDES: [&str; 4] = ["strata", "diff", "a", "b"];

    fn message(arguments: &[&str]) -> String {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let error = Cli::command().try_get_matches_from(&arguments);
        finding(&error.expect_err("refused"), &arguments).message
    }

    #[test]
    fn a_flag_that_needs_another_is_named_with_it() {
        for (flags, expected) in [
            (&["--charts", "x"][..], "`--charts` needs `--rendered`"),
            (&["--charts=x", "--pull"], "`--charts` needs `--rendered`"),
            (&["--pull"], "`--pull` needs `--rendered`"),
            (
                &["--kubernetes-version", "1.34"],
                "`--kubernetes-version` needs `--rendered`",
            ),
        ] {
            assert_eq!(message(&[&SIDES, flags].concat()), expected);
        }
        assert_eq!(
            message(&["strata", "--format", "json"]),
            "`--format` needs `--version`"
        );
        assert_eq!(message(&["strata", "diff"]), "missing: `<A>`, `<B>`");
    }

    /// Whatever an argument needs, the message says for whom.
    #[test]
    fn everything_that_needs_another_argument_is_known() {
        let root = Cli::command();
        let mut commands = vec![(vec!["strata".to_owned()], root)];
        while let Some((words, command)) = commands.pop() {
            for inner in command.get_subcommands() {
                let words = [words.clone(), vec![inner.get_name().to_owned()]].concat();
                commands.push((words, inner.clone()));
            }
            let positionals = command
                .get_positionals()
                .filter(|one| one.is_required_set());
            let positionals: Vec<String> = positionals.map(|_| "a".to_owned()).collect();
            for argument in command.get_arguments() {
                let Some(long) = argument.get_long() else {
                    continue;
                };
                let flag = vec![format!("--{long}=1")];
                let alone = vec![format!("--{long}")];
                for flag in [flag, alone] {
                    let typed = [words.clone(), positionals.clone(), flag].concat();
                    let Err(error) = Cli::command().try_get_matches_from(&typed) else {
                        continue;
                    };
                    let message = finding(&error, &typed).message;
                    assert!(!message.starts_with("missing: `--"), "{typed:?}: {message}");
                }
            }
        }
    }

    #[test]
    fn help_is_offered_for_the_command_that_was_typed() {
        for (typed, expected) in [
            ("strata --servce eks", "strata"),
            ("strata recipe --servce eks", "strata recipe"),
            ("strata recipe --format jsn", "strata recipe"),
            (
                "strata --color never recipe --service list --format jsn",
                "strata recipe",
            ),
            ("strata recipe list --format jsn", "strata recipe list"),
            ("strata config show --nodes many", "strata config show"),
            ("strata explain", "strata explain"),
        ] {
            let arguments: Vec<String> = typed.split(' ').map(str::to_owned).collect();
            assert!(Cli::command().try_get_matches_from(&arguments).is_err());
            assert_eq!(command_line(&arguments), expected, "{typed}");
        }
    }
}
