//! `SEC-6`: Redis lets everybody in.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::sec_5::repository_name;
use super::{Check, Context, Scope};
use crate::model::{Service, Stack, Text};

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
             `REDISCLI_AUTH`.",
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

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let image = service.image.as_ref();
        let is_redis = image.is_some_and(|image| SERVERS.contains(&repository_name(&image.value)));
        if !is_redis || asks_for_credentials(service) {
            continue;
        }
        let message = format!("`{}` runs without a password or users", service.name);
        let path = format!("{}.command", service.path);
        let finding = Finding::new(&RULE, message).about(&*service.name);
        let finding = match &service.command {
            Some(command) => finding.at_path(command.place, path),
            None => finding.at_path(service.place, &service.path),
        };
        findings
            .push(finding.help("start it with `--requirepass` and a variable that must be given"));
    }
}

/// Names of images that are such a server.
const SERVERS: &[&str] = &["redis", "valkey"];

/// Returns whether clients need credentials, or may: a file of settings is not looked into.
fn asks_for_credentials(service: &Service) -> bool {
    let commands = [&service.entrypoint, &service.command];
    let words = commands.into_iter().flatten().flat_map(|command| {
        let texts = command.words.iter().map(Text::written);
        texts.flat_map(str::split_whitespace)
    });
    let mut words = words.peekable();
    while let Some(word) = words.next() {
        let word = word.trim_matches(['"', '\'']);
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let next = if value.is_empty() {
            words.peek().copied().unwrap_or_default()
        } else {
            value
        };
        let is_given = !next.trim_matches(['"', '\'']).is_empty();
        let is_option = matches!(name, "--requirepass" | "--aclfile" | "--user");
        if (is_option && is_given) || word.ends_with(".conf") {
            return true;
        }
    }
    // The official images know no such variable.
    let image = service.image.as_ref().map_or("", |image| &*image.value);
    let variables = ["REDIS_PASSWORD", "VALKEY_PASSWORD"];
    image.contains("bitnami") && variables.iter().any(|name| service.setting(name).is_some())
}
