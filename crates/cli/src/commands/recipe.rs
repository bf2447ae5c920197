//! `strata recipe`.

use std::path::Path;

use clap::ArgMatches;
use strata_client::{Session, open_catalog, resolve_recipe};
use strata_cluster::{Catalog, Resolution, Silent};
use strata_diagnostic::Finding;
use strata_document::{write_json, write_yaml};
use strata_host::{STDIN, write_output};

use super::{summary, usable};
use crate::args::{DocumentFormat, RecipeArgs};
use crate::codes;
use crate::printer::Printer;
use crate::settings::{Settings, check_inputs, settle};

pub(crate) fn recipe(
    session: &mut Session<'_>,
    args: &RecipeArgs,
    matches: &ArgMatches,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let settings = settle(session, &args.resolve, matches).take(findings)?;
    let (output, format) = destination(args, &settings, findings);
    findings.extend(check_inputs(None, &args.resolve, &settings));
    usable(findings)?;
    let catalog = open_catalog(session, &settings.request.catalog).take(findings)?;
    let resolution =
        resolve_recipe(session, &catalog, &settings.request, &mut Silent).take(findings)?;
    let text = print(&catalog, &resolution, format, session).take(findings)?;
    let Some(path) = output else {
        return Some(text);
    };
    write_output(session.system, &path, text.as_bytes(), &mut session.sources).take(findings)?;
    None
}

/// Decides file and format: flag, else configuration, else what fits the destination.
fn destination(
    args: &RecipeArgs,
    settings: &Settings,
    findings: &mut Vec<Finding>,
) -> (Option<String>, DocumentFormat) {
    let section = settings
        .config
        .as_ref()
        .and_then(|config| config.spec.recipe.as_ref());
    let configured = section.and_then(|section| section.output.as_ref());
    let output = args
        .output
        .clone()
        .or_else(|| {
            configured
                .and_then(|o| o.path.as_ref())
                .map(|path| path.value.clone())
        })
        .filter(|path| !path.trim().is_empty() && path != STDIN);
    if args
        .output
        .as_deref()
        .is_some_and(|path| path.trim().is_empty())
    {
        let message = "`-o` has an empty file name";
        let finding = Finding::new(&codes::FORMAT_AS_OUTPUT, message);
        findings.push(finding.help("name a file; is a variable not set?"));
    }
    if let Some(name) = output
        .as_deref()
        .filter(|o| ["json", "yaml", "yml", "table"].contains(o))
    {
        let message = format!("`-o {name}` would write a file called `{name}`");
        let finding = Finding::new(&codes::FORMAT_AS_OUTPUT, message);
        findings.push(finding.help(format!("did you mean `--format {name}`?")));
    }
    let stated = configured.and_then(|output| output.format.as_ref());
    let configured = stated.and_then(|format| match format.value.as_str() {
        "yaml" => Some(DocumentFormat::Yaml),
        "json" => Some(DocumentFormat::Json),
        "table" => Some(DocumentFormat::Table),
        other => {
            let message = format!("unknown format `{other}`");
            let finding = Finding::new(&strata_cluster::codes::CONFIG, message).at(format.place);
            findings.push(finding.help("use yaml, json or table"));
            None
        }
    });
    let is_json = output.as_ref().is_some_and(|path| {
        Path::new(path)
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("json"))
    });
    let fitting = if is_json {
        DocumentFormat::Json
    } else if output.is_none() && Printer::is_terminal() {
        DocumentFormat::Table
    } else {
        DocumentFormat::Yaml
    };
    (output, args.format.or(configured).unwrap_or(fitting))
}

fn print(
    catalog: &Catalog,
    resolution: &Resolution,
    format: DocumentFormat,
    session: &Session<'_>,
) -> strata_diagnostic::Outcome<String> {
    match format {
        DocumentFormat::Yaml => strata_diagnostic::Outcome::ok(write_yaml(&resolution.tree)),
        DocumentFormat::Json => write_json(&resolution.tree),
        DocumentFormat::Table => strata_diagnostic::Outcome::ok(summary::summary(
            catalog,
            resolution,
            &session.sources,
            Printer::width(),
        )),
    }
}
