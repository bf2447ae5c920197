//! Ports: which number of the host leads to which number of a container.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use strata_diagnostic::Place;

/// One publication of a port or of a range of ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Address of the host; absent for all of them.
    pub host_ip: Option<String>,
    /// Ports of the host; absent where the engine picks one.
    pub published: Option<PortRange>,
    /// Ports of the container.
    pub target: PortRange,
    /// Protocol.
    pub protocol: Protocol,
    /// Whether the port is published on the host itself and not by a routing mesh.
    pub is_host_mode: bool,
    /// As written, variables and all.
    pub written: String,
    /// Where.
    pub place: Place,
    /// Path: `services.web.ports[0]`.
    pub path: String,
}

/// Ports from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRange {
    /// First port.
    pub first: u16,
    /// Last port.
    pub last: u16,
}

/// What runs over a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// `tcp`, the default.
    Tcp,
    /// `udp`.
    Udp,
    /// `sctp`.
    Sctp,
}

impl Port {
    /// Parses the short form: `8080:80`, `127.0.0.1:8080:80/udp`, `[::1]:80:80`, `3000-3005`.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub(crate) fn parse(text: &str, place: Place, path: String) -> Result<Self, &'static str> {
        let (ports, protocol) = match text.rsplit_once('/') {
            Some((ports, protocol)) => (ports, Protocol::parse(protocol)?),
            None => (text, Protocol::Tcp),
        };
        let (before, target) = match ports.rsplit_once(':') {
            Some((before, target)) => (Some(before), target),
            None => (None, ports),
        };
        let (host_ip, published) = match before {
            None => (None, None),
            Some(before) => match before.rsplit_once(':') {
                Some((address, published)) => (Some(address), Some(published)),
                None => (None, Some(before)),
            },
        };
        let host_ip = host_ip.map(address).transpose()?.flatten();
        let target = PortRange::parse(target)?;
        let published = match published {
            None | Some("") => None,
            Some(text) => Some(PortRange::parse(text)?),
        };
        if let Some(range) = published
            && range.count() != target.count()
            && target.count() != 1
        {
            return Err("both ranges must have the same length");
        }
        Ok(Self {
            host_ip,
            published: published.filter(|range| range.first != 0),
            target,
            protocol,
            is_host_mode: false,
            written: text.to_owned(),
            place,
            path,
        })
    }

    /// Returns whether every interface of the host listens.
    pub fn is_on_all_interfaces(&self) -> bool {
        self.host_ip
            .as_deref()
            .is_none_or(|address| matches!(address, "0.0.0.0" | "::" | "*"))
    }

    /// Returns whether only programs on the host itself can connect.
    pub fn is_on_loopback(&self) -> bool {
        self.host_ip.as_deref().is_some_and(|address| {
            address.starts_with("127.") || address == "::1" || address == "localhost"
        })
    }

    /// Returns whether both cannot be published on one host.
    pub fn collides_with(&self, other: &Self) -> bool {
        let (Some(own), Some(its)) = (self.published, other.published) else {
            return false;
        };
        self.protocol == other.protocol
            && own.overlaps(its)
            && addresses_overlap(self.address(), other.address())
    }

    /// Returns the address of the host; none for all of them, of IPv4 and of IPv6.
    pub fn address(&self) -> Option<IpAddr> {
        match self.host_ip.as_deref()? {
            "localhost" => Some(Ipv4Addr::LOCALHOST.into()),
            text => text.parse().ok(),
        }
    }

    /// Returns the port of the host that leads to a port of the container, where it is one.
    pub fn host_port_of(&self, target: u16) -> Option<u16> {
        let published = self.published?;
        let offset = target.checked_sub(self.target.first)?;
        let port = published.first.checked_add(offset)?;
        (target <= self.target.last && port <= published.last).then_some(port)
    }
}

impl PortRange {
    /// Parses `80` or `80-90`.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|_| is_number);
            number.ok_or("a port is a number from 0 to 65535")
        };
        let (first, last) = match text.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(text)?, number(text)?),
        };
        if first > last {
            return Err("a range goes from the lower to the higher port");
        }
        Ok(Self { first, last })
    }

    /// Returns how many ports there are.
    pub fn count(self) -> u32 {
        u32::from(self.last) - u32::from(self.first) + 1
    }

    /// Returns whether a port is in the range.
    pub fn contains(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }

    /// Returns whether the ranges have a port in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Returns every port.
    pub fn ports(self) -> impl Iterator<Item = u16> {
        self.first..=self.last
    }
}

