//! `strata bundle` without an input: the outputs of `strata.yaml`.

use clap::ArgMatches;
use clap::parser::ValueSource;
use strata_client::{RecipeRequest, Session, has_project, open_catalog, open_project};
use strata_diagnostic::Finding;

use super::making::carry_out;
use super::{VERSION, usable};
use crate::args::BundleArgs;
use crate::codes;

/// Arguments that have a meaning for a project; the others belong to one output.
const OF_PROJECTS: [&str; 8] = [
    "outputs",
    "project",
    "check",
    "format",
    "quiet",
    "verbose",
    "color",
    "message_format",
];

/// Flags that say what one bundle is made from.
const INPUTS: [&str; 9] = [
    "recipe",
    "config",
    "snapshot",
    "service",
    "accelerator",
    "intent",
    "os",
    "platform",
    "nodes",
];

/// Whether the outputs of a project are meant: no flag says what a single bundle would be made from, and
/// there is a project, or nothing else says so either.
pub(super) fn is_meant(
    session: &Session<'_>,
    args: &BundleArgs,
    matches: &ArgMatches,
    recipe: Option<&String>,
    request: &RecipeRequest,
) -> bool {
    if of_flags(matches) {
        return false;
    }
    let criteria = &request.criteria;
    let is_stated = recipe.is_some()
        || args.resolve.config.is_some()
        || request.snapshot.is_some()
        || !criteria.values.is_empty()
        || criteria.nodes.is_some();
    !is_stated || args.project.is_some() || !args.outputs.is_empty() || has_project(session)
}

fn of_flags(matches: &ArgMatches) -> bool {
    let is_typed = |id: &&str| matches.value_source(id) == Some(ValueSource::CommandLine);
    INPUTS.iter().any(is_typed)
}

/// Variables that state an input count for nothing where a project says what is made.
fn unused_variables(matches: &ArgMatches) -> Vec<Finding> {
    let is_set = |id: &&&str| matches.value_source(id) == Some(ValueSource::EnvVariable);
    INPUTS
        .iter()
        .filter(is_set)
        .map(|id| {
            let message = format!(
                "the variable that states `--{id}` has no effect: strata.yaml says what is made"
            );
            let help = "unset it; or state an input as a flag to make one bundle";
            Finding::new(&codes::WITHOUT_EFFECT, message).help(help)
        })
        .collect()
}

/// Refuses arguments of projects where a single bundle is made.
pub(super) fn needless(args: &BundleArgs) -> Option<Finding> {
    let what = match (args.outputs.first(), &args.project) {
        (_, Some(_)) => "--project".to_owned(),
        (Some(output), None) => output.clone(),
        (None, None) => return None,
    };
    let message =
        format!("`{what}` is about strata.yaml, and the other arguments about one bundle");
    let help = "leave one of the two out; the directory of one bundle is `-o DIR`";
    Some(Finding::new(&codes::CONFLICT, message).help(help))
}

pub(super) fn bundle(
    session: &mut Session<'_>,
    args: &BundleArgs,
    matches: &ArgMatches,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let opened = open_project(session, args.project.as_deref()).take(findings)?;
    findings.extend(of_one_output(matches));
    findings.extend(unused_variables(matches));
    let requests = opened
        .requests(session, &args.outputs, VERSION)
        .take(findings);
    usable(findings)?;
    let catalog = open_catalog(session, &opened.catalog()).take(findings)?;
    carry_out(session, &catalog, &requests?, args, findings)
}

/// Refuses flags that would have to be said of one output or of all.
fn of_one_output(matches: &ArgMatches) -> Vec<Finding> {
    let typed = matches.ids().map(clap::Id::as_str).filter(|id| {
        // Groups of arguments have names, too, and no source of their own.
        !OF_PROJECTS.contains(id)
            && matches.try_get_raw(id).is_ok_and(|values| values.is_some())
            && matches.value_source(id) == Some(ValueSource::CommandLine)
            && id.starts_with(char::is_lowercase)
    });
    typed
        .map(|id| {
            let flag = id.replace('_', "-");
            let message =
                format!("`--{flag}` is about one bundle, and strata.yaml says what is made");
            let help =
                "state it in strata.yaml; or state criteria or a recipe, too, to make one bundle";
            Finding::new(&codes::CONFLICT, message).help(help)
        })
        .collect()
}
