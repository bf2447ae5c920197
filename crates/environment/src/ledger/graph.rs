//! Who depends on whom, and who meets whom on which network.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use strata_diagnostic::Secrets;

use super::ports::profiles;
use super::table::{Table, list};
use super::variants::variants;
use crate::model::{Condition, Membership, Service, Stack, Workspace};

/// Services, their dependencies and their networks, in the order of files and services.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Graph {
    /// Every service.
    pub services: Vec<GraphService>,
    /// Every dependency.
    pub dependencies: Vec<DependencyEdge>,
    /// Every network that a service is on.
    pub networks: Vec<GraphNetwork>,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphService {
    /// First file of the composition; of a variant that differs from it all files, joined by ` + `.
    pub composition: String,
    /// Service.
    pub service: String,
    /// Profiles that start it; empty where it is always started.
    pub profiles: Vec<String>,
    /// Whether the composition has it: a service that others only name has nothing else.
    pub is_declared: bool,
    /// Indices of its networks.
    pub networks: Vec<usize>,
}

/// That one service needs another; of several ways to say it the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DependencyEdge {
    /// Index of the service that needs.
    pub from: usize,
    /// Index of the one that it needs.
    pub to: usize,
    /// What it waits for: `started`, `healthy` or `completed`.
    pub condition: &'static str,
    /// Whether it does not start without.
    pub is_required: bool,
    /// The field that says so: `depends_on`, `network_mode`, `links`, …
    pub stated_by: &'static str,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphNetwork {
    /// Name by which the engine knows it.
    pub name: String,
    /// Whether no composition makes it.
    pub is_external: bool,
    /// Whether it is the default network of a project, and nobody mentions it.
    pub is_implicit: bool,
}

impl Graph {
    /// Puts down what all compositions say.
    pub fn new(workspace: &Workspace) -> Self {
        let mut graph = Self::default();
        let mut networks: BTreeMap<String, usize> = BTreeMap::new();
        let mut by_first_file: BTreeMap<&str, BTreeMap<Arc<str>, usize>> = BTreeMap::new();
        for variant in variants(workspace) {
            let stack = variant.stack;
            let its_own: Vec<&Service> = stack
                .services
                .iter()
                .filter(|service| {
                    let base = variant.in_base(service);
                    base.is_none_or(|(base, its)| facts(base, its) != facts(stack, service))
                })
                .collect();
            let first = graph.services.len();
            let known = by_first_file.entry(variant.first_file());
            let mut known = known.or_default().clone();
            for (index, service) in its_own.iter().enumerate() {
                known.insert(Arc::clone(&service.name), first + index);
                let mut joined = Vec::new();
                for member in stack.memberships_of(service) {
                    let name = name(stack, &member);
                    let index = *networks.entry(name.clone()).or_insert(graph.networks.len());
                    if index == graph.networks.len() {
                        graph.networks.push(GraphNetwork {
                            name,
                            is_external: true,
                            is_implicit: true,
                        });
                    }
                    let network = &mut graph.networks[index];
                    network.is_external &= member.network.is_some_and(|one| one.is_external);
                    network.is_implicit &= member.network.is_none() && member.stated.is_none();
                    joined.push(index);
                }
                graph.services.push(GraphService {
                    composition: variant.name(),
                    service: service.name.to_string(),
                    profiles: profiles(service),
                    is_declared: true,
                    networks: joined,
                });
            }
            for (index, service) in its_own.iter().enumerate() {
                let mut seen = BTreeSet::new();
                for need in service.needs(stack) {
                    if !seen.insert(Arc::clone(&need.service)) {
                        continue;
                    }
                    let next = graph.services.len();
                    let to = *known.entry(Arc::clone(&need.service)).or_insert(next);
                    if to == next {
                        graph.services.push(GraphService {
                            composition: variant.name(),
                            service: need.service.to_string(),
                            profiles: Vec::new(),
                            is_declared: false,
                            networks: Vec::new(),
                        });
                    }
                    graph.dependencies.push(DependencyEdge {
                        from: first + index,
                        to,
                        condition: word(need.condition),
                        is_required: need.is_required,
                        stated_by: need.field,
                    });
                }
            }
            let base = by_first_file.entry(variant.first_file());
            base.and_modify(|base| {
                if base.is_empty() {
                    *base = known;
                }
            });
        }
        graph
    }

