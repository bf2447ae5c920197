//! What a machine is like on which compositions are to run, as a snapshot says it.
//!
//! Nothing is measured here. What a snapshot does not say is unknown, and nobody takes unknown for
//! free.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use strata_diagnostic::{Finding, Outcome, Place};
use strata_facts::{Item, Reading, Snapshot};

use crate::codes;
use crate::model::Protocol;

/// The measurement and its subtype whose items are the ports on which something listens.
const PORTS: (&str, &str) = ("Host", "ports");

/// Programs of engines that listen on ports which containers publish.
const ENGINES: &[&str] = &[
    "com.docker.backend",
    "conmon",
    "docker",
    "docker-proxy",
    "dockerd",
    "gvproxy",
    "pasta",
    "podman",
    "rootlesskit",
    "rootlessport",
    "slirp4netns",
    "vpnkit",
];

/// A port of a machine on which something listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Number.
    pub port: u16,
    /// Protocol.
    pub protocol: Protocol,
    /// Address; none for all of them.
    pub address: Option<IpAddr>,
    /// What listens, where the snapshot says it.
    pub process: Option<String>,
    /// Where the snapshot says it.
    pub place: Place,
}

impl Listener {
    /// Returns whether an engine listens, for a container: perhaps for one that is looked at.
    pub fn is_engine(&self) -> bool {
        let process = self.process.as_deref().unwrap_or_default();
        let program = process.rsplit(['/', '\\']).next().unwrap_or(process);
        let program = program.strip_suffix(".exe").unwrap_or(program);
        ENGINES.contains(&program.to_ascii_lowercase().as_str())
    }
}

/// Reads the listening ports of a snapshot: the items of `Host.ports`, each with `port`, and as far
/// as they are known `protocol` (`tcp`), `address` (all) and `process`.
///
/// # Errors
///
/// `ENV-10` for an item that cannot be understood, which is left out; `ENV-11` where the snapshot
/// does not say which ports are taken.
pub fn listeners(snapshot: &Snapshot) -> Outcome<Vec<Listener>> {
    let (measurement, subtype) = PORTS;
    let measurement = snapshot.first(measurement);
    let Some(subtype) = measurement.and_then(|found| found.subtype(subtype)) else {
        let finding = Finding::new(
            &codes::NO_LISTENERS,
            "the snapshot does not say which ports are taken",
        );
        return Outcome::fail(finding.help("take one with the items of `Host.ports`"));
    };
    let mut listeners = Vec::new();
    let mut findings = Vec::new();
    for item in &subtype.items {
        match listener(item) {
            Ok(listener) => listeners.push(listener),
            Err((place, reason)) => {
                let finding = Finding::new(&codes::BAD_LISTENER, reason).at(place);
                findings.push(finding.help("it is left out, and its port counts as unknown"));
            }
        }
    }
    Outcome::with(listeners, findings)
}

fn listener(item: &Item) -> Result<Listener, (Place, &'static str)> {
    let readings: BTreeMap<&str, &Reading> = item
        .context
        .iter()
        .chain(&item.data)
        .map(|(key, reading)| (key.as_str(), reading))
        .collect();
    let anywhere = readings.values().next();
    let anywhere = anywhere.map_or(Place::NOWHERE, |reading| reading.place);
    let Some(port) = readings.get("port") else {
        return Err((anywhere, "a listening port has no `port`"));
    };
    let number = port.text.parse().ok().filter(|number| *number > 0);
    let number = number.ok_or((port.place, "a port is a number from 1 to 65535"))?;
    let (protocol, is_v6) = match readings.get("protocol") {
        None => (Protocol::Tcp, false),
        Some(reading) => {
            let text = reading.text.to_ascii_lowercase();
            let base = text.strip_suffix('6').unwrap_or(&text);
            let protocol = Protocol::parse(base).map_err(|reason| (reading.place, reason))?;
            (protocol, base.len() < text.len())
        }
    };
    let address = match readings.get("address") {
        None => None,
        Some(reading) => address(&reading.text, is_v6).map_err(|reason| (reading.place, reason))?,
    };
    let process = readings.get("process").map(|reading| reading.text.clone());
    Ok(Listener {
        port: number,
        protocol,
        address,
        process: process.filter(|process| !process.is_empty()),
        place: port.place,
    })
}

