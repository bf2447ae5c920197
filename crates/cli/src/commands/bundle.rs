//! `strata bundle`.

use clap::ArgMatches;
use strata_client::{
    BundleRequest, DeploymentRequest, Session, SettingRequest, StatementRequest, SubjectRequest,
    open_catalog,
};
use strata_cluster::{BundleSection, Form, SchedulingSection, Setting};
use strata_diagnostic::{Finding, Place};
use strata_release::deployer::{Deployer, Parameter};

use super::making::carry_out;
use super::{VERSION, project, usable};
use crate::args::BundleArgs;
use crate::settings::{check_inputs, settle};

/// Where a bundle goes unless told otherwise.
const DEFAULT_OUTPUT: &str = "./bundle";

pub(crate) fn bundle(
    session: &mut Session<'_>,
    args: &BundleArgs,
    matches: &ArgMatches,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let settings = settle(session, &args.resolve, matches).take(findings)?;
    let section = settings
        .config
        .as_ref()
        .and_then(|config| config.spec.bundle.clone());
    let section = section.unwrap_or_default();
    findings.extend(section.unsupported());
    findings.extend(check_deployer(&section, args));
    let configured = section
        .input
        .as_ref()
        .and_then(|input| input.recipe.as_ref());
    let recipe = args
        .recipe
        .clone()
        .or_else(|| configured.map(|path| path.value.clone()));
    findings.extend(check_inputs(recipe.as_ref(), &args.resolve, &settings));
    usable(findings)?;
    let target = section
        .output
        .as_ref()
        .and_then(|output| output.target.as_ref());
    let output = args
        .output
        .clone()
        .or_else(|| target.map(|target| target.value.clone()));
    if project::is_meant(session, args, matches, recipe.as_ref(), &settings.request) {
        return project::bundle(session, args, matches, findings);
    }
    findings.extend(project::needless(args));
    usable(findings)?;
    let catalog = open_catalog(session, &settings.request.catalog).take(findings)?;
    let request = BundleRequest {
        allow_excluded: settings.request.allow_excluded,
        subject: SubjectRequest {
            recipe,
            resolve: settings.request,
        },
        statements: statements(args, matches, &section),
        dynamic: dynamic(args, &section),
        settings: scheduling(args, &section),
        without_default_tolerations: args.scheduling.no_default_tolerations,
        has_gates: args.deployment.readiness_hooks,
        deployment: deployment(args, &section),
        output: output.unwrap_or_else(|| DEFAULT_OUTPUT.to_owned()),
        keep: args.keep.clone(),
        force: args.force,
        tool_version: VERSION.to_owned(),
        place: None,
    };
    carry_out(session, &catalog, &[request], args, findings)
}

/// Values in the order in which they were typed; those of the configuration only where no flag
/// states any.
fn statements(
    args: &BundleArgs,
    matches: &ArgMatches,
    section: &BundleSection,
) -> Vec<StatementRequest> {
    let mut typed = Vec::new();
    for (form, texts) in [
        (Form::Scalar, &args.values.set),
        (Form::Text, &args.values.set_string),
        (Form::Json, &args.values.set_json),
        (Form::File, &args.values.set_file),
    ] {
        let id = form.flag().replace('-', "_");
        let indices = matches.indices_of(&id).into_iter().flatten();
        typed.extend(indices.zip(texts).map(|(index, text)| {
            let request = StatementRequest {
                form,
                text: text.clone(),
                place: None,
                directory: String::new(),
            };
            (index, request)
        }));
    }
    typed.sort_by_key(|(index, _)| *index);
    let configured = section
        .deployment
        .as_ref()
        .and_then(|deployment| deployment.set.as_ref())
        .filter(|_| typed.is_empty());
    let configured = configured.into_iter().flat_map(|set| {
        set.value.iter().map(|text| StatementRequest {
            form: Form::Scalar,
            text: text.clone(),
            place: Some(set.place),
            directory: String::new(),
        })
    });
    let typed = typed.into_iter().map(|(_, request)| request);
    typed.chain(configured).collect()
}

