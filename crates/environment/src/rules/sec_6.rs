//! `SEC-6`: a database lets everybody in: Redis, MongoDB, PostgreSQL that trusts.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::probe_fixes::from;
use crate::evidence::probes::runs_mounted;
use crate::evidence::settings::Settings;
use crate::images::{Access, Authentication, Known};
use crate::model::{Service, Stack, Text};
use crate::shell::base_name;

pub(super) static RULE: Rule = Rule {
    code: "SEC-6",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "Redis or another database runs without authentication",
    cause: "The images of Redis and Valkey switch protected mode off, that of MongoDB asks for nothing, \
            and PostgreSQL lets everybody in where it is told to `trust`. Without a password or users \
            every container of the network reads and writes everything, and can make some servers load \
            code. One service that is taken over is then enough.",
    example: "services:\n  cache:\n    image: redis:7.4.1\n    \
              command: redis-server --appendonly yes\n",
    remedy: "Start Redis with `--requirepass` and a password from a variable that must be given, or with \
             a file of users (`--aclfile`), and give the others the variables that the finding names. \
             The probe needs the password as well: `REDISCLI_AUTH`. Where a variable stands for the arguments, or a mounted script starts it, \
             nothing is said.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &["ZON-5"],
    clean: "services:\n  cache:\n    image: redis:7.4.1\n    \
            command: redis-server --requirepass ${REDIS_PASSWORD:?}\n",
    source: "Redis documentation, Security; pages of the official images",
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
        findings.push(finding.help(advice(&fact.is)).help(from(fact)));
    }
}

/// Returns how an image is told to ask for credentials.
fn advice(how: &Authentication) -> String {
    match (how.arguments.first(), how.variables.first()) {
        _ if how.default == Access::Refused => {
            let names: Vec<&str> = how.opens.keys().map(String::as_str).collect();
            format!("leave `{}` away, and state a password", names.join("`, `"))
        }
        (_, Some(variable)) => format!("state `{variable}` and its password"),
        (Some(argument), None) => {
            format!("start it with `{argument}` and a variable that must be given")
        }
        (None, None) => "see how its page says that users are made".to_owned(),
    }
}

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
