//! `PRT-3`: nothing in the container listens on a port that is published.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::probe_fixes::from;
use crate::evidence::settings::Settings;
use crate::images::{self, Fact, Image, Known, Listening};
use crate::model::{Port, Protocol, Stack};

pub(super) static RULE: Rule = Rule {
    code: "PRT-3",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "nothing listens on a published port",
    cause: "The engine publishes a port whether anything in the container listens there or not, so \
            that whoever connects is turned away by a port that looks open. By what is known of the \
            image and its settings nothing does, or only towards the container itself.",
    example: "services:\n  gateway:\n    image: kong:3.9.0\n    environment:\n      \
              KONG_ADMIN_LISTEN: 0.0.0.0:8001\n    ports: [\"127.0.0.1:8444:8444\"]\n",
    remedy: "Switch the listener on with the variable that the message names, or leave the \
             publication out.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  gateway:\n    image: kong:3.9.0\n    environment:\n      \
            KONG_ADMIN_LISTEN: 0.0.0.0:8001, 0.0.0.0:8444 ssl\n    \
            ports: [\"127.0.0.1:8444:8444\"]\n",
    source: "the catalog of images: on which ports an image listens",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let Some(image) = context.image(service) else {
            continue;
        };
        // Nobody knows what another program does with the settings.
        if service.entrypoint.is_some() || image.facts().is_none() {
            continue;
        }
        let settings = Settings::of(context, stack, service);
        for port in service.publications() {
            let Some(fact) = silent(&image, &settings, port) else {
                continue;
            };
            let message = format!(
                "`{}` publishes port {} of its container, where nothing listens",
                service.name, port.target
            );
            let finding = Finding::new(&RULE, message).at_path(port.place, &port.path);
            let help = match &fact.is {
                Listening::AsSet { variable, .. } => {
                    format!("add the port to `{variable}`, which says where it listens")
                }
                Listening::Always | Listening::Never => "leave the publication out".to_owned(),
            };
            findings.push(finding.help(help).help(from(fact)));
        }
    }
}

/// Returns why nothing listens on any port of a publication, if that is known.
fn silent<'a>(
    image: &Image<'a>,
    settings: &Settings<'_>,
    port: &Port,
) -> Option<&'a Fact<Listening>> {
    let is_udp = match port.protocol {
        Protocol::Tcp => false,
        Protocol::Udp => true,
        Protocol::Sctp => return None,
    };
    let mut last = None;
    for number in port.target.ports() {
        let asked = images::Port { number, is_udp };
        match image.listens(asked, |name| settings.get(name)) {
            Known::No(fact) => last = Some(fact),
            Known::Yes(_) | Known::Unknown(_) => return None,
        }
    }
    last
}
