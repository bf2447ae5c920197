//! `strata bundle` without an input: the outputs of `strata.yaml`.

use clap::ArgMatches;
use clap::parser::ValueSource;
use strata_client::{RecipeRequest, Session, open_catalog, open_project};
use strata_diagnostic::Finding;

use super::{VERSION, bundle, usable};
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

/// Whether nothing says what a single bundle would be made from.
pub(super) fn is_meant(
    recipe: Option<&String>,
    args: &BundleArgs,
    request: &RecipeRequest,
) -> bool {
    let criteria = &request.criteria;
    let is_stated = recipe.is_some()
        || args.resolve.config.is_some()
        || request.snapshot.is_some()
        || !criteria.values.is_empty()
        || criteria.nodes.is_some();
    !is_stated
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
    let requests = opened
        .requests(session, &args.outputs, VERSION)
        .take(findings);
    usable(findings)?;
    let catalog = open_catalog(session, &opened.catalog()).take(findings)?;
    bundle::carry_out(session, &catalog, &requests?, args, findings)
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
