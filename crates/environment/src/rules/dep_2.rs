//! `DEP-2`: services need one another in a circle.

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::model::{Need, Stack};

pub(super) static RULE: Rule = Rule {
    code: "DEP-2",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "services need one another in a circle",
    cause: "No order of starting them exists, so Compose refuses the whole project.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [app]\n  \
              app:\n    image: httpd:2.4.62\n    depends_on: [web]\n",
    remedy: "Take one of the dependencies out: the one that the service can do without at its start.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [app]\n  \
            app:\n    image: httpd:2.4.62\n",
    source: "Compose Specification, services, depends_on; compose-go, graph/cycle.go",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let mut graph = Graph::of(stack);
    while let Some(cycle) = graph.cycle() {
        let names: Vec<&str> = cycle
            .iter()
            .map(|step| &*stack.services[step.0].name)
            .collect();
        let first = names.first().copied().unwrap_or_default();
        let message = match names.as_slice() {
            [only] => format!("`{only}` needs itself"),
            _ => format!(
                "services need one another in a circle: {} → {first}",
                names.join(" → ")
            ),
        };
        let mut finding = Finding::new(&RULE, message);
        for (from, need) in &cycle {
            let text = format!("`{}` needs `{}`", stack.services[*from].name, need.service);
            finding = finding.labeled_path(need.place, &need.path, text);
        }
        findings.push(finding.help("take one of them out"));
        for (from, _) in cycle {
            graph.remove(from);
        }
    }
}

/// Services by their index, and what they need.
struct Graph {
    needs: BTreeMap<usize, BTreeMap<usize, Need>>,
    needed_by: BTreeMap<usize, BTreeSet<usize>>,
}

impl Graph {
    fn of(stack: &Stack) -> Self {
        let names = stack.services.iter().enumerate();
        let index: BTreeMap<&str, usize> = names.map(|(at, one)| (&*one.name, at)).collect();
        let mut graph = Self {
            needs: BTreeMap::new(),
            needed_by: BTreeMap::new(),
        };
        for (from, service) in stack.services.iter().enumerate() {
            for need in service.needs(stack) {
                let Some(to) = index.get(&*need.service) else {
                    continue;
                };
                graph.needed_by.entry(*to).or_default().insert(from);
                graph
                    .needs
                    .entry(from)
                    .or_default()
                    .entry(*to)
                    .or_insert(need);
            }
        }
        graph
    }

    /// Returns the services of a circle, each with its need of the next.
    fn cycle(&mut self) -> Option<Vec<(usize, Need)>> {
        // Who needs nothing is in no circle, and neither is who needs only those.
        let mut free: Vec<usize> = self.needed_by.keys().copied().collect();
        free.retain(|one| !self.needs.contains_key(one));
        while let Some(one) = free.pop() {
            for from in self.remove(one) {
                if !self.needs.contains_key(&from) {
                    free.push(from);
                }
            }
        }
        // Everybody who is left needs another who is left, so any way leads into a circle.
        let mut trail: Vec<(usize, Need)> = Vec::new();
        let mut at: BTreeMap<usize, usize> = BTreeMap::new();
        let mut here = *self.needs.keys().next()?;
        while !at.contains_key(&here) {
            let (next, need) = self.needs.get(&here)?.first_key_value()?;
            at.insert(here, trail.len());
            trail.push((here, need.clone()));
            here = *next;
        }
        let mut cycle = trail.split_off(at[&here]);
        // It is shown from the service that stands first in the file.
        let first = cycle.iter().enumerate().min_by_key(|(_, step)| step.0);
        let first = first.map_or(0, |(position, _)| position);
        cycle.rotate_left(first);
        Some(cycle)
    }

    /// Takes a service out, and returns those that needed it.
    fn remove(&mut self, one: usize) -> BTreeSet<usize> {
        for to in self.needs.remove(&one).unwrap_or_default().into_keys() {
            if let Some(by) = self.needed_by.get_mut(&to) {
                by.remove(&one);
            }
        }
        let by = self.needed_by.remove(&one).unwrap_or_default();
        for from in &by {
            if let Some(needs) = self.needs.get_mut(from) {
                needs.remove(&one);
                if needs.is_empty() {
                    self.needs.remove(from);
                }
            }
        }
        by
    }
}
