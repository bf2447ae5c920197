//! References to container images.

use std::fmt;

/// A digest of an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageDigest(String);

/// A digest that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{digest}` is no digest of an image: `sha256:` and 64 lower-case hexadecimal digits")]
pub struct MalformedDigest {
    /// As it was written.
    pub digest: String,
}

impl ImageDigest {
    /// Reads `sha256:` and 64, or `sha512:` and 128 lower-case hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`MalformedDigest`].
    pub fn parse(text: &str) -> Result<Self, MalformedDigest> {
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        let parts = text.split_once(':');
        let is_good = parts.is_some_and(|(algorithm, hex)| {
            let length = match algorithm {
                "sha256" => 64,
                "sha512" => 128,
                _ => return false,
            };
            hex.len() == length && hex.chars().all(is_hex)
        });
        let digest = text.to_owned();
        if is_good {
            Ok(Self(digest))
        } else {
            Err(MalformedDigest { digest })
        }
    }

    /// Returns the name of the algorithm as CycloneDX writes it.
    pub fn algorithm(&self) -> &'static str {
        if self.0.starts_with("sha512") {
            "SHA-512"
        } else {
            "SHA-256"
        }
    }

    /// Returns the digits.
    pub fn hex(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, hex)| hex)
    }
}

impl fmt::Display for ImageDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A reference to an image, with its registry spelled out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageReference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<ImageDigest>,
}

impl ImageReference {
    /// Reads `[REGISTRY/]REPOSITORY[:TAG][@DIGEST]`; without a registry it is one of Docker Hub.
    /// Nothing for a text that no registry would take, such as a path or a URL.
    ///
    /// # Errors
    ///
    /// [`MalformedDigest`] where what follows an `@` is no digest.
    pub fn parse(text: &str) -> Result<Option<Self>, MalformedDigest> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        let Some(mut image) = Self::of_name(name).filter(|_| tag.is_none_or(is_tag)) else {
            return Ok(None);
        };
        image.tag = tag.map(str::to_owned);
        image.digest = digest.map(ImageDigest::parse).transpose()?;
        Ok(Some(image))
    }

    fn of_name(name: &str) -> Option<Self> {
        let (registry, repository) = match name.split_once('/') {
            Some((first, rest)) if is_registry(first) => (first.to_owned(), rest.to_owned()),
            Some(_) => ("docker.io".to_owned(), name.to_owned()),
            None => ("docker.io".to_owned(), format!("library/{name}")),
        };
        let is_name = repository.len() <= 255 && repository.split('/').all(is_name_part);
        is_name.then_some(Self {
            registry,
            repository,
            tag: None,
            digest: None,
        })
    }

    /// Returns the image with this tag, unless it has a tag or a digest; a text that is no tag is
    /// left out.
    #[must_use]
    pub fn or_tag(mut self, tag: &str) -> Self {
        if self.tag.is_none() && self.digest.is_none() && is_tag(tag) {
            self.tag = Some(tag.to_owned());
        }
        self
    }

    /// Returns the image with this digest, unless it has one.
    #[must_use]
    pub fn or_digest(mut self, digest: ImageDigest) -> Self {
        self.digest.get_or_insert(digest);
        self
    }

    /// Returns registry and repository.
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// Returns the tag.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Returns the digest.
    pub fn digest(&self) -> Option<&ImageDigest> {
        self.digest.as_ref()
    }

    /// Returns the digest, or where none is known the tag.
    pub fn version(&self) -> Option<String> {
        let digest = self.digest.as_ref().map(ToString::to_string);
        digest.or_else(|| self.tag.clone())
    }

    /// Returns the last part of the repository.
    pub(super) fn last(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// Returns whether the first part of a name is a host: it has a dot or a port, or is `localhost`.
pub fn is_registry(part: &str) -> bool {
    let is_host = part == "localhost" || part.contains(['.', ':']);
    let is_plain = part
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || ".:-".contains(c));
    is_host && is_plain && part.starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn is_name_part(part: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = [part.bytes().next(), part.bytes().last()];
    ends.into_iter().all(|byte| byte.is_some_and(is_letter))
        && part.bytes().all(|b| is_letter(b) || b"._-".contains(&b))
}

fn is_tag(tag: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128
        && tag.starts_with(is_word)
        && tag.chars().all(|c| is_word(c) || c == '.' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_spell_out_the_registry() {
        for (text, expected) in [
            ("busybox", "docker.io/library/busybox"),
            ("a/b:1", "docker.io/a/b:1"),
            ("quay.io/a/b:v1.2", "quay.io/a/b:v1.2"),
            ("localhost/b", "localhost/b"),
            ("host:5000/b", "host:5000/b"),
            ("host:5000/b:2", "host:5000/b:2"),
        ] {
            let image = ImageReference::parse(text)
                .expect("good")
                .expect("an image");
            assert_eq!(image.to_string(), expected, "{text}");
        }
        for text in [
            "",
            "/a",
            "./a",
            "https://x.io/y.png",
            "A/b",
            "a:",
            "a b",
            "{{ x }}",
            "a//b",
            "a/b:ü",
        ] {
            assert_eq!(ImageReference::parse(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn digests_are_complete_or_refused() {
        let hex = "0123456789abcdef".repeat(4);
        let good = format!("x.io/a:1@sha256:{hex}");
        let image = ImageReference::parse(&good)
            .expect("good")
            .expect("an image");
        assert_eq!(image.to_string(), good);
        assert_eq!(image.version(), Some(format!("sha256:{hex}")));
        assert!(ImageDigest::parse(&format!("sha512:{hex}{hex}")).is_ok());
        for bad in [
            String::new(),
            hex.clone(),
            "sha256:".to_owned(),
            format!("sha256:{}", hex.to_uppercase()),
            format!("sha256:{hex}0"),
            format!("sha1:{}", &hex[..40]),
            format!("sha512:{hex}"),
        ] {
            let message = ImageDigest::parse(&bad).expect_err("bad").to_string();
            assert!(message.contains("no digest"), "{message}");
            assert!(ImageReference::parse(&format!("a@{bad}")).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_stated_is_not_replaced() {
        let image = ImageReference::parse("a:1")
            .expect("good")
            .expect("an image");
        assert_eq!(image.clone().or_tag("2").tag(), Some("1"));
        assert_eq!(image.or_tag("").tag(), Some("1"));
    }
}
