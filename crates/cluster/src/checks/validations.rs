//! The checks that registries made for the reference name by function.

use strata_diagnostic::{Finding, Place, nearest};
use strata_document::{Node, Spanned};

use super::language::{Check, Condition, ExpectedScalar, When};
use crate::catalog::{ComponentEntry, Validation};
use crate::codes;
use crate::criteria::Dimension;
use crate::scheduling::Setting;

/// Functions that the reference knows.
const FUNCTIONS: [&str; 3] = [
    "CheckWorkloadSelectorMissing",
    "CheckAcceleratedSelectorMissing",
    "CheckHostMofedWithoutNetworkOperator",
];

/// Returns the checks that the validations of a registry entry stand for.
pub(super) fn checks(validations: &[Validation]) -> Vec<Check> {
    validations.iter().filter_map(check).collect()
}

fn check(validation: &Validation) -> Option<Check> {
    let (name, message, conditions) = known(&validation.function)?;
    let mut when = When::default();
    for (dimension, values) in &validation.conditions {
        let list = match Dimension::from_name(dimension)? {
            Dimension::Service => &mut when.service,
            Dimension::Accelerator => &mut when.accelerator,
            Dimension::Intent => &mut when.intent,
            Dimension::Os => &mut when.os,
            Dimension::Platform => &mut when.platform,
        };
        list.clone_from(values);
    }
    Some(Check {
        name: Spanned::new(name.to_owned(), validation.function.place),
        severity: validation.severity,
        when,
        conditions,
        message: Spanned::new(message.to_owned(), validation.function.place),
        help: validation.message.clone(),
    })
}

/// Name, message and conditions of a function.
fn known(function: &str) -> Option<(&'static str, &'static str, Vec<Spanned<Condition>>)> {
    Some(match function {
        "CheckWorkloadSelectorMissing" => (
            "workload-selector-missing",
            "nothing says which pods are workloads",
            nothing_selects(Setting::WorkloadSelector),
        ),
        "CheckAcceleratedSelectorMissing" => (
            "accelerated-selector-missing",
            "nothing says which nodes have GPUs",
            nothing_selects(Setting::AcceleratedSelector),
        ),
        "CheckHostMofedWithoutNetworkOperator" => (
            "host-mofed-without-network-operator",
            "it relies on network drivers of the nodes, and the network operator, which would \
             install them, is left out",
            vec![
                nowhere(Condition {
                    component: Some(nowhere("network-operator".to_owned())),
                    enabled: Some(nowhere(false)),
                    ..Condition::default()
                }),
                nowhere(Condition {
                    value: Some(nowhere("driver.rdma.useHostMofed".to_owned())),
                    is: Some(ExpectedScalar(Node::boolean(true, Place::NOWHERE))),
                    ..Condition::default()
                }),
            ],
        ),
        _ => return None,
    })
}

/// Neither the setting is stated nor does any path that it goes to have a value.
fn nothing_selects(setting: Setting) -> Vec<Spanned<Condition>> {
    let is_there = Condition {
        paths: Some(nowhere(setting.flag().to_owned())),
        set: Some(true),
        ..Condition::default()
    };
    vec![
        nowhere(Condition {
            setting: Some(nowhere(setting.flag().to_owned())),
            set: Some(false),
            ..Condition::default()
        }),
        nowhere(Condition {
            not: Some(Box::new(nowhere(is_there))),
            ..Condition::default()
        }),
    ]
}

fn nowhere<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Place::NOWHERE)
}

/// Reports what is wrong with the validations of a registry.
///
/// # Errors
///
/// `CLU-47` for a function that nobody knows, `CLU-23` for a condition that is no dimension.
pub(crate) fn check_validations(entries: &[ComponentEntry]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for validation in entries.iter().flat_map(|entry| &entry.validations) {
        let function = &validation.function;
        if !FUNCTIONS.contains(&function.value.as_str()) {
            let message = format!("no check is called `{}`", &**function);
            let mut finding = Finding::new(&codes::BAD_CHECK, message).at(function.place);
            if let Some(near) = nearest(function, FUNCTIONS) {
                finding = finding.help(format!("did you mean `{near}`?"));
            }
            let help = format!(
                "known: {}; others are written in `notes.yaml`",
                FUNCTIONS.join(", ")
            );
            findings.push(finding.help(help));
        }
        for (dimension, values) in &validation.conditions {
            if Dimension::from_name(dimension).is_some() {
                continue;
            }
            let place = values.first().map_or(function.place, |value| value.place);
            let message = format!("`{dimension}` is not a dimension of criteria");
            let finding = Finding::new(&codes::UNKNOWN_DIMENSION, message).at(place);
            let known = Dimension::ALL.map(Dimension::name);
            findings.push(match nearest(dimension, known) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("dimensions: {}", known.join(", "))),
            });
        }
    }
    findings
}
