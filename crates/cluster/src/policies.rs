//! Rules that change values when a bundle is made, after everything that was stated.

use std::net::IpAddr;

use strata_diagnostic::{Finding, Place};
use strata_document::{Node, ScalarKind};

use crate::codes;
use crate::journal::{Author, Journal};
use crate::recipe::{ComponentRef, Recipe};
use crate::scheduling::set_at;

/// Annotation that restarts the DRA driver when the GPU operator changes.
const CHART_VERSION: &str = "aicr.run/gpu-operator-chart-version";
const RESTART: &str = "the DRA driver restarts when the version of the GPU operator changes";
const PRIVATE_ONLY: &str = "the gateway admits private networks only unless told otherwise";
/// RFC 1918.
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// The driver of an upgraded operator is another one, and pods of the DRA driver keep a handle on
/// the old one until they restart.
pub(crate) fn restart_dra_driver<J: Journal>(
    recipe: &Recipe,
    component: &ComponentRef,
    values: &mut Node,
    journal: &mut J,
) -> Vec<Finding> {
    if &**component.name != "nvidia-dra-driver-gpu" {
        return Vec::new();
    }
    let operator = recipe
        .component("gpu-operator")
        .filter(|operator| operator.is_enabled());
    let Some(operator) = operator.filter(|operator| !operator.version.is_empty()) else {
        return Vec::new();
    };
    let place = operator.version.place;
    let mut findings = Vec::new();
    for parent in ["controller", "kubeletPlugin"] {
        journal.author(|| Author::Policy { rule: RESTART });
        let version = Node::string(operator.version.value.as_str(), place);
        if !set_at(
            values,
            &[parent, "podAnnotations", CHART_VERSION],
            version,
            place,
            journal,
        ) {
            findings.push(blocked(
                component,
                &format!("{parent}.podAnnotations"),
                values.place,
            ));
        }
    }
    findings
}

fn blocked(component: &ComponentRef, path: &str, place: Place) -> Finding {
    let message = format!(
        "`{path}` of `{}` cannot be written: a value on the way is not a mapping",
        &*component.name
    );
    Finding::new(&codes::NO_PATH, message)
        .at(place)
        .help("correct the value")
}

/// Decides who reaches the inference gateway.
///
/// # Errors
///
/// `CLU-30` for what is no list of networks, `CLU-31` (warning) for a network of every address.
pub(crate) fn gateway_exposure<J: Journal>(
    component: &ComponentRef,
    values: &mut Node,
    journal: &mut J,
) -> Vec<Finding> {
    const FIELD: &str = "allowedSourceRanges";
    if &**component.name != "agentgateway" {
        return Vec::new();
    }
    let stated = values.get(FIELD).cloned();
    let is_absent = stated
        .as_ref()
        .is_none_or(|node| node.is_null() || node.is_empty());
    let Some(stated) = stated.filter(|_| !is_absent) else {
        let place = component.name.place;
        let ranges = PRIVATE
            .iter()
            .map(|range| Node::string(*range, place))
            .collect();
        journal.author(|| Author::Policy { rule: PRIVATE_ONLY });
        set_at(
            values,
            &[FIELD],
            Node::sequence(ranges, place),
            place,
            journal,
        );
        return Vec::new();
    };
    let Some(ranges) = stated.as_sequence() else {
        let message = format!(
            "`{FIELD}`: expected a list of networks, found {}",
            stated.kind_name()
        );
        let finding = Finding::new(&codes::BAD_RANGE, message).at(stated.place);
        return vec![finding.help("write a list such as [10.0.0.0/8]")];
    };
    let mut findings = Vec::new();
    for range in ranges {
        let text = range.as_text().unwrap_or_default();
        let is_string = range
            .as_scalar()
            .is_some_and(|s| s.kind == ScalarKind::String);
        match network(text).filter(|_| is_string) {
            Some((_, 0)) => {
                let message = format!("`{text}` admits every address to the gateway");
                let finding = Finding::new(&codes::OPEN_RANGE, message).at(range.place);
                findings.push(finding.help("list the networks that need access"));
            }
            Some(_) => {}
            None => {
                let message = format!("`{text}` is not a network");
                let finding = Finding::new(&codes::BAD_RANGE, message).at(range.place);
                findings
                    .push(finding.help("write the network's own address, such as `10.0.0.0/8`"));
            }
        }
    }
    findings
}

/// Parses a network in canonical form: no bits set after the prefix, no leading zeros.
fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, length) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let bits: u8 = length.parse().ok()?;
    let (value, width) = match address {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    };
    if bits > width || bits.to_string() != length {
        return None;
    }
    let host_bits = u32::from(width - bits);
    let host = if host_bits == 128 {
        value
    } else {
        value & ((1_u128 << host_bits) - 1)
    };
    (host == 0).then_some((address, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_canonical() {
        for (text, expected) in [
            ("10.0.0.0/8", true),
            ("10.0.0.1/8", false),
            ("0.0.0.0/0", true),
            ("::/0", true),
            ("fd00::/8", true),
            ("fd00::1/8", false),
            ("10.0.0.0", false),
            ("10.0.0.0/33", false),
            ("10.0.0.0/08", false),
            ("x/8", false),
        ] {
            assert_eq!(network(text).is_some(), expected, "{text}");
        }
    }
}
