//! Package URLs: <https://github.com/package-url/purl-spec>.

use super::image::ImageReference;

/// Percent-encodes what may not stand in a part; colons stay, and slashes where they are no
/// separators.
fn encode(text: &str, keeps_slashes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let is_kept = byte.is_ascii_alphanumeric()
            || b".-_~:".contains(&byte)
            || (keeps_slashes && byte == b'/');
        if is_kept {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Returns the URL of a chart.
pub(super) fn helm(chart: &str, version: Option<&str>, repository: &str) -> String {
    let mut purl = format!("pkg:helm/{}", encode(chart, false));
    if let Some(version) = version {
        purl.push_str(&format!("@{}", encode(version, false)));
    }
    format!("{purl}?repository_url={}", encode(repository, true))
}

/// Returns the URL of an image: its digest is the version, a tag is only a tag. Where no digest is
/// known, the tag stands in for it.
pub(super) fn oci(image: &ImageReference) -> String {
    let mut purl = format!("pkg:oci/{}", encode(image.last(), false));
    if let Some(version) = image.version() {
        purl.push_str(&format!("@{}", encode(&version, false)));
    }
    purl.push_str(&format!("?repository_url={}", encode(&image.name(), true)));
    if let Some(tag) = image.tag().filter(|_| image.digest().is_some()) {
        purl.push_str(&format!("&tag={}", encode(tag, true)));
    }
    purl
}

/// Returns a URL in which nothing stands that no URL holds.
pub(super) fn iri(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_as_the_specification_has_them() {
        assert_eq!(
            helm("gpu-operator", Some("v25.3.0+1"), "oci://x.io/a b"),
            "pkg:helm/gpu-operator@v25.3.0%2B1?repository_url=oci://x.io/a%20b"
        );
        let hex = "a".repeat(64);
        let image = |text: &str| {
            ImageReference::parse(text)
                .expect("good")
                .expect("an image")
        };
        assert_eq!(
            oci(&image(&format!("quay.io/a/b:1@sha256:{hex}"))),
            format!("pkg:oci/b@sha256:{hex}?repository_url=quay.io/a/b&tag=1")
        );
        assert_eq!(
            oci(&image("localhost:5000/b:1")),
            "pkg:oci/b@1?repository_url=localhost:5000/b"
        );
        assert_eq!(iri("https://x/a b\"<>"), "https://x/a%20b%22%3C%3E");
    }
}
