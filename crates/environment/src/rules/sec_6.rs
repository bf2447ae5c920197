//! `SEC-6`: Redis lets everybody in.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::probe_fixes::from;
use crate::evidence::probes::runs_mounted;
use crate::evidence::settings::Settings;
use crate::images::Known;
use crate::model::{Service, Stack, Text};
use crate::shell::base_name;

pub(super) static RULE: Rule = Rule {
    code: "SEC-6",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "Redis runs without authentication",
    cause: "The image switches protected mode off, so without a password or users every container of \
            the network reads and writes everything, and can make the server load code. One service \
            that is taken over is then enough.",
    example: "services:\n  cache:\n    image: redis:7.4.1\n    \
              command: redis-server --appendonly yes\n",
    remedy: "Start it with `--requirepass` and a password from a variable that must be given, or with \
             a file of users (`--aclfile`). The probe needs the password as well: \
             `REDISCLI_AUTH`. Where a variable stands for the arguments, or a mounted script starts it, \
             nothing is said.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &["ZON-5"],
    clean: "services:\n  cache:\n    image: redis:7.4.1\n    \
            command: redis-server --requirepass ${REDIS_PASSWORD:?}\n",
    source: "Redis documentation, Security; page of the official image, Security",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let name = context
            .reference(service)
            .map_or("", |one| one.repository());
        let is_redis = SERVERS.contains(&name.rsplit('/').next().unwrap_or(name));
        let Some(image) = context.image(service).filter(|_| is_redis) else {
            continue;
        };
        let settings = Settings::of(context, stack, service);
        let words = words(stack, service);
        let answer = image.asks_for_credentials(&words, |name| settings.get(name));
        let Known::No(fact) = answer else {
            continue;
        };
        if is_hidden(stack, service) {
            continue;
        }
        let message = format!("`{}` runs without a password or users", service.name);
        let finding = Finding::new(&RULE, message).about(&*service.name);
        let finding = match &service.command {
            Some(command) => finding.at_path(command.place, &command.path),
            None => finding.at_path(service.place, &service.path),
        };
        let help = "start it with `--requirepass` and a variable that must be given";
        findings.push(finding.help(help).help(from(fact)));
    }
}

/// Names of servers that speak its protocol.
const SERVERS: &[&str] = &["redis", "redis-stack-server", "valkey"];

/// Returns the words of the commands as they are written, so that a variable without a value is
/// still a word; those of scripts in them as well. What a variable surely stands for is taken in.
fn words<'a>(stack: &Stack, service: &'a Service) -> Vec<&'a str> {
    let mut words = Vec::new();
    for text in texts(service) {
        words.extend(text.written().split_whitespace());
        if text.template.is_some() && stack.is_settled(text) {
            words.extend(text.value.split_whitespace());
        }
    }
    words
}

fn texts(service: &Service) -> impl Iterator<Item = &Text> {
    let commands = [&service.entrypoint, &service.command];
    commands.into_iter().flatten().flat_map(|one| &one.words)
}

/// Returns whether nobody can tell here how the server is started: a variable stands for arguments,
/// or a script that is mounted starts it.
fn is_hidden(stack: &Stack, service: &Service) -> bool {
    let mut before = "";
    for text in texts(service) {
        let is_settled = stack.is_settled(text);
        let shown = if is_settled {
            &*text.value
        } else {
            text.written()
        };
        for word in shown.split_whitespace() {
            // The value of an argument is no other argument.
            if word.starts_with('$') && !before.starts_with("--") {
                return true;
            }
            before = word;
        }
    }
    [&service.entrypoint, &service.command]
        .into_iter()
        .flatten()
        .any(|command| {
            let words = command.split();
            let mut words = words.iter().map(String::as_str);
            let mut program = words.next();
            if program.is_some_and(|program| matches!(base_name(program), "sh" | "bash" | "ash")) {
                program = words.next();
            }
            program.is_some_and(|program| {
                let is_mounted = service.mounts.iter().any(|one| one.target == program);
                is_mounted || runs_mounted(service, program)
            })
        })
}
