//! Whether the engine learns how a service is: from Compose, from a Dockerfile, or not at all.

use crate::context::Built;
use crate::context::Context;
use crate::dockerfile::{self, BuiltProbe};
use crate::images::{Doubt, ImageReference, Known};
use crate::model::{Probe, Service};

/// Who says how the health of a service is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// Compose does.
    Stated,
    /// The Dockerfile that it is built from does.
    Built,
    /// Compose states times only, so that the check is that of the image.
    OfImage,
    /// Nobody here; the image brings a check of its own.
    Shipped,
    /// Compose or the Dockerfile switches the check off.
    SwitchedOff,
    /// Nobody, as far as is known.
    Nobody,
    /// Nobody here; of the image nothing is known, and it may bring one.
    Unknown,
}

impl Health {
    /// Returns whether something is checked.
    pub(crate) fn is_checked(self) -> bool {
        matches!(
            self,
            Self::Stated | Self::Built | Self::OfImage | Self::Shipped
        )
    }
}

/// Returns who says how the health of a service is checked.
pub(crate) fn health(context: &Context<'_>, service: &Service) -> Health {
    let built = context.built(service);
    let built = built.and_then(|built| dockerfile::health(&built.lineage()));
    match (
        service.healthcheck.as_ref().map(|check| &check.probe),
        built,
    ) {
        (Some(Probe::Exec(_) | Probe::Shell(_)), _) => Health::Stated,
        (Some(Probe::Disabled), _) | (_, Some(BuiltProbe::SwitchedOff(_))) => Health::SwitchedOff,
        (_, Some(BuiltProbe::Present(_))) => Health::Built,
        (Some(Probe::Inherited), None) => Health::OfImage,
        (None, None) => of_image(context, service),
    }
}

/// Returns what the image of a service says of its health: the one that it runs, or the one that it
/// is built upon, whose check is inherited.
fn of_image(context: &Context<'_>, service: &Service) -> Health {
    let base;
    let image = if service.build.is_some() {
        let name = context.built(service).and_then(Built::base);
        let Some(reference) = name.and_then(|name| ImageReference::parse(&name).ok()) else {
            return Health::Unknown;
        };
        base = reference;
        context.images.image(&base)
    } else {
        match context.image(service) {
            Some(image) => image,
            None => return Health::Unknown,
        }
    };
    match image.checks_itself() {
        Known::Yes(_) => Health::Shipped,
        Known::No(_) => Health::Nobody,
        // What is known of an image names its check, unless that is about other tags.
        Known::Unknown(Doubt::Nothing) if image.facts().is_some() => Health::Nobody,
        Known::Unknown(_) => Health::Unknown,
    }
}
