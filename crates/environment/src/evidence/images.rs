//! References to images and where they stand: those that services name, and those that Dockerfiles
//! of the repository begin with.

use std::borrow::Cow;

use strata_diagnostic::{Finding, Place, Rule};

use crate::context::Context;
use crate::images::ImageReference;
use crate::model::{Service, Stack};

/// One reference.
pub(crate) struct Named<'a> {
    /// The image.
    pub(crate) reference: Cow<'a, ImageReference>,
    /// Who names it, for people: `` `web` ``.
    pub(crate) by: String,
    /// Where.
    pub(crate) place: Place,
    /// Path in the composition; empty in a Dockerfile.
    pub(crate) path: &'a str,
}

impl Named<'_> {
    /// Begins a finding about the reference.
    pub(crate) fn finding(&self, rule: &'static Rule, message: String) -> Finding {
        let finding = Finding::new(rule, message).about(self.reference.to_string());
        finding.at_path(self.place, self.path)
    }
}

/// Returns the images that services of a composition may pull.
pub(crate) fn pulled<'a>(
    context: &'a Context<'_>,
    stack: &'a Stack,
) -> impl Iterator<Item = Named<'a>> {
    let is_built = |image: &str| {
        let mut services = stack.services.iter();
        services.any(|other| {
            let named = other.image.as_ref().is_some_and(|own| &*own.value == image);
            named && is_made_here(other)
        })
    };
    stack.services.iter().filter_map(move |service| {
        let image = service.image.as_ref()?;
        let reference = context.reference(service)?;
        let is_pulled = !is_made_here(service) && (may_pull(service) || !is_built(&image.value));
        is_pulled.then(|| Named {
            reference: Cow::Borrowed(reference),
            by: format!("`{}`", service.name),
            place: image.place,
            path: &image.path,
        })
    })
}

/// Returns whether the image of a service is made here: its name is what the result is called, and
/// says nothing about a registry. That `BLD-2` is about.
fn is_made_here(service: &Service) -> bool {
    service.build.is_some() && !may_pull(service)
}

/// Returns whether a service says that its image is pulled.
fn may_pull(service: &Service) -> bool {
    let policy = service.node.get("pull_policy");
    let policy = policy.and_then(|node| node.as_text());
    policy.is_some_and(|policy| !matches!(policy, "build" | "never"))
}

/// Returns the images that a composition names, those that its Dockerfiles pull included.
pub(crate) fn all<'a>(context: &'a Context<'_>, stack: &'a Stack) -> Vec<Named<'a>> {
    let mut all: Vec<Named<'a>> = pulled(context, stack).collect();
    for service in &stack.services {
        let Some(built) = context.built(service) else {
            continue;
        };
        for (name, place) in built.pulled() {
            if let Ok(reference) = ImageReference::parse(&name) {
                all.push(Named {
                    reference: Cow::Owned(reference),
                    by: "a build".to_owned(),
                    place,
                    path: "",
                });
            }
        }
    }
    all
}