impl Protocol {
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        match text.to_ascii_lowercase().as_str() {
            "tcp" => Ok(Self::Tcp),
            "udp" => Ok(Self::Udp),
            "sctp" => Ok(Self::Sctp),
            _ => Err("the protocol is tcp, udp or sctp"),
        }
    }

    /// Returns the word used in Compose files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

/// Returns whether two sockets, each bound to an address or to all, stand in each other's way.
/// `0.0.0.0` is every address of IPv4 and `::` every one of IPv6.
pub(crate) fn addresses_overlap(one: Option<IpAddr>, other: Option<IpAddr>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return true;
    };
    let is_one_family = one.is_ipv4() == other.is_ipv4();
    is_one_family && (one == other || one.is_unspecified() || other.is_unspecified())
}

/// Returns an address without the brackets of IPv6; none for empty text.
fn address(text: &str) -> Result<Option<String>, &'static str> {
    let inside = match text.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').ok_or("`[` is never closed")?,
        None => text,
    };
    if inside.is_empty() {
        return Ok(None);
    }
    let is_address = inside.parse::<IpAddr>().is_ok() || inside == "localhost";
    is_address
        .then(|| Some(inside.to_owned()))
        .ok_or("the address of the host is no IP address")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = match Port::parse(text, Place::NOWHERE, String::new()) {
            Ok(port) => {
                let published = port.published.map_or("-".to_owned(), |p| p.to_string());
                let address = port.host_ip.unwrap_or_default();
                let protocol = port.protocol.name();
                format!("{address} {published} {} {protocol}", port.target)
            }
            Err(reason) => reason.to_owned(),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn every_short_form_is_read() {
        check("80", " - 80 tcp");
        check("8080:80", " 8080 80 tcp");
        check("127.0.0.1:8080:80/UDP", "127.0.0.1 8080 80 udp");
        check("[::1]:80:80", "::1 80 80 tcp");
        check("::1:80:80", "::1 80 80 tcp");
        check("3000-3002:4000-4002", " 3000-3002 4000-4002 tcp");
        check("3000-3002:80", " 3000-3002 80 tcp");
        check("127.0.0.1::80", "127.0.0.1 - 80 tcp");
        check("0:80", " - 80 tcp");
    }

    #[test]
    fn what_is_no_port_is_said() {
        check("80:web", "a port is a number from 0 to 65535");
        check("80:+80", "a port is a number from 0 to 65535");
        check("70000", "a port is a number from 0 to 65535");
        check("90-80", "a range goes from the lower to the higher port");
        check("1-3:1-2", "both ranges must have the same length");
        check("host:80:80", "the address of the host is no IP address");
        check("80/icmp", "the protocol is tcp, udp or sctp");
        check("", "a port is a number from 0 to 65535");
    }

    #[test]
    fn collisions_need_one_address_one_protocol_and_one_number() {
        let port = |text| Port::parse(text, Place::NOWHERE, String::new()).expect("a port");
        let collide = |a, b| port(a).collides_with(&port(b));
        assert!(collide("80:80", "80:8080"));
        assert!(collide("80:80", "127.0.0.1:80:80"));
        assert!(collide("80-90:80-90", "85:1"));
        assert!(!collide("127.0.0.1:80:80", "127.0.0.2:80:80"));
        assert!(!collide("80:80", "80:80/udp"));
        assert!(collide("[::1]:80:80", "[0:0::1]:80:80"));
        assert!(collide("0.0.0.0:80:80", "127.0.0.1:80:80"));
        assert!(collide("0.0.0.0:80:80", "80:80"));
        // Both families, each by its own publication.
        assert!(!collide("0.0.0.0:80:80", "[::]:80:80"));
        assert!(!collide("127.0.0.1:80:80", "[::]:80:80"));
        assert!(!collide("80", "80"));
        assert_eq!(port("8000-8002:80-82").host_port_of(81), Some(8001));
        assert_eq!(port("8000:80").host_port_of(81), None);
    }
}