/// Reads an address as programs print it: `0.0.0.0`, `[::1]`, `127.0.0.53%lo`, `*`.
fn address(text: &str, is_v6: bool) -> Result<Option<IpAddr>, &'static str> {
    let inside = text.trim_start_matches('[').trim_end_matches(']');
    let inside = inside.split('%').next().unwrap_or(inside);
    match inside {
        "" | "*" | "any" | "all" => Ok(None),
        "localhost" | "loopback" if is_v6 => Ok(Some(std::net::Ipv6Addr::LOCALHOST.into())),
        "localhost" | "loopback" => Ok(Some(Ipv4Addr::LOCALHOST.into())),
        _ => match inside.parse() {
            Ok(address) => Ok(Some(address)),
            Err(_) => Err("the address of a listening port is no IP address"),
        },
    }
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;
    use strata_document::{Limits, read};

    use super::*;

    fn snapshot(subtypes: &str) -> Snapshot {
        let text = format!(
            "kind: Snapshot\napiVersion: aicr.run/v1alpha2\nmeasurements:\n\
             - type: Host\n  subtypes: {subtypes}\n"
        );
        let node = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT).value;
        let outcome = Snapshot::from_node(&node.expect("YAML"));
        outcome
            .value
            .unwrap_or_else(|| panic!("{:?}", outcome.findings))
    }

    fn shown(items: &str) -> (Vec<String>, Vec<String>) {
        let snapshot = snapshot(&format!("[{{subtype: ports, items: [{items}]}}]"));
        let read = listeners(&snapshot);
        let show = |one: Listener| {
            let address = one
                .address
                .map_or("*".to_owned(), |address| address.to_string());
            let process = one.process.as_deref().unwrap_or("-").to_owned();
            format!("{address}:{}/{} {process}", one.port, one.protocol.name())
        };
        let value = read.value.expect("ports").into_iter();
        let findings = read.findings.into_iter();
        (
            value.map(show).collect(),
            findings.map(|f| f.message).collect(),
        )
    }

    #[test]
    fn items_are_read_in_the_forms_that_programs_print() {
        let (read, findings) = shown(
            "{data: {port: 22}}, {context: {port: '53', protocol: udp6}, data: {address: '[::1]'}}, \
             {data: {port: 80, address: '*', process: nginx}}, \
             {data: {port: 81, address: 127.0.0.53%lo, protocol: TCP}}, \
             {data: {port: 82, address: loopback, process: ''}}",
        );
        assert_eq!(
            read,
            [
                "*:22/tcp -",
                "::1:53/udp -",
                "*:80/tcp nginx",
                "127.0.0.53:81/tcp -",
                "127.0.0.1:82/tcp -"
            ]
        );
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn what_cannot_be_read_is_said_and_left_out() {
        let (read, findings) = shown(
            "{data: {port: 0}}, {data: {protocol: tcp}}, {data: {port: 1, address: here}}, \
             {data: {port: 1, protocol: icmp}}, {data: {port: 2}}",
        );
        assert_eq!(read, ["*:2/tcp -"]);
        assert_eq!(findings.len(), 4, "{findings:?}");
        for silent in [snapshot("[]"), Snapshot::default()] {
            let read = listeners(&silent);
            assert_eq!(read.value, None);
            assert_eq!(read.findings[0].rule.code, "ENV-11");
        }
    }

    #[test]
    fn engines_are_known_by_their_programs() {
        let listener = |process: &str| Listener {
            port: 80,
            protocol: Protocol::Tcp,
            address: None,
            process: Some(process.to_owned()),
            place: Place::NOWHERE,
        };
        assert!(listener("docker-proxy").is_engine());
        assert!(listener("/usr/bin/dockerd").is_engine());
        assert!(listener(r"C:\Docker\com.docker.backend.exe").is_engine());
        assert!(!listener("nginx").is_engine());
    }
}
