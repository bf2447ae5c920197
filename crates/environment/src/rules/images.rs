//! References to images and where they stand: those that services name, and those that Dockerfiles
//! of the repository begin with.

use std::borrow::Cow;

use strata_diagnostic::{Finding, Place, Rule};

use super::Context;
use crate::images::ImageReference;
use crate::model::{Service, Stack};

/// One reference.
pub(super) struct Named<'a> {
    /// The image.
    pub(super) reference: Cow<'a, ImageReference>,
    /// Who names it, for people: `` `web` ``.
    pub(super) by: String,
    /// Where.
    pub(super) place: Place,
    /// Path in the composition; empty in a Dockerfile.
    pub(super) path: &'a str,
}

impl Named<'_> {
    /// Begins a finding about the reference.
    pub(super) fn finding(&self, rule: &'static Rule, message: String) -> Finding {
        let finding = Finding::new(rule, message).about(self.reference.to_string());
        finding.at_path(self.place, self.path)
    }
}

/// Returns the images that services of a composition may pull.
pub(super) fn pulled<'a>(
    context: &'a Context<'_>,
    stack: &'a Stack,
) -> impl Iterator<Item = Named<'a>> {
    stack.services.iter().filter_map(|service| {
        let image = service.image.as_ref()?;
        let reference = context.reference(service)?;
        (!is_only_built(service)).then(|| Named {
            reference: Cow::Borrowed(reference),
            by: format!("`{}`", service.name),
            place: image.place,
            path: &image.path,
        })
    })
}

/// Returns whether the image of a service is made here and never pulled. With `build` alone it is
/// pulled where a registry has it.
fn is_only_built(service: &Service) -> bool {
    let policy = service
        .node
        .get("pull_policy")
        .and_then(|node| node.as_text());
    service.build.is_some() && matches!(policy, Some("build" | "never"))
}

/// Returns the images that a composition names, those that its Dockerfiles pull included.
pub(super) fn all<'a>(context: &'a Context<'_>, stack: &'a Stack) -> Vec<Named<'a>> {
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
