//! What a service is for: whether it runs until it is stopped, does something once, or waits for
//! people who run commands in it.
//!
//! Compose has no word for it. What others wait for, what the service says about restarting, and
//! what is known of its image and command do.

use std::collections::BTreeSet;

use strata_document::Node;

use super::jobs;
use crate::context::Context;
use crate::images::Role;
use crate::model::{Command, Condition, Service, Stack};

/// What a service is for, and how that is known.
#[derive(Clone, Debug)]
pub(crate) struct Purpose {
    pub(crate) role: Role,
    /// Half a sentence: `others wait for it to end`. Empty for what runs until it is stopped.
    pub(crate) because: String,
}

impl Purpose {
    fn new(role: Role, because: impl Into<String>) -> Self {
        Self {
            role,
            because: because.into(),
        }
    }
}

/// Services of one composition for whose end others wait.
pub(crate) struct Awaited<'a>(BTreeSet<&'a str>);

impl<'a> Awaited<'a> {
    pub(crate) fn of(stack: &'a Stack) -> Self {
        let dependencies = stack
            .services
            .iter()
            .flat_map(|service| &service.depends_on);
        let awaited = dependencies.filter(|one| one.condition == Condition::Completed);
        Self(awaited.map(|one| &*one.service).collect())
    }
}

const ONCE: &str = "its command does something once and ends";

/// Returns what a service is for.
pub(crate) fn purpose(context: &Context<'_>, awaited: &Awaited<'_>, service: &Service) -> Purpose {
    if awaited.0.contains(&*service.name) {
        return Purpose::new(Role::Init, "others wait for it to end");
    }
    let mode = service.node.at(&["deploy", "mode"]);
    if let Some(mode) = mode.and_then(Node::as_text)
        && mode.ends_with("-job")
    {
        return Purpose::new(Role::Init, "it is deployed as a job");
    }
    let image = context.image(service);
    let words = words(service);
    let command = words.join(" ");
    if let Some(image) = &image
        && !command.is_empty()
        && image.job(&command).is_some()
    {
        return Purpose::new(Role::Init, ONCE);
    }
    let publishes = service.publications().next().is_some();
    let restart = service.restart.as_ref().map(|restart| &*restart.value);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Whoever starts it again each time does not expect it to end.
    let is_kept = matches!(restart, Some("always" | "unless-stopped"));
    if !publishes && !is_kept && jobs::ends(&words) {
        return Purpose::new(Role::Init, ONCE);
    }
    let has_terminal = service.flag("tty") || service.flag("stdin_open");
    if !publishes && jobs::waits(&words, has_terminal) {
        return Purpose::new(Role::Toolbox, "it waits for people to run commands in it");
    }
    let known = image.and_then(|image| image.role().fact());
    let role = known.map(|fact| fact.is);
    match role {
        Some(Role::Toolbox) if !publishes => {
            return Purpose::new(Role::Toolbox, "its image holds tools to run by hand");
        }
        Some(Role::Init) if !publishes => {
            return Purpose::new(Role::Init, "its image does something once and ends");
        }
        _ => {}
    }
    let states_command = service.command.is_some() || service.entrypoint.is_some();
    let is_server = role == Some(Role::LongRunning) && !states_command;
    let ends = match restart {
        Some("no") => !is_server,
        Some(policy) if policy.starts_with("on-failure") => {
            states_command && role != Some(Role::LongRunning)
        }
        _ => false,
    };
    if ends && !publishes {
        let policy = restart.unwrap_or_default();
        let because = format!("it publishes nothing and says `restart: {policy}`");
        return Purpose::new(Role::Init, because);
    }
    Purpose::new(Role::LongRunning, "")
}

/// Returns the words of what a service runs. None where that of the image is run.
fn words(service: &Service) -> Vec<String> {
    let stated = [&service.entrypoint, &service.command];
    stated
        .into_iter()
        .flatten()
        .flat_map(Command::split)
        .collect()
}
