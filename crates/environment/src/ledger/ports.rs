//! Who claims which port of the host.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::Serialize;
use strata_diagnostic::Secrets;

use super::table::{Table, list};
use super::variants::variants;
use crate::contested::chained;
use crate::host::Listener;
use crate::model::{Port, PortRange, Protocol, Service, Stack, Workspace, addresses_overlap};

/// Every publication of a repository, and which of them stand against each other.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PortLedger {
    /// Publications by port, protocol, address, composition and service; those whose port the engine
    /// picks come last.
    pub claims: Vec<PortClaim>,
    /// Claims that cannot all be met at one time.
    pub collisions: Vec<PortCollision>,
    /// Ports of the host on which something listens; absent where nobody knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Vec<TakenPort>>,
}

/// One publication.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PortClaim {
    /// Port of the host, the first of a range; absent where the engine picks one.
    pub port: Option<u16>,
    /// Last port of a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_port: Option<u16>,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: &'static str,
    /// Address of the host; absent for all of them.
    pub address: Option<String>,
    /// First file of the composition; of a variant that differs from it all files, joined by ` + `.
    pub composition: String,
    /// Name of its project; empty where that is the name of a directory that nobody knows.
    pub project: String,
    /// Service.
    pub service: String,
    /// Port of the container, the first of a range.
    pub container_port: u16,
    /// Profiles that start the service; empty where it is always started.
    pub profiles: Vec<String>,
    /// Path in the composition: `services.web.ports[0]`.
    pub path: String,
    /// With how many others it stands in one collision.
    pub rivals: usize,
    /// What listens there already, as far as the snapshot names it: `nginx`, or `something`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taken_by: Vec<String>,
}

/// Claims that are chained by collisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PortCollision {
    /// First port that is claimed.
    pub port: u16,
    /// Last port that is claimed, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_port: Option<u16>,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: &'static str,
    /// Indices in `claims`.
    pub claims: Vec<usize>,
    /// Whether all claims are of one composition, which then never starts whole.
    pub is_within_one: bool,
}

/// A port of the host on which something listens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TakenPort {
    /// Number.
    pub port: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: &'static str,
    /// Address; absent for all of them.
    pub address: Option<String>,
    /// What listens, where the snapshot says it.
    pub process: Option<String>,
}

struct Entry<'a> {
    stack: &'a Stack,
    /// Whether a variant puts down the same.
    is_repeated: bool,
    service: &'a Service,
    port: &'a Port,
    claim: PortClaim,
}

impl PortLedger {
    /// Takes secrets out of all that is put down.
    pub fn conceal(&mut self, secrets: &Secrets) {
        for claim in &mut self.claims {
            let texts = [
                &mut claim.composition,
                &mut claim.project,
                &mut claim.service,
                &mut claim.path,
            ];
            let texts = texts.into_iter().chain(&mut claim.address);
            let texts = texts.chain(&mut claim.profiles);
            for text in texts.chain(&mut claim.taken_by) {
                secrets.conceal_in(text);
            }
        }
        for taken in self.host.iter_mut().flatten() {
            for text in taken.address.iter_mut().chain(&mut taken.process) {
                secrets.conceal_in(text);
            }
        }
    }

    /// Puts down what all compositions publish, and joins the ports that are taken on the host where
    /// they are known.
    pub fn new(workspace: &Workspace, listeners: Option<&[Listener]>) -> Self {
        let mut entries: Vec<Entry<'_>> = Vec::new();
        for variant in variants(workspace) {
            let stack = variant.stack;
            for service in stack.services.iter().filter(|one| one.has_networks()) {
                let of = |stack: &Stack, service: &Service, port: &Port| PortClaim {
                    composition: variant.name(),
                    ..claim(stack, service, port, listeners.unwrap_or_default())
                };
                let base = variant.in_base(service);
                let base = base.filter(|(_, service)| service.has_networks());
                let base: Vec<PortClaim> = base.map_or_else(Vec::new, |(stack, service)| {
                    let ports = service.ports.iter();
                    ports.map(|port| of(stack, service, port)).collect()
                });
                let ports = service.ports.iter();
                entries.extend(ports.map(|port| {
                    let claim = of(stack, service, port);
                    Entry {
                        stack,
                        is_repeated: base.contains(&claim),
                        service,
                        port,
                        claim,
                    }
                }));
            }
        }
        entries.sort_by(|one, other| {
            let key = |entry: &Entry<'_>| (entry.port.published.is_none(), entry.port.published);
            (key(one), &one.claim).cmp(&(key(other), &other.claim))
        });
        let mut collisions = collisions(&entries);
        collisions.sort_by_key(|collision| (collision.port, collision.protocol));
        let places = without_repetition(&entries);
        for collision in &mut collisions {
            let claims: BTreeSet<usize> = collision.claims.iter().map(|at| places[*at]).collect();
            collision.claims = claims.into_iter().collect();
        }
        let own = entries.into_iter().filter(|entry| !entry.is_repeated);
        let mut claims: Vec<PortClaim> = own.map(|entry| entry.claim).collect();
        for collision in &collisions {
            for index in &collision.claims {
                claims[*index].rivals = collision.claims.len() - 1;
            }
        }
        let host = listeners.map(|listeners| {
            let taken: BTreeSet<TakenPort> = listeners.iter().map(taken).collect();
            taken.into_iter().collect()
        });
        Self {
            claims,
            collisions,
            host,
        }
    }

