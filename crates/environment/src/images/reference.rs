//! References to images: registry, repository, tag and digest, as engines read them.
//!
//! A reference is normalized when it is read, so that one image has one name: Docker Hub is left
//! out of it, and so is `library/`. What a tag means is not decided here.

use std::fmt;

/// Longest name of a repository, registry included, in bytes.
const LONGEST_NAME: usize = 255;
/// Longest tag, in bytes.
const LONGEST_TAG: usize = 128;
/// Names under which Docker Hub is known.
const DOCKER_HUB: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];
/// Where Docker Hub keeps images that have a name of one word.
const OFFICIAL: &str = "library/";

/// Why a text is not a reference to an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// There is no text before the tag or the digest.
    #[error("the reference names no repository")]
    Empty,
    /// The registry is no host name with an optional port.
    #[error("`{registry}` is not a registry: expected a host name and perhaps a port")]
    Registry {
        /// What stands before the first slash.
        registry: String,
    },
    /// A part of the repository's name has a character that none may have.
    #[error(
        "`{part}` cannot be part of a repository's name: expected lower-case letters and digits, \
         with `.`, `_`, `__` or dashes between them"
    )]
    Repository {
        /// The part between two slashes.
        part: String,
    },
    /// Registry and repository together are too long.
    #[error("the name has {length} bytes: expected at most 255")]
    TooLong {
        /// How many bytes there are.
        length: usize,
    },
    /// What follows the colon is not a tag.
    #[error(
        "`{tag}` is not a tag: expected at most 128 letters, digits, `_`, `.` and `-`, not \
         beginning with `.` or `-`"
    )]
    Tag {
        /// The text.
        tag: String,
    },
    /// What follows the at sign is not a digest.
    #[error("`{digest}` is not a digest: expected `sha256:` and 64 hexadecimal digits")]
    Digest {
        /// The text.
        digest: String,
    },
}

/// A reference to an image: `[registry[:port]/]repository[:tag][@digest]`.
///
/// Display writes it in its normal form: `docker.io/library/redis:7` is `redis:7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageReference {
    /// Registry and repository in normal form.
    name: String,
    /// Length of the registry in `name`; 0 for Docker Hub.
    registry: usize,
    tag: Option<String>,
    digest: Option<String>,
}

impl ImageReference {
    /// Reads a reference. White space is not trimmed.
    ///
    /// # Errors
    ///
    /// Fails where an engine would refuse the text; see [`ReferenceError`].
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(parse_digest(digest)?)),
            None => (text, None),
        };
        // A colon before a slash belongs to the port of a registry.
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(parse_tag(tag)?)),
            Some(_) | None => (rest, None),
        };
        if name.is_empty() {
            return Err(ReferenceError::Empty);
        }
        if name.len() > LONGEST_NAME {
            return Err(ReferenceError::TooLong { length: name.len() });
        }
        let (registry, repository) = match name.split_once('/') {
            Some((first, rest)) if is_registry(first) => (first, rest),
            Some(_) | None => ("", name),
        };
        if !registry.is_empty() && !is_host(registry) {
            let registry = registry.to_owned();
            return Err(ReferenceError::Registry { registry });
        }
        if let Some(part) = repository.split('/').find(|part| !is_component(part)) {
            let part = part.to_owned();
            return Err(ReferenceError::Repository { part });
        }
        let (name, registry) = if registry.is_empty() || is_docker_hub(registry) {
            let official = repository.strip_prefix(OFFICIAL);
            let repository = official
                .filter(|rest| !rest.contains('/'))
                .unwrap_or(repository);
            match repository.split_once('/') {
                // Without its registry it would be taken for one.
                Some((first, _)) if is_registry(first) => (
                    format!("{}/{repository}", DOCKER_HUB[0]),
                    DOCKER_HUB[0].len(),
                ),
                Some(_) | None => (repository.to_owned(), 0),
            }
        } else {
            (name.to_owned(), registry.len())
        };
        Ok(Self {
            name,
            registry,
            tag,
            digest,
        })
    }

    /// Returns the host and port of the registry. Docker Hub is left out where it can be.
    pub fn registry(&self) -> Option<&str> {
        self.name.get(..self.registry).filter(|r| !r.is_empty())
    }

    /// Returns the normal name by which catalogs know the image: `postgres`, `minio/minio`,
    /// `quay.io/keycloak/keycloak`.
    pub fn repository(&self) -> &str {
        &self.name
    }

    /// Returns the tag as it was written.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Returns the digest, algorithm included.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Returns the tag that says what is in the image: the one written, `latest` where there is
    /// neither tag nor digest, and nothing where a digest stands alone.
    pub fn effective_tag(&self) -> Option<&str> {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => Some(tag),
            (None, None) => Some("latest"),
            (None, Some(_)) => None,
        }
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// Returns whether the first part of a name is a registry, by the rule of engines: it has a dot, a
/// port or a capital, or is `localhost`.
fn is_registry(first: &str) -> bool {
    first == "localhost" || first.contains(|c: char| c == '.' || c == ':' || c.is_uppercase())
}

