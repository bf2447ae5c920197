//! Which service is on which network, whether that is stated or not.

use strata_diagnostic::Place;

use super::{Attachment, Resource, Service, Stack};

/// The network that a service is on when it states none.
pub const DEFAULT_NETWORK: &str = "default";

/// A service on a network.
#[derive(Clone, Copy, Debug)]
pub struct Membership<'a> {
    /// The service.
    pub service: &'a Service,
    /// Key of the network.
    pub key: &'a str,
    /// Its declaration; absent for the default network that nobody declared, and where it is missing.
    pub network: Option<&'a Resource>,
    /// As stated; absent where the service states no network.
    pub stated: Option<&'a Attachment>,
}

impl Membership<'_> {
    /// Returns where the service joins the network: its own name where it does so unasked.
    pub fn place(&self) -> Place {
        self.stated.map_or(self.service.place, |one| one.place)
    }

    /// Returns the path of that place.
    pub fn path(&self) -> &str {
        self.stated
            .map_or(&self.service.path, |one| one.path.as_str())
    }
}

impl Resource {
    /// Returns whether the name that the engine knows it by can be told before the composition is
    /// started.
    pub fn is_name_known(&self) -> bool {
        let is_known = |name: &super::Text| name.is_known && !name.value.is_empty();
        self.name.as_ref().is_none_or(is_known)
    }
}

impl Service {
    /// Returns whether the service has networks of its own: not where it shares those of the host,
    /// of another container, or has none.
    pub fn has_networks(&self) -> bool {
        self.network_mode.is_none()
    }

    /// Returns whether the service and another are alternatives: both are in profiles, and no
    /// profile has both.
    pub fn is_alternative_to(&self, other: &Self) -> bool {
        let shares = |profile: &super::Text| {
            let mut others = other.profiles.iter();
            others.any(|its| its.value == profile.value)
        };
        !self.profiles.is_empty() && !other.profiles.is_empty() && !self.profiles.iter().any(shares)
    }
}

impl Stack {
    /// Returns every service with each network that it is on, in the order of the file.
    pub fn memberships(&self) -> impl Iterator<Item = Membership<'_>> {
        let of = |service| self.memberships_of(service);
        self.services.iter().flat_map(of)
    }

    /// Returns the networks that a service is on.
    pub fn memberships_of<'a>(
        &'a self,
        service: &'a Service,
    ) -> impl Iterator<Item = Membership<'a>> {
        let member = |key: &'a str, stated| Membership {
            service,
            key,
            network: self.network(key),
            stated,
        };
        let is_on_default = service.has_networks() && service.networks.is_empty();
        let default = is_on_default.then(|| member(DEFAULT_NETWORK, None));
        let stated = service.networks.iter();
        let stated = stated.filter(|_| service.has_networks());
        default
            .into_iter()
            .chain(stated.map(move |one| member(&one.network, Some(one))))
    }

    /// Returns a network that is declared.
    pub fn network(&self, key: &str) -> Option<&Resource> {
        self.networks.iter().find(|network| &*network.key == key)
    }
}
