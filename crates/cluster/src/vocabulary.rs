//! Which values of criteria are legal.
//!
//! The legal values are catalog data: a catalog's `catalog.yaml` lists them, and every overlay adds
//! those that its own criteria name. A catalog without a list gets the reference's.

use std::collections::BTreeMap;

use strata_diagnostic::nearest;

use crate::criteria::{ANY, Dimension};

/// Where a value was first made legal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The catalog's own list, or an overlay of the base catalog.
    Catalog,
    /// An overlay of a `--data` layer; strict criteria hide it.
    Data,
}

/// A legal value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Where it comes from.
    pub origin: Origin,
    /// One sentence for completion and help; may be empty.
    pub description: String,
}

/// The legal values and aliases of every dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    terms: [BTreeMap<String, Term>; 5],
    aliases: [BTreeMap<String, String>; 5],
}

/// Values every catalog knows that does not bring its own list (the reference's built-in ones).
const REFERENCE_VALUES: [(Dimension, &[&str]); 5] = [
    (
        Dimension::Service,
        &[
            "aks", "bcm", "eks", "gke", "kind", "lke", "metal3", "ocp", "oke",
        ],
    ),
    (
        Dimension::Accelerator,
        &[
            "a100",
            "b200",
            "gb200",
            "gb300",
            "h100",
            "h200",
            "l40",
            "l40s",
            "rtx-pro-6000",
        ],
    ),
    (Dimension::Intent, &["inference", "training"]),
    (
        Dimension::Os,
        &["amazonlinux", "cos", "ol", "rhel", "talos", "ubuntu"],
    ),
    (
        Dimension::Platform,
        &["dynamo", "kubeflow", "nim", "runai", "slurm"],
    ),
];

/// Spellings of values that every catalog accepts.
const COMMON_ALIASES: [(Dimension, &str, &str); 6] = [
    (Dimension::Service, "self-managed", ANY),
    (Dimension::Service, "self", ANY),
    (Dimension::Service, "vanilla", ANY),
    (Dimension::Service, "openshift", "ocp"),
    (Dimension::Os, "al2", "amazonlinux"),
    (Dimension::Os, "al2023", "amazonlinux"),
];

/// A typed value that is not legal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTerm {
    /// The dimension.
    pub dimension: Dimension,
    /// The text as typed.
    pub typed: String,
    /// The legal value it was probably meant to be.
    pub suggestion: Option<String>,
    /// All legal values, sorted.
    pub known: Vec<String>,
}

impl Vocabulary {
    /// Returns the values of the reference.
    pub fn reference() -> Self {
        let mut vocabulary = Self::default();
        for (dimension, values) in REFERENCE_VALUES {
            for value in values {
                vocabulary.add(dimension, value, Origin::Catalog, "");
            }
        }
        vocabulary.add_common_aliases();
        vocabulary
    }

    /// Adds the spellings that every catalog accepts, as far as their values are legal.
    pub(crate) fn add_common_aliases(&mut self) {
        for (dimension, alias, value) in COMMON_ALIASES {
            if value == ANY || self.terms[dimension as usize].contains_key(value) {
                self.add_alias(dimension, alias, value);
            }
        }
    }

    /// Makes a value legal. A value of the base catalog stays one.
    pub fn add(&mut self, dimension: Dimension, value: &str, origin: Origin, description: &str) {
        let value = value.trim().to_lowercase();
        if value.is_empty() || value == ANY {
            return;
        }
        let term = self.terms[dimension as usize]
            .entry(value)
            .or_insert_with(|| Term {
                origin,
                description: String::new(),
            });
        term.origin = term.origin.min(origin);
        if !description.is_empty() {
            description.clone_into(&mut term.description);
        }
    }

    /// Adds another spelling of a value.
    pub fn add_alias(&mut self, dimension: Dimension, alias: &str, value: &str) {
        self.aliases[dimension as usize].insert(alias.to_lowercase(), value.to_owned());
    }

    /// Returns the legal values of a dimension in byte order, with strict criteria only those of
    /// the base catalog.
    pub fn values(
        &self,
        dimension: Dimension,
        strict: bool,
    ) -> impl Iterator<Item = (&str, &Term)> {
        self.terms[dimension as usize]
            .iter()
            .filter(move |(_, term)| !strict || term.origin == Origin::Catalog)
            .map(|(value, term)| (value.as_str(), term))
    }

    /// Returns a value without regard to case, surrounding space and aliases, but legal or not.
    pub fn normalize(&self, dimension: Dimension, typed: &str) -> String {
        let lower = typed.trim().to_lowercase();
        self.aliases[dimension as usize]
            .get(&lower)
            .cloned()
            .unwrap_or(lower)
    }

    /// Parses a typed value. Empty text is `any`.
    ///
    /// # Errors
    ///
    /// [`UnknownTerm`] with the legal values and the nearest of them.
    pub fn parse(
        &self,
        dimension: Dimension,
        typed: &str,
        strict: bool,
    ) -> Result<String, UnknownTerm> {
        let value = self.normalize(dimension, typed);
        if value.is_empty() || value == ANY {
            return Ok(ANY.to_owned());
        }
        if self
            .values(dimension, strict)
            .any(|(known, _)| known == value)
        {
            return Ok(value);
        }
        let known: Vec<String> = self
            .values(dimension, strict)
            .map(|(value, _)| value.to_owned())
            .collect();
        let suggestion = nearest(&value, known.iter().map(String::as_str)).map(str::to_owned);
        Err(UnknownTerm {
            dimension,
            typed: typed.to_owned(),
            suggestion,
            known,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_values_are_normalized() {
        let vocabulary = Vocabulary::reference();
        for (typed, expected) in [
            (" EKS ", "eks"),
            ("OpenShift", "ocp"),
            ("vanilla", "any"),
            ("", "any"),
            ("Any", "any"),
        ] {
            let parsed = vocabulary.parse(Dimension::Service, typed, false);
            assert_eq!(parsed.as_deref(), Ok(expected), "{typed:?}");
        }
    }

    #[test]
    fn an_unknown_value_names_the_nearest() {
        let unknown = Vocabulary::reference().parse(Dimension::Accelerator, "h-100", false);
        let unknown = unknown.expect_err("h-100 is not a value");
        assert_eq!(unknown.suggestion.as_deref(), Some("h100"));
        assert_eq!(unknown.known.len(), 9);
    }

    #[test]
    fn strict_criteria_hide_values_of_data_layers() {
        let mut vocabulary = Vocabulary::reference();
        vocabulary.add(Dimension::Service, "ACME", Origin::Data, "");
        vocabulary.add(Dimension::Service, "eks", Origin::Data, "");
        assert!(vocabulary.parse(Dimension::Service, "acme", false).is_ok());
        assert!(vocabulary.parse(Dimension::Service, "acme", true).is_err());
        assert!(vocabulary.parse(Dimension::Service, "eks", true).is_ok());
    }
}
