//! `OBS-1`: Prometheus is told to scrape what it cannot reach.

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity, nearest};
use strata_document::{Limits, Node, read};

use super::{Check, Scope};
use crate::compose::references;
use crate::context::Context;
use crate::edits;
use crate::evidence::entries::{entries, entry};
use crate::evidence::settings::Settings;
use crate::images;
use crate::model::{Command, Service, Stack};
use crate::prometheus::{Address, addresses};

pub(super) static RULE: Rule = Rule {
    code: "OBS-1",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "Prometheus cannot reach a target of its configuration",
    cause: "Prometheus runs in a container and sees what containers see: services of its networks by \
            their names, and itself as `localhost`. A target that is something else there is down \
            for ever, and so is every alert about it.",
    example: "services:\n  prometheus:\n    image: prom/prometheus:v2.48.0\n    volumes: \
              [\"./prometheus.yml:/etc/prometheus/prometheus.yml:ro\"]\n\
              # file: prometheus.yml\nscrape_configs:\n  - job_name: app\n    static_configs:\n      \
              - targets: [\"host.docker.internal:8080\"]\n",
    remedy: "Name a service that shares a network with Prometheus and a port on which it listens. For \
             `host.docker.internal`, say `extra_hosts: [\"host.docker.internal:host-gateway\"]`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  prometheus:\n    image: prom/prometheus:v2.48.0\n    volumes: \
            [\"./prometheus.yml:/etc/prometheus/prometheus.yml:ro\"]\n    \
            extra_hosts: [\"host.docker.internal:host-gateway\"]\n\
            # file: prometheus.yml\nscrape_configs:\n  - job_name: app\n    static_configs:\n      \
            - targets: [\"host.docker.internal:8080\", \"localhost:9090\"]\n",
    source: "Prometheus documentation, Configuration, static_config; Docker documentation, Networking \
             overview, DNS services; on which ports an image listens: the catalog",
    fix: "Unsafe: a name of the host is put into `extra_hosts`, so that Prometheus may reach everything \
          that listens there.",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

/// Names by which Docker Desktop calls the host, and which other engines must be told.
const HOST_NAMES: [&str; 2] = ["host.docker.internal", "gateway.docker.internal"];

/// Port on which Prometheus listens unless it is told otherwise.
const OWN_PORT: u16 = 9090;

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut readers: BTreeMap<String, Vec<(&Stack, &Service)>> = BTreeMap::new();
    for stack in &context.workspace.stacks {
        for service in &stack.services {
            let config = references::prometheus_config(context.repository, stack, service);
            if let Some(path) = config {
                readers.entry(path).or_default().push((stack, service));
            }
        }
    }
    for (path, readers) in readers {
        let Some(file) = context.repository.files.get(&path) else {
            continue;
        };
        let Some(root) = read(file.bytes, file.source, &Limits::DOCUMENT).value else {
            continue;
        };
        for address in addresses(&root) {
            let mut problems: Vec<(&Service, Problem)> = Vec::new();
            for (stack, service) in &readers {
                let problem = problem(context, stack, service, &address);
                problems.extend(problem.map(|problem| (*service, problem)));
            }
            let Some((_, first)) = problems.first() else {
                continue;
            };
            let message = format!(
                "{} asks `{}`: {}",
                address.by, address.written, first.reason
            );
            let mut finding = Finding::new(&RULE, message)
                .about(address.written.clone())
                .at_path(address.place, &address.path);
            for (service, _) in &problems {
                let (place, path) = (service.place, &service.path);
                finding = finding.labeled_path(place, path, "reads this configuration");
            }
            if HOST_NAMES.contains(&address.host.as_str())
                && let Some(fix) = fix(context, &address.host, problems.iter().map(|one| one.0))
            {
                finding = finding.fix(fix);
            }
            findings.push(finding.help(first.advice.clone()));
        }
    }
}

/// Why an address is never reached.
struct Problem {
    reason: String,
    advice: String,
}

impl Problem {
    fn new(reason: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            advice: advice.into(),
        }
    }
}

fn problem(
    context: &Context<'_>,
    stack: &Stack,
    prometheus: &Service,
    address: &Address,
) -> Option<Problem> {
    let host = address.host.as_str();
    let is_number = host.parse::<std::net::IpAddr>();
    if host == "localhost" || is_number.as_ref().is_ok_and(std::net::IpAddr::is_loopback) {
        return itself(stack, prometheus, address.port);
    }
    let is_mapped = mapped_hosts(stack, prometheus).contains(host);
    if is_number.is_ok() || is_mapped {
        return None;
    }
    if HOST_NAMES.contains(&host) {
        let reason = "only Docker Desktop knows that name without `extra_hosts`";
        let advice = format!("say `extra_hosts: [\"{host}:host-gateway\"]`");
        return Some(Problem::new(reason, advice));
    }
    // Anything else with a dot is a name of some network outside.
    let is_plain = !host.is_empty() && !host.contains(['.', '$', '{']);
    if !is_plain || stack.notes.is_incomplete {
        return None;
    }
    if entry(stack, prometheus, "network_mode").is_some_and(|mode| &*mode.value == "host") {
        let reason = "on the network of the host no service is known by its name";
        return Some(Problem::new(
            reason,
            "name `localhost` and the port that is published",
        ));
    }
    if !prometheus.has_networks() {
        return None;
    }
    let named = answering(context, host);
    let mut reachable = named
        .iter()
        .filter(|(other, service)| share_network(stack, prometheus, other, service))
        .peekable();
    if reachable.peek().is_some() {
        let listens = |(other, service): &(&Stack, &Service)| {
            !is_closed(context, other, service, address.port)
        };
        if reachable.any(listens) {
            return None;
        }
        let reason = format!("nothing in `{host}` listens on port {}", address.port);
        return Some(Problem::new(
            reason,
            "name a port on which the service listens",
        ));
    }
    if let Some((other, service)) = named.first() {
        let (service, file) = (&service.name, other.file());
        let reason = format!("`{service}` in `{file}` shares no network with Prometheus");
        return Some(Problem::new(reason, "put both on one network"));
    }
    let names = stack.services.iter().map(|service| &*service.name);
    let advice = match nearest(host, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a service that shares a network with Prometheus".to_owned(),
    };
    let reason = "no service of the repository answers to that name";
    Some(Problem::new(reason, advice))
}