    /// Takes secrets out of all that is put down.
    pub fn conceal(&mut self, secrets: &Secrets) {
        for service in &mut self.services {
            secrets.conceal_in(&mut service.composition);
            secrets.conceal_in(&mut service.service);
            for profile in &mut service.profiles {
                secrets.conceal_in(profile);
            }
        }
        for network in &mut self.networks {
            secrets.conceal_in(&mut network.name);
        }
    }

    /// Returns one row per service.
    pub fn table(&self) -> Table {
        let mut needs: Vec<Vec<String>> = vec![Vec::new(); self.services.len()];
        for edge in &self.dependencies {
            let to = &self.services[edge.to].service;
            needs[edge.from].push(match edge.condition {
                "started" => to.clone(),
                condition => format!("{to} ({condition})"),
            });
        }
        let mut table = Table::new(["composition", "service", "profiles", "needs", "networks"]);
        for (service, needs) in self.services.iter().zip(needs) {
            let networks = service.networks.iter();
            let networks = networks.map(|index| self.networks[*index].name.as_str());
            let name = if service.is_declared {
                service.service.clone()
            } else {
                format!("{} (not declared)", service.service)
            };
            table.row([
                service.composition.clone(),
                name,
                list(service.profiles.iter().map(String::as_str)),
                list(needs.iter().map(String::as_str)),
                list(networks),
            ]);
        }
        table
    }

    /// Writes the graph for Mermaid. Default networks that nobody mentions are left out.
    pub fn to_mermaid(&self) -> String {
        let mut text = "flowchart LR\n".to_owned();
        let mut current = None;
        let mut count = 0;
        for (index, service) in self.services.iter().enumerate() {
            if current != Some(&service.composition) {
                if current.is_some() {
                    text.push_str("  end\n");
                }
                let label = escaped(&service.composition);
                text.push_str(&format!("  subgraph c{count}[\"{label}\"]\n"));
                current = Some(&service.composition);
                count += 1;
            }
            let mut label = escaped(&service.service);
            if !service.is_declared {
                label.push_str("<br/>not declared");
            }
            if !service.profiles.is_empty() {
                let profiles = list(service.profiles.iter().map(String::as_str));
                label.push_str(&format!("<br/>{}", escaped(&profiles)));
            }
            text.push_str(&format!("    s{index}[\"{label}\"]\n"));
        }
        if current.is_some() {
            text.push_str("  end\n");
        }
        for edge in &self.dependencies {
            let arrow = if edge.is_required { "-->" } else { "-.->" };
            let label = match edge.condition {
                "started" => String::new(),
                condition => format!("|{condition}|"),
            };
            text.push_str(&format!("  s{} {arrow}{label} s{}\n", edge.from, edge.to));
        }
        let mentioned = self.networks.iter().enumerate();
        for (index, network) in mentioned.filter(|(_, network)| !network.is_implicit) {
            text.push_str(&format!("  n{index}([\"{}\"])\n", escaped(&network.name)));
            for (service, its) in self.services.iter().enumerate() {
                if its.networks.contains(&index) {
                    text.push_str(&format!("  s{service} --- n{index}\n"));
                }
            }
        }
        text
    }
}

/// What is put down of a service.
fn facts(stack: &Stack, service: &Service) -> impl PartialEq {
    let networks = stack.memberships_of(service);
    let networks: Vec<String> = networks.map(|member| name(stack, &member)).collect();
    let needs: Vec<_> = (service.needs(stack).into_iter())
        .map(|need| {
            (
                need.service,
                word(need.condition),
                need.is_required,
                need.field,
            )
        })
        .collect();
    (profiles(service), networks, needs)
}

/// Returns the name of a network; its key where the name of the project is not known.
fn name(stack: &Stack, member: &Membership<'_>) -> String {
    let project = &stack.project.name;
    match member.network {
        Some(network) if !project.is_empty() || network.name.is_some() || network.is_external => {
            network.engine_name(project)
        }
        _ if project.is_empty() => member.key.to_owned(),
        _ => format!("{project}_{}", member.key),
    }
}

fn word(condition: Condition) -> &'static str {
    match condition {
        Condition::Started => "started",
        Condition::Healthy => "healthy",
        Condition::Completed => "completed",
    }
}

/// Writes a text so that Mermaid takes none of it for its own inside of quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("#quot;"),
            '#' => escaped.push_str("#35;"),
            '&' => escaped.push_str("#amp;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '`' => escaped.push_str("#96;"),
            '\\' => escaped.push_str("#92;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn labels_stay_labels() {
        assert_eq!(escaped("a\"]\n#b"), "a#quot;] #35;b");
        assert_eq!(escaped("<i>`&"), "#lt;i#gt;#96;#amp;");
    }
}