/// Values that are given later; those of the configuration only where no flag states any.
fn dynamic(args: &BundleArgs, section: &BundleSection) -> Vec<(String, Option<Place>)> {
    let configured = section
        .deployment
        .as_ref()
        .and_then(|deployment| deployment.dynamic.as_ref());
    match configured.filter(|_| args.values.dynamic.is_empty()) {
        Some(list) => {
            let place = Some(list.place);
            list.value
                .iter()
                .map(|text| (text.clone(), place))
                .collect()
        }
        None => args
            .values
            .dynamic
            .iter()
            .map(|text| (text.clone(), None))
            .collect(),
    }
}

/// Scheduling settings: each from its flag, else from the configuration.
fn scheduling(args: &BundleArgs, section: &BundleSection) -> Vec<SettingRequest> {
    let flags = &args.scheduling;
    let one = |text: Option<&String>| text.into_iter().cloned().collect::<Vec<String>>();
    // Fewer than one node is no number of nodes; where the recipe is resolved, a warning says so.
    let nodes = args.resolve.criteria.nodes.filter(|nodes| *nodes > 0);
    let nodes = nodes.map(|nodes| nodes.to_string());
    let typed = [
        (Setting::SystemSelector, flags.system_node_selector.clone()),
        (
            Setting::SystemToleration,
            flags.system_node_toleration.clone(),
        ),
        (
            Setting::AcceleratedSelector,
            flags.accelerated_node_selector.clone(),
        ),
        (
            Setting::AcceleratedToleration,
            flags.accelerated_node_toleration.clone(),
        ),
        (Setting::WorkloadSelector, flags.workload_selector.clone()),
        (Setting::WorkloadGate, one(flags.workload_gate.as_ref())),
        (Setting::Nodes, one(nodes.as_ref())),
        (Setting::StorageClass, one(flags.storage_class.as_ref())),
    ];
    let configured = section
        .scheduling
        .as_ref()
        .map(SchedulingSection::stated)
        .unwrap_or_default();
    let requests = typed.into_iter().map(|(setting, texts)| {
        let stated = configured.iter().find(|(other, ..)| *other == setting);
        match stated.filter(|_| texts.is_empty()) {
            Some((_, texts, place)) => SettingRequest {
                setting,
                texts: texts.clone(),
                place: Some(*place),
            },
            None => SettingRequest {
                setting,
                texts,
                place: None,
            },
        }
    });
    requests
        .filter(|request| !request.texts.is_empty())
        .collect()
}

/// What deploys the bundle: each setting from its flag, else from the configuration.
fn deployment(args: &BundleArgs, section: &BundleSection) -> DeploymentRequest {
    let flags = &args.deployment;
    let configured = section.deployment.clone().unwrap_or_default();
    let typed = [
        (Parameter::Repository, &flags.repo, configured.repo),
        (Parameter::RepositoryPath, &flags.repo_path, None),
        (Parameter::Revision, &flags.target_revision, None),
        (Parameter::AppName, &flags.app_name, configured.app_name),
        (Parameter::FluxNamespace, &flags.flux_namespace, None),
        (Parameter::FluxSource, &flags.flux_oci_source_name, None),
    ];
    let parameters = typed
        .into_iter()
        .filter_map(|(parameter, flag, configured)| {
            let configured = configured.map(|text| (text.value, Some(text.place)));
            let (text, place) = flag.clone().map(|text| (text, None)).or(configured)?;
            Some((parameter, text, place))
        });
    let named = configured.deployer.map(|name| name.value);
    DeploymentRequest {
        deployer: flags.deployer.clone().or(named),
        parameters: parameters.collect(),
        is_serial: flags.serial,
        allows_placeholder: flags.allow_placeholder,
    }
}

fn check_deployer(section: &BundleSection, args: &BundleArgs) -> Option<Finding> {
    let deployer = section
        .deployment
        .as_ref()
        .and_then(|d| d.deployer.as_ref())?;
    if args.deployment.deployer.is_some() || Deployer::find(deployer).is_some() {
        return None;
    }
    let name = deployer.trim();
    let message = format!("deployer `{name}` is not supported by this version");
    let rule = &strata_cluster::codes::UNSUPPORTED_SETTING;
    Some(
        Finding::new(rule, message)
            .at(deployer.place)
            .help(Deployer::advice(name)),
    )
}