    /// Returns one row per publication.
    pub fn table(&self) -> Table {
        let mut table = Table::new([
            "port",
            "address",
            "container",
            "service",
            "profiles",
            "composition",
            "rivals",
            "taken by",
        ]);
        for claim in &self.claims {
            let port = claim
                .port
                .map_or_else(|| "any".to_owned(), |port| shown(port, claim.last_port));
            let profiles = claim.profiles.iter().map(String::as_str);
            table.row([
                format!("{port}/{}", claim.protocol),
                claim.address.clone().unwrap_or_else(|| "*".to_owned()),
                claim.container_port.to_string(),
                claim.service.clone(),
                list(profiles),
                claim.composition.clone(),
                if claim.rivals == 0 {
                    String::new()
                } else {
                    claim.rivals.to_string()
                },
                list(claim.taken_by.iter().map(String::as_str)),
            ]);
        }
        table
    }
}

/// Returns where each claim is once those are left out that variants repeat.
fn without_repetition(entries: &[Entry<'_>]) -> Vec<usize> {
    let mut count = 0;
    let mut own = Vec::with_capacity(entries.len());
    for entry in entries {
        own.push(count);
        count += usize::from(!entry.is_repeated);
    }
    let is_original = |entry: &Entry<'_>, other: &Entry<'_>| {
        let (claim, its) = (&entry.claim, &other.claim);
        !other.is_repeated
            && entry.stack.has_base_of(other.stack)
            && (&claim.service, &claim.path, claim.port) == (&its.service, &its.path, its.port)
    };
    let place = |(index, entry): (usize, &Entry<'_>)| {
        if !entry.is_repeated {
            return own[index];
        }
        let original = entries.iter().position(|other| is_original(entry, other));
        original.map_or(own[index], |original| own[original])
    };
    entries.iter().enumerate().map(place).collect()
}

fn claim(stack: &Stack, service: &Service, port: &Port, listeners: &[Listener]) -> PortClaim {
    let range = port.published;
    let is_blocked = |listener: &&Listener| {
        listener.protocol == port.protocol
            && range.is_some_and(|range| range.contains(listener.port))
            && addresses_overlap(port.address(), listener.address)
    };
    let name = |listener: &Listener| match &listener.process {
        Some(process) => process.clone(),
        None => "something".to_owned(),
    };
    let taken_by: BTreeSet<String> = listeners.iter().filter(is_blocked).map(name).collect();
    PortClaim {
        port: range.map(|range| range.first),
        last_port: range.and_then(last),
        protocol: port.protocol.name(),
        address: port.host_ip.clone(),
        composition: stack.file().to_owned(),
        project: stack.project.name.clone(),
        service: service.name.to_string(),
        container_port: port.target.first,
        profiles: profiles(service),
        path: port.path.clone(),
        rivals: 0,
        taken_by: taken_by.into_iter().collect(),
    }
}

/// Returns the profiles of a service as they are named.
pub(super) fn profiles(service: &Service) -> Vec<String> {
    let profiles = service.profiles.iter();
    profiles.map(|profile| profile.value.to_string()).collect()
}

fn collisions(entries: &[Entry<'_>]) -> Vec<PortCollision> {
    // The engine gives no port twice that it picks itself.
    let fixed: Vec<(usize, PortRange)> = entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| Some((index, entry.port.published?)))
        .collect();
    let ranges: Vec<((Protocol, u16), (Protocol, u16))> = fixed
        .iter()
        .map(|(index, range)| {
            let protocol = entries[*index].port.protocol;
            ((protocol, range.first), (protocol, range.last))
        })
        .collect();
    let collide = |one: usize, other: usize| {
        let (one, other) = (&entries[fixed[one].0], &entries[fixed[other].0]);
        let can_meet = if std::ptr::eq(one.stack, other.stack) {
            !one.service.is_alternative_to(other.service)
        } else {
            one.stack.can_run_beside(other.stack)
        };
        can_meet && one.port.collides_with(other.port)
    };
    let collision = |group: Vec<usize>| {
        let group: Vec<(usize, PortRange)> = group.into_iter().map(|at| fixed[at]).collect();
        let first = group.iter().map(|(_, range)| range.first).min();
        let first = first.unwrap_or_default();
        let last = group.iter().map(|(_, range)| range.last).max();
        let stack = |(index, _): &(usize, PortRange)| entries[*index].stack.file();
        let files: BTreeSet<&str> = group.iter().map(stack).collect();
        let protocol = group
            .first()
            .map_or(Protocol::Tcp, |(index, _)| entries[*index].port.protocol);
        PortCollision {
            port: first,
            last_port: last.filter(|last| *last > first),
            protocol: protocol.name(),
            claims: group.into_iter().map(|(index, _)| index).collect(),
            is_within_one: files.len() == 1,
        }
    };
    chained(&ranges, collide)
        .into_iter()
        .map(collision)
        .collect()
}

fn taken(listener: &Listener) -> TakenPort {
    TakenPort {
        port: listener.port,
        protocol: listener.protocol.name(),
        address: listener.address.as_ref().map(IpAddr::to_string),
        process: listener.process.clone(),
    }
}

fn last(range: PortRange) -> Option<u16> {
    (range.last > range.first).then_some(range.last)
}

fn shown(first: u16, last: Option<u16>) -> String {
    match last {
        Some(last) => format!("{first}-{last}"),
        None => first.to_string(),
    }
}
