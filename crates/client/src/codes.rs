//! Codes of findings about bundles as a whole and about projects.

use strata_diagnostic::{Class, Rule, Severity};

/// A path cannot be left to the user.
pub static CANNOT_KEEP: Rule = Rule {
    code: "BND-1",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a path of a bundle cannot be left to the user",
    cause: "What scripts and Helm take from a bundle must be what strata wrote. So only \
            `cluster-values.yaml` of a release and what lies outside the folders of releases can be \
            yours.",
    example: "strata bundle --service kind --keep deploy.sh",
    remedy: "Move the file out of the bundle, or into a folder of its own beside the releases.",
};

/// Values that the user keeps are in a folder that no release has.
pub static NOT_READ: Rule = Rule {
    code: "BND-2",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "late values that are kept are no longer read",
    cause: "A release is installed with the `cluster-values.yaml` of its own folder. The folders are \
            numbered in the order of installation, so another recipe can number them otherwise, or \
            not have the release.",
    example: "002-nfd/cluster-values.yaml is kept, and the new bundle has 004-nfd",
    remedy: "Move the file as the finding says, and keep it there.",
};

/// Every code of this crate.
pub static RULES: &[&Rule] = &[&CANNOT_KEEP, &NOT_READ];
