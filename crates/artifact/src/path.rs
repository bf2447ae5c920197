//! Paths inside an artifact.

use std::borrow::Borrow;
use std::fmt;

/// A relative path with `/` between parts that cannot climb out of its tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactPath(String);

/// Why a text is not a path inside an artifact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactPathError {
    /// Nothing, or nothing between two slashes.
    #[error("path `{path}` has an empty part")]
    EmptyPart {
        /// The path.
        path: String,
    },
    /// `.` or `..`.
    #[error("path `{path}` is not normalized")]
    NotNormalized {
        /// The path.
        path: String,
    },
    /// A backslash, a control character or a part of more than 255 bytes.
    #[error("path `{path}` has a part that not every file system can hold")]
    NotPortable {
        /// The path.
        path: String,
    },
}

impl ArtifactPath {
    /// Checks a path.
    ///
    /// # Errors
    ///
    /// [`ArtifactPathError`] for a path that is absolute, climbs, or is not portable.
    pub fn new(path: impl Into<String>) -> Result<Self, ArtifactPathError> {
        let path = path.into();
        for part in path.split('/') {
            if part.is_empty() {
                return Err(ArtifactPathError::EmptyPart { path });
            }
            if part == "." || part == ".." {
                return Err(ArtifactPathError::NotNormalized { path });
            }
            if part.len() > 255 || part.contains('\\') || part.chars().any(char::is_control) {
                return Err(ArtifactPathError::NotPortable { path });
            }
        }
        Ok(Self(path))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether `other` is this path or lies below it.
    pub fn covers(&self, other: &Self) -> bool {
        let rest = other.0.strip_prefix(&self.0);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Returns the part before the first slash.
    pub fn first_part(&self) -> &str {
        self.0.split('/').next().unwrap_or(&self.0)
    }

    /// Returns the part after the last slash.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

impl Borrow<str> for ArtifactPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ArtifactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        for good in ["a", "001-x/values.yaml", "a/..b"] {
            assert!(ArtifactPath::new(good).is_ok(), "{good}");
        }
        for bad in [
            "", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\\b", "a\nb",
        ] {
            assert!(ArtifactPath::new(bad).is_err(), "{bad:?}");
        }
    }
}
