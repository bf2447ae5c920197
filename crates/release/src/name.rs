//! Names that Kubernetes and Helm accept.

/// Longest name of a Helm release; Helm derives names of at most 63 characters from it.
const LONGEST_RELEASE: usize = 53;

/// Longest label of a name.
const LONGEST_LABEL: usize = 63;

/// Returns whether a text may name a release, and so its folder: an RFC 1123 label of at most 53
/// characters, which is Helm's limit.
pub fn is_release_name(text: &str) -> bool {
    text.len() <= LONGEST_RELEASE && is_dns_label(text)
}

/// Returns whether a text is an RFC 1123 label, as a namespace must be: lower-case letters, digits and
/// inner dashes, 1 to 63 characters.
pub fn is_dns_label(text: &str) -> bool {
    text.len() <= LONGEST_LABEL && is_label(text)
}

/// Returns whether a text is an RFC 1123 subdomain: labels joined by dots, at most 253 characters.
pub fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dns_label)
}

fn is_label(text: &str) -> bool {
    let is_alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends_well = |byte: Option<&u8>| byte.is_some_and(|b| is_alphanumeric(*b));
    ends_well(bytes.first())
        && ends_well(bytes.last())
        && bytes.iter().all(|b| is_alphanumeric(*b) || *b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_rfc_1123() {
        for (text, expected) in [
            ("gpu-operator", true),
            ("a", true),
            ("3d", true),
            ("", false),
            ("-a", false),
            ("a-", false),
            ("A", false),
            ("a b", false),
            ("$(x)", false),
            ("a.b", false),
        ] {
            assert_eq!(is_dns_label(text), expected, "{text:?}");
        }
        let lengths = [(53, true, true), (54, false, true), (64, false, false)];
        for (length, of_release, of_label) in lengths {
            let text = "a".repeat(length);
            assert_eq!(is_release_name(&text), of_release, "{length}");
            assert_eq!(is_dns_label(&text), of_label, "{length}");
            assert_eq!(is_dns_subdomain(&text), of_label, "{length}");
        }
        assert!(is_dns_subdomain("a.b-c.d"));
        assert!(!is_dns_subdomain("a..b"));
    }
}