fn is_docker_hub(registry: &str) -> bool {
    let registry = registry.strip_suffix(":443").unwrap_or(registry);
    DOCKER_HUB.contains(&registry)
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        // An IPv6 address.
        Some(rest) => {
            let Some((address, after)) = rest.split_once(']') else {
                return false;
            };
            let is_address = !address.is_empty()
                && address
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || byte == b':');
            if !is_address {
                return false;
            }
            match after.strip_prefix(':') {
                Some(port) => ("v6", Some(port)),
                None if after.is_empty() => ("v6", None),
                None => return false,
            }
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let is_label = |label: &str| {
        let end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = label.as_bytes();
        end(bytes.first())
            && end(bytes.last())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    host.split('.').all(is_label) && port.is_none_or(is_port)
}

/// Returns whether a text is one part of a repository's name: words of lower-case letters and
/// digits, with one dot, one or two underscores, or any number of dashes between two.
fn is_component(part: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !part.starts_with(is_word) || !part.ends_with(is_word) {
        return false;
    }
    part.split(is_word)
        .filter(|separator| !separator.is_empty())
        .all(|separator| {
            matches!(separator, "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-')
        })
}

fn parse_tag(text: &str) -> Result<String, ReferenceError> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_tag = text.len() <= LONGEST_TAG
        && text.bytes().next().is_some_and(is_word)
        && text
            .bytes()
            .all(|byte| is_word(byte) || byte == b'.' || byte == b'-');
    if is_tag {
        Ok(text.to_owned())
    } else {
        Err(ReferenceError::Tag {
            tag: text.to_owned(),
        })
    }
}

fn parse_digest(text: &str) -> Result<String, ReferenceError> {
    let lengths = [("sha256", 64), ("sha384", 96), ("sha512", 128)];
    let is_digest = text.split_once(':').is_some_and(|(algorithm, hex)| {
        lengths.contains(&(algorithm, hex.len()))
            && hex
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    });
    if is_digest {
        Ok(text.to_owned())
    } else {
        Err(ReferenceError::Digest {
            digest: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0";

    #[test]
    fn one_image_has_one_name() {
        let names = [
            ("postgres", "postgres"),
            ("library/postgres", "postgres"),
            ("docker.io/postgres:17", "postgres"),
            ("docker.io/library/postgres", "postgres"),
            ("index.docker.io/library/postgres", "postgres"),
            ("docker.io/minio/minio", "minio/minio"),
            ("library/a/b", "library/a/b"),
            ("index.docker.io/a.b/c", "docker.io/a.b/c"),
            (
                "quay.io/keycloak/keycloak:26.0",
                "quay.io/keycloak/keycloak",
            ),
            ("localhost/x", "localhost/x"),
            ("localhost:5000/library/x:1", "localhost:5000/library/x"),
            ("[::1]:5000/x", "[::1]:5000/x"),
        ];
        for (text, name) in names {
            let reference = ImageReference::parse(text).expect(text);
            assert_eq!(reference.repository(), name, "{text}");
        }
    }

    #[test]
    fn parts_are_told_apart() {
        let text = format!("ghcr.io:443/dexidp/dex:v2.37.0@{DIGEST}");
        let reference = ImageReference::parse(&text).expect("valid");
        assert_eq!(reference.registry(), Some("ghcr.io:443"));
        assert_eq!(reference.repository(), "ghcr.io:443/dexidp/dex");
        assert_eq!(reference.tag(), Some("v2.37.0"));
        assert_eq!(reference.digest(), Some(DIGEST));
        assert_eq!(reference.to_string(), text);
        let reference = ImageReference::parse("registry:5000/x").expect("valid");
        assert_eq!(reference.tag(), None);
        assert_eq!(reference.registry(), Some("registry:5000"));
    }

    #[test]
    fn a_digest_alone_has_no_tag() {
        let tag = |text: &str| {
            let reference = ImageReference::parse(text).expect("valid");
            reference.effective_tag().map(str::to_owned)
        };
        assert_eq!(tag("redis").as_deref(), Some("latest"));
        assert_eq!(tag("redis:7").as_deref(), Some("7"));
        assert_eq!(tag(&format!("redis@{DIGEST}")), None);
        assert_eq!(tag(&format!("redis:7@{DIGEST}")).as_deref(), Some("7"));
    }

    #[test]
    fn what_engines_refuse_is_refused() {
        let wrong = [
            "",
            ":7",
            "@",
            "Redis",
            "a//b",
            "/a",
            "a/",
            "a/-b",
            "a/b_",
            "a/b___c",
            "a/b..c",
            "a:",
            "a:-1",
            "a:.1",
            "a:b:c:d",
            "a b",
            "a@sha256:12",
            "-x.io/a",
            "x.io:port/a",
            "[::1/a",
            "[x]/a",
            "ä",
        ];
        for text in wrong {
            assert!(ImageReference::parse(text).is_err(), "{text}");
        }
        let long = "a".repeat(256);
        assert_eq!(
            ImageReference::parse(&long),
            Err(ReferenceError::TooLong { length: 256 })
        );
        assert!(ImageReference::parse(&format!("a:{}", "1".repeat(129))).is_err());
        assert!(ImageReference::parse(&format!("a@{}", DIGEST.to_uppercase())).is_err());
    }
}
