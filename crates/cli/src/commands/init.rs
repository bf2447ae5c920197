//! `strata init`.

use std::io::{self, IsTerminal, Write};

use clap::ArgMatches;
use strata_client::{
    InitRequest, PROJECT_FILE, Session, Stated, choices, init_project, open_catalog,
};
use strata_cluster::{Catalog, Criteria, Dimension};
use strata_diagnostic::Finding;

use super::usable;
use crate::args::InitArgs;
use crate::codes;
use crate::settings::settle;

/// Where the output goes unless told otherwise.
const DEFAULT_OUTPUT: &str = "bundle";

pub(crate) fn init(
    session: &mut Session<'_>,
    args: &InitArgs,
    matches: &ArgMatches,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let settings = settle(session, &args.resolve, matches).take(findings)?;
    let mut request = InitRequest {
        resolve: settings.request,
        output: args.output.clone().unwrap_or_default(),
    };
    let catalog = open_catalog(session, &request.resolve.catalog).take(findings)?;
    let is_stated =
        !request.resolve.criteria.values.is_empty() || request.resolve.snapshot.is_some();
    if !is_stated {
        if io::stdin().is_terminal() && io::stderr().is_terminal() {
            let answered = ask(&catalog, &mut request);
            findings.extend(answered.err().map(|error| unanswered(&error)));
        } else {
            findings.push(nothing_stated());
        }
        usable(findings)?;
    }
    if request.output.is_empty() {
        DEFAULT_OUTPUT.clone_into(&mut request.output);
    }
    let text = init_project(session, &catalog, &request).take(findings)?;
    Some(format!(
        "wrote {PROJECT_FILE}:\n{}next:\n  strata bundle\n",
        text.lines()
            .map(|line| format!("  {line}\n"))
            .collect::<String>()
    ))
}

fn nothing_stated() -> Finding {
    Finding::new(&codes::USAGE, "nothing says what the project is to make")
        .help("state criteria, for example `strata init --service kind`; on a terminal they are asked for")
        .help("`strata catalog list` shows what there is")
}

fn unanswered(error: &io::Error) -> Finding {
    Finding::new(&codes::USAGE, format!("no answer: {error}")).help("state criteria as flags")
}

/// Asks for criteria, each among the values that fit to what is chosen, and for the path.
fn ask(catalog: &Catalog, request: &mut InitRequest) -> io::Result<()> {
    let mut chosen = Criteria::any();
    for dimension in Dimension::ALL {
        let values = choices(catalog, &chosen, dimension);
        if values.is_empty() {
            continue;
        }
        let typed = loop {
            let typed = prompt(&format!(
                "{dimension} ({}, or empty for any)",
                values.join(", ")
            ))?;
            if typed.is_empty() || values.contains(&typed) {
                break typed;
            }
            say(&format!("`{typed}` is none of them\n"))?;
        };
        if !typed.is_empty() {
            chosen.set(dimension, typed.as_str());
            let stated = Stated {
                text: typed,
                origin: format!("the answer about {dimension}"),
            };
            request.resolve.criteria.values.insert(dimension, stated);
        }
    }
    if request.output.is_empty() {
        request.output = prompt(&format!("path of the output (empty for {DEFAULT_OUTPUT})"))?;
    }
    Ok(())
}

fn prompt(question: &str) -> io::Result<String> {
    say(&format!("{question}: "))?;
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        say("\n")?;
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim().to_owned())
}

/// Questions go to standard error, so that standard output holds nothing but the result.
fn say(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}
