//! Which limits count: not zero, not `-1`, not empty.

use crate::model::{Service, Text};

/// Limits of memory and processors that a service has.
pub(crate) struct Limited {
    pub(crate) memory: bool,
    pub(crate) cpus: bool,
}

pub(crate) fn limited(service: &Service) -> Limited {
    Limited {
        memory: is_limit(service.limits.memory.as_ref()),
        cpus: is_limit(service.limits.cpus.as_ref()),
    }
}

/// Returns whether a value limits anything. One that is only known when the composition starts does.
pub(crate) fn is_limit(text: Option<&Text>) -> bool {
    text.is_some_and(|text| {
        let value = text.value.trim();
        !text.is_known
            || (!value.starts_with('-') && value.contains(|c: char| ('1'..='9').contains(&c)))
    })
}
