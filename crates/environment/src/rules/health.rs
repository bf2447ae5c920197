//! Whether the engine learns how a service is: from Compose, from a Dockerfile, or not at all.

use super::Context;
use crate::dockerfile::{self, BuiltProbe};
use crate::model::{Probe, Service};

/// Who says how the health of a service is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// Compose does.
    Stated,
    /// The Dockerfile that it is built from does.
    Built,
    /// Compose states times only, so that the check is that of the image.
    OfImage,
    /// Compose or the Dockerfile switches the check off.
    SwitchedOff,
    /// Nobody, as far as is known.
    Nobody,
}

impl Health {
    /// Returns whether something is checked.
    pub(super) fn is_checked(self) -> bool {
        matches!(self, Self::Stated | Self::Built | Self::OfImage)
    }
}

/// Returns who says how the health of a service is checked.
pub(super) fn health(context: &Context<'_>, service: &Service) -> Health {
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
        (None, None) => Health::Nobody,
    }
}
