//! Ranges of addresses, as networks have them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses in the notation of CIDR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subnet {
    is_v6: bool,
    first: u128,
    last: u128,
}

/// Ranges of IPv4 that nobody on the internet has: RFC 1918, RFC 6598, loopback and link-local.
const PRIVATE: [(Ipv4Addr, u32); 6] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
];

impl Subnet {
    /// Reads `172.28.0.0/16` or `fd00::/64`; bits behind the prefix count for nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let is_number = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u32 = prefix.parse().ok().filter(|_| is_number)?;
        Self::new(address.parse().ok()?, prefix)
    }

    fn new(address: IpAddr, prefix: u32) -> Option<Self> {
        let (is_v6, bits, number) = match address {
            IpAddr::V4(address) => (false, 32, u128::from(address.to_bits())),
            IpAddr::V6(address) => (true, 128, address.to_bits()),
        };
        let free = bits - (prefix <= bits).then_some(prefix)?;
        let inside = 1u128.checked_shl(free).map_or(u128::MAX, |size| size - 1);
        Some(Self {
            is_v6,
            first: number & !inside,
            last: number | inside,
        })
    }

    /// Returns whether both have an address in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.is_v6 == other.is_v6 && self.first <= other.last && other.first <= self.last
    }

    /// Returns the first and the last address, so that all subnets are in one order.
    pub(crate) fn range(self) -> ((bool, u128), (bool, u128)) {
        ((self.is_v6, self.first), (self.is_v6, self.last))
    }

    /// Returns how many addresses come after the first.
    pub fn span(self) -> u128 {
        self.last - self.first
    }

    /// Returns whether somebody on the internet has addresses of the range. Addresses of IPv6 are
    /// given out to whoever uses them, so none of those is anybody else's.
    pub fn is_public(self) -> bool {
        let holds = |(address, prefix): &(Ipv4Addr, u32)| {
            Self::new((*address).into(), *prefix)
                .is_some_and(|private| private.first <= self.first && self.last <= private.last)
        };
        !self.is_v6 && !PRIVATE.iter().any(holds)
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let free = 128 - self.span().leading_zeros();
        if self.is_v6 {
            let address = Ipv6Addr::from_bits(self.first);
            write!(f, "{address}/{}", 128 - free)
        } else {
            let address = Ipv4Addr::from_bits(u32::try_from(self.first).unwrap_or_default());
            write!(f, "{address}/{}", 32 - free)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(text: &str) -> Subnet {
        Subnet::parse(text).expect("a subnet")
    }

    #[test]
    fn ranges_are_read_and_shown() {
        for (text, shown) in [
            ("172.28.0.0/16", "172.28.0.0/16"),
            ("172.28.3.4/16", "172.28.0.0/16"),
            ("10.0.0.7/32", "10.0.0.7/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("fd00::1/64", "fd00::/64"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(subnet(text).to_string(), shown, "{text}");
        }
        for text in [
            "",
            "10.0.0.0",
            "10.0.0.0/33",
            "fd00::/129",
            "a/8",
            "10.0.0.0/+8",
            "10.0.0.0/",
        ] {
            assert_eq!(Subnet::parse(text), None, "{text}");
        }
    }

    #[test]
    fn overlaps_go_both_ways() {
        let check = |a, b, expected| {
            assert_eq!(subnet(a).overlaps(subnet(b)), expected, "{a} {b}");
            assert_eq!(subnet(b).overlaps(subnet(a)), expected, "{b} {a}");
        };
        check("172.28.0.0/16", "172.28.0.0/16", true);
        check("10.0.0.0/8", "10.3.0.0/16", true);
        check("10.1.0.0/16", "10.2.0.0/16", false);
        check("10.0.0.0/25", "10.0.0.128/25", false);
        check("0.0.0.0/0", "::/0", false);
    }

    #[test]
    fn public_ranges_are_those_that_somebody_has() {
        for text in [
            "172.32.0.0/16",
            "11.0.0.0/8",
            "8.8.8.0/24",
            "172.16.0.0/11",
            "0.0.0.0/0",
        ] {
            assert!(subnet(text).is_public(), "{text}");
        }
        for text in [
            "172.31.0.0/16",
            "10.9.0.0/16",
            "192.168.1.0/24",
            "100.64.0.0/10",
            "2a00::/16",
        ] {
            assert!(!subnet(text).is_public(), "{text}");
        }
    }
}