fn fix<'a>(
    context: &Context<'_>,
    host: &str,
    readers: impl Iterator<Item = &'a Service>,
) -> Option<Fix> {
    let item = format!("\"{host}:host-gateway\"");
    let mut fix = Fix::needs_consent(format!("map {host} to the host"));
    for service in readers {
        let edit = if service.node.get("extra_hosts").is_some() {
            let own = edits::own_field(context, service.place, &service.node, "extra_hosts")?;
            edits::append_item(context, &own.value, &item)?
        } else {
            let list = format!("[{item}]");
            edits::insert_field(context, service.place, &service.node, "extra_hosts", &list)?
        };
        fix.edits.push(edit);
    }
    Some(fix)
}

/// Judges an address that is the container of Prometheus itself.
fn itself(stack: &Stack, prometheus: &Service, port: u16) -> Option<Problem> {
    let is_joined = |other: &Service| {
        let mode = entry(stack, other, "network_mode");
        mode.is_some_and(|mode| mode.value.strip_prefix("service:") == Some(&*prometheus.name))
    };
    if !prometheus.has_networks() || stack.services.iter().any(is_joined) {
        return None;
    }
    let words = prometheus
        .command
        .as_ref()
        .map(Command::split)
        .unwrap_or_default();
    let listen = words
        .iter()
        .find_map(|word| word.strip_prefix("--web.listen-address="));
    let own = match listen {
        Some(address) => address.rsplit_once(':')?.1.parse().ok()?,
        None => OWN_PORT,
    };
    if port == own {
        return None;
    }
    let reason = format!("that is the container of Prometheus itself, which listens on {own} only");
    Some(Problem::new(reason, "name the service that is meant"))
}

/// Returns the names that `extra_hosts` of a service maps.
fn mapped_hosts(stack: &Stack, service: &Service) -> BTreeSet<String> {
    let mapping = service.node.get("extra_hosts").and_then(Node::as_mapping);
    let keys = mapping.into_iter().flat_map(|mapping| mapping.iter());
    let keys = keys.map(|entry| entry.key.text.to_string());
    let listed = entries(stack, service, "extra_hosts");
    let listed = listed.iter().filter_map(|text| {
        let end = text.value.find([':', '='])?;
        Some(text.value[..end].to_owned())
    });
    let links = entries(stack, service, "links");
    let links = links.iter().filter_map(|text| {
        let (_, alias) = text.value.split_once(':')?;
        Some(alias.to_owned())
    });
    keys.chain(listed).chain(links).collect()
}

/// Returns the services that answer to a name on some network.
fn answering<'a>(context: &Context<'a>, name: &str) -> Vec<(&'a Stack, &'a Service)> {
    let mut found = Vec::new();
    for stack in &context.workspace.stacks {
        for service in &stack.services {
            let aliases = service.networks.iter().flat_map(|network| &network.aliases);
            let mut texts = service.container_name.iter().chain(aliases);
            let hostname = entry(stack, service, "hostname");
            if &*service.name == name
                || texts.any(|text| &*text.value == name)
                || hostname.is_some_and(|text| &*text.value == name)
            {
                found.push((stack, service));
            }
        }
    }
    found
}

fn share_network(stack: &Stack, one: &Service, other_stack: &Stack, other: &Service) -> bool {
    let names = |stack: &Stack, service: &Service| -> BTreeSet<String> {
        let members = stack.memberships_of(service);
        members
            .map(|member| match member.network {
                Some(network) => network.engine_name(&stack.project.name),
                None => format!("{}_{}", stack.project.name, member.key),
            })
            .collect()
    };
    !names(stack, one).is_disjoint(&names(other_stack, other))
}

/// Returns whether the image of a service is known not to listen on a port.
fn is_closed(context: &Context<'_>, stack: &Stack, service: &Service, number: u16) -> bool {
    let Some(image) = context.image(service) else {
        return false;
    };
    let settings = Settings::of(context, stack, service);
    let port = images::Port {
        number,
        is_udp: false,
    };
    image.listens(port, |name| settings.get(name)).is_no()
}
