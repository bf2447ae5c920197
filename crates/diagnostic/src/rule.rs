//! Codes and what they stand for.
//!
//! A rule is declared as a constant beside the code that reports it. The registry of all rules is
//! assembled by `client`, which is the first crate that sees every domain.

use std::fmt;

/// What a finding means for the exit status.
///
/// The class belongs to the code, never to the place that reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A judgement about the input: the result is still printed. Exit 1.
    Finding,
    /// The request was refused: not permitted, not authorized, verification failed. Exit 4.
    Refused,
    /// Something named does not exist. Exit 3.
    NotFound,
    /// Invalid input or usage. Exit 2.
    Invalid,
    /// Too many requests. Exit 7.
    RateLimited,
    /// A deadline passed. Exit 5.
    TimedOut,
    /// Something needed is unavailable: disk full or read-only, lock held, server down. Exit 6.
    Unavailable,
    /// A defect of strata. Exit 8.
    Internal,
    /// A signal asked the run to stop. Exit 130, as shells count.
    Interrupted,
}

impl Class {
    /// Returns the exit status of a run whose gravest error has this class.
    pub const fn exit_status(self) -> u8 {
        match self {
            Self::Finding => 1,
            Self::Invalid => 2,
            Self::NotFound => 3,
            Self::Refused => 4,
            Self::TimedOut => 5,
            Self::Unavailable => 6,
            Self::RateLimited => 7,
            Self::Internal => 8,
            Self::Interrupted => 130,
        }
    }

    /// Returns the words used in documentation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::Invalid => "invalid",
            Self::NotFound => "not found",
            Self::Refused => "refused",
            Self::TimedOut => "timed out",
            Self::Unavailable => "unavailable",
            Self::RateLimited => "rate limited",
            Self::Internal => "internal",
            Self::Interrupted => "interrupted",
        }
    }
}

/// How much a finding matters. Only errors count toward the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Must be dealt with.
    Error,
    /// Probably not what was meant.
    Warning,
    /// Worth knowing; shown with `-v`.
    Note,
}

impl Severity {
    /// Returns the lower-case word used in every output format.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One kind of finding: its stable code and everything `strata rule` says about it.
#[derive(Debug)]
pub struct Rule {
    /// Stable code: two to four capitals, a dash, a number without leading zeros (`CLU-12`).
    pub code: &'static str,
    /// Severity unless the reporter lowers it because the user said so.
    pub severity: Severity,
    /// Decides the exit status.
    pub class: Class,
    /// One line, lower case, no full stop.
    pub summary: &'static str,
    /// Why it is reported: what is wrong and what would happen otherwise. Full sentences.
    pub cause: &'static str,
    /// An input or command that produces it.
    pub example: &'static str,
    /// What to do about it. Full sentences.
    pub remedy: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Rule {}
