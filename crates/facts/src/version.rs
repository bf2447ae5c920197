//! Versions as machines state them: Kubernetes builds, kernels, drivers, distributions.
//!
//! None of these follow one standard, so parsing is lenient where it is harmless (a leading `v`,
//! leading zeros, any suffix) and a version remembers how many components were given, because
//! `1.32` says less than `1.32.0`. Deciding what a requirement means for a version that says too
//! little is the business of the constraint language, not of this module.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;

/// Largest number of components of a version.
pub const MAX_COMPONENTS: usize = 8;

/// Why a text is not a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// Nothing is left after an optional leading `v`.
    #[error("`{version}` has no numbers: expected {}", self.expected())]
    Empty {
        /// The text.
        version: String,
    },
    /// Two dots follow each other, or a dot stands at an end.
    #[error("`{version}` has an empty component: expected {}", self.expected())]
    EmptyComponent {
        /// The text.
        version: String,
    },
    /// A component has a character other than a decimal digit.
    #[error("component `{component}` of `{version}` is not a number: expected {}", self.expected())]
    NotANumber {
        /// The text.
        version: String,
        /// The component.
        component: String,
    },
    /// A component does not fit in 64 bits.
    #[error("component `{component}` of `{version}` is too large: expected {}", self.expected())]
    TooLarge {
        /// The text.
        version: String,
        /// The component.
        component: String,
    },
    /// There are more components than [`MAX_COMPONENTS`].
    #[error("`{version}` has {count} components: expected {}", self.expected())]
    TooManyComponents {
        /// The text.
        version: String,
        /// How many there are.
        count: usize,
    },
}

impl VersionError {
    /// Returns what would have been right, as a phrase.
    pub const fn expected(&self) -> &'static str {
        match self {
            Self::Empty { .. } | Self::EmptyComponent { .. } | Self::NotANumber { .. } => {
                "whole numbers separated by dots, such as `1.33.5`"
            }
            Self::TooLarge { .. } => "numbers below 2^64",
            Self::TooManyComponents { .. } => "one to eight",
        }
    }
}

/// A version: one to eight numbers and an optional suffix.
///
/// A suffix starts at the first `-` or `+` that directly follows a digit. It takes part in the
/// order only if it marks a *pre-release*: it starts with `-`, and the first word of letters in it
/// (before any `+`) is exactly `alpha`, `beta`, `rc`, `pre` or `dev`, in any case. So `-rc1` and
/// `-beta.2` do, while `-preview`, `-eks-3025e55`, `-gke.1200`, `+k3s1` and `-1024-aws` do not.
///
/// Equality compares what was written (`1.30` differs from `1.30.0`); [`Version::compare`] orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// One to [`MAX_COMPONENTS`] numbers.
    components: Vec<u64>,
    /// Includes its `-` or `+`; empty if there is none.
    suffix: String,
    pre_release: Option<PreRelease>,
}

