//! `PRT-7`: a port is published that the Dockerfile does not expose.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::dockerfile;
use crate::evidence::settings::Settings;
use crate::images::{self, ImageReference, Known};
use crate::model::{PortRange, Protocol, Stack};

pub(super) static RULE: Rule = Rule {
    code: "PRT-7",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "published port is not one that the Dockerfile exposes",
    cause: "`EXPOSE` opens nothing, but it is where a Dockerfile says on which ports its program \
            listens. A published port that is not among them is often the wrong one.",
    example: "services:\n  app:\n    build: ./app\n    ports: [\"127.0.0.1:8080:8000\"]\n\
              # file: app/Dockerfile\nFROM alpine:3.21.0\nUSER 1000\nEXPOSE 8080\n",
    remedy: "Publish the port that the program listens on, or add it to `EXPOSE`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  app:\n    build: ./app\n    ports: [\"127.0.0.1:8080:8080\"]\n\
            # file: app/Dockerfile\nFROM alpine:3.21.0\nUSER 1000\nEXPOSE 8080\n",
    source: "Docker documentation, Dockerfile reference, EXPOSE",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let Some(built) = context.built(service) else {
            continue;
        };
        // A Dockerfile that exposes nothing says nothing.
        let exposed = dockerfile::exposed(&built.lineage()).unwrap_or_default();
        if exposed.is_empty() {
            continue;
        }
        let base = built
            .base()
            .and_then(|base| ImageReference::parse(&base).ok());
        let settings = Settings::of(context, stack, service);
        for port in service.publications() {
            let is_exposed = |number: u16| {
                exposed
                    .iter()
                    .any(|(range, protocol)| range.contains(number) && *protocol == port.protocol)
            };
            let of_base = |number: u16| {
                base.as_ref().is_some_and(|base| {
                    let is_udp = port.protocol == Protocol::Udp;
                    let asked = images::Port { number, is_udp };
                    let image = context.images.image(base);
                    matches!(
                        image.listens(asked, |name| settings.get(name)),
                        Known::Yes(_)
                    )
                })
            };
            if port
                .target
                .ports()
                .all(|number| is_exposed(number) || of_base(number))
            {
                continue;
            }
            let shown: Vec<String> = exposed.iter().copied().map(show).collect();
            let message = format!(
                "`{}` publishes port {} of its container, but its Dockerfile exposes {}",
                service.name,
                show((port.target, port.protocol)),
                shown.join(", ")
            );
            let finding = Finding::new(&RULE, message).at_path(port.place, &port.path);
            findings.push(finding.help("publish the port that the program listens on"));
        }
    }
}

fn show((range, protocol): (PortRange, Protocol)) -> String {
    match protocol {
        Protocol::Tcp => range.to_string(),
        other => format!("{range}/{}", other.name()),
    }
}