impl Version {
    /// Reads a version.
    ///
    /// One leading `v` is allowed. White space is not: trim first.
    ///
    /// # Errors
    ///
    /// Fails if the part before the suffix is not one to [`MAX_COMPONENTS`] decimal numbers below
    /// 2^64, separated by dots.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let version = || text.to_owned();
        let body = text.strip_prefix('v').unwrap_or(text);
        let (numbers, suffix) = split_suffix(body);
        if numbers.is_empty() {
            return Err(VersionError::Empty { version: version() });
        }
        let count = numbers.split('.').count();
        if count > MAX_COMPONENTS {
            return Err(VersionError::TooManyComponents {
                version: version(),
                count,
            });
        }
        let mut components = Vec::with_capacity(count);
        for component in numbers.split('.') {
            if component.is_empty() {
                return Err(VersionError::EmptyComponent { version: version() });
            }
            // The standard parser alone would accept a leading plus sign.
            if !component.bytes().all(|byte| byte.is_ascii_digit()) {
                let component = component.to_owned();
                return Err(VersionError::NotANumber {
                    version: version(),
                    component,
                });
            }
            let Ok(number) = component.parse() else {
                let component = component.to_owned();
                return Err(VersionError::TooLarge {
                    version: version(),
                    component,
                });
            };
            components.push(number);
        }
        let pre_release = PreRelease::from_suffix(suffix);
        Ok(Self {
            components,
            suffix: suffix.to_owned(),
            pre_release,
        })
    }

    /// Returns the numbers that were given, at least one.
    pub fn components(&self) -> &[u64] {
        &self.components
    }

    /// Returns how many numbers were given.
    pub fn precision(&self) -> usize {
        self.components.len()
    }

    /// Returns the suffix with its `-` or `+`; empty if there is none.
    pub fn suffix(&self) -> &str {
        &self.suffix
    }

    /// Returns whether the suffix marks a pre-release.
    pub fn is_pre_release(&self) -> bool {
        self.pre_release.is_some()
    }

    /// Orders two versions: by their numbers, a missing one being 0, then by
    /// [`Version::compare_pre_release`].
    ///
    /// This is a total order of what versions mean, not of how they are written: `1.30`, `v1.30.0`
    /// and `1.30.0-eks-1` are all equal.
    pub fn compare(&self, other: &Self) -> Ordering {
        let length = self.precision().max(other.precision());
        let padded = |version: &Self| {
            let mut components = version.components.clone();
            components.resize(length, 0);
            components
        };
        padded(self)
            .cmp(&padded(other))
            .then_with(|| self.compare_pre_release(other))
    }

    /// Orders two versions whose numbers are taken to be equal.
    ///
    /// A pre-release is below the release. Two pre-releases are ordered by their word (dev below
    /// alpha below beta below pre below rc: a development build precedes everything that was
    /// published, and rc is the last step before a release), then by the numbers after it, a
    /// missing one being 0. Other suffixes do not count.
    pub fn compare_pre_release(&self, other: &Self) -> Ordering {
        match (&self.pre_release, &other.pre_release) {
            (None, None) => Ordering::Equal,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => left.cmp(right),
        }
    }
}

impl fmt::Display for Version {
    /// Writes the numbers without leading zeros, then the suffix; no leading `v`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, component) in self.components.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            write!(f, "{component}")?;
        }
        f.write_str(&self.suffix)
    }
}

/// What a pre-release suffix says. The derived order is the one that counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PreRelease {
    stage: Stage,
    /// Without trailing zeros, so that the order of lists is that of numbers padded with zeros.
    numbers: Vec<u64>,
}

/// Words that mark a pre-release, earliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Dev,
    Alpha,
    Beta,
    Pre,
    Rc,
}

const STAGES: [(&str, Stage); 5] = [
    ("dev", Stage::Dev),
    ("alpha", Stage::Alpha),
    ("beta", Stage::Beta),
    ("pre", Stage::Pre),
    ("rc", Stage::Rc),
];

impl PreRelease {
    /// Returns what a suffix says, if it marks a pre-release.
    fn from_suffix(suffix: &str) -> Option<Self> {
        let text = suffix.strip_prefix('-')?;
        // What follows a plus sign names a build, not a stage.
        let text = text.split('+').next().unwrap_or(text);
        let start = text.find(char::is_alphabetic)?;
        let text = text.get(start..)?;
        let end = text
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let (_, stage) = STAGES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word))?;
        Some(Self {
            stage: *stage,
            numbers: leading_numbers(rest),
        })
    }
}

/// Returns the numbers at the start of a text, each after at most one of `.`, `-` and `_`, without
/// trailing zeros. One that does not fit counts as the largest.
fn leading_numbers(mut text: &str) -> Vec<u64> {
    let mut numbers = Vec::new();
    loop {
        let digits_on = text.strip_prefix(['.', '-', '_']).unwrap_or(text);
        let end = digits_on
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits_on.len());
        let (digits, rest) = digits_on.split_at(end);
        if digits.is_empty() {
            break;
        }
        numbers.push(digits.parse().unwrap_or(u64::MAX));
        text = rest;
    }
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

/// Splits before the first `-` or `+` that directly follows a digit.
fn split_suffix(text: &str) -> (&str, &str) {
    let mut after_digit = false;
    for (index, c) in text.char_indices() {
        if after_digit && matches!(c, '-' | '+') {
            return text.split_at(index);
        }
        after_digit = c.is_ascii_digit();
    }
    (text, "")
}
