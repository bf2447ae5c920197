//! Which rules there are, and what a selector stands for.

use std::collections::{BTreeMap, BTreeSet};

use crate::outcome::nearest;
use crate::rule::Rule;

/// A code as the rules spell it.
pub type Code = &'static str;

/// All rules that can be selected, by code.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    rules: BTreeMap<Code, &'static Rule>,
    /// Alias and code.
    aliases: Vec<(&'static str, Code)>,
    /// Matters of taste: they count only when they are selected.
    optional: BTreeSet<Code>,
    /// Families that say that something could not be checked: leaving them out needs `ignore`.
    steady: BTreeSet<&'static str>,
}

/// A selector that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSelector {
    /// As typed.
    pub typed: String,
    /// What it was probably meant to be.
    pub suggestion: Option<String>,
}

/// Stands for every rule, optional ones included.
const ALL: &str = "ALL";

impl Rulebook {
    /// Creates a book of rules that all count unless they are ignored.
    pub fn new(rules: impl IntoIterator<Item = &'static Rule>) -> Self {
        Self {
            rules: rules.into_iter().map(|rule| (rule.code, rule)).collect(),
            ..Self::default()
        }
    }

    /// Adds other names of codes.
    #[must_use]
    pub fn with_aliases(mut self, aliases: &[(&'static str, Code)]) -> Self {
        self.aliases.extend(aliases);
        self
    }

    /// Names rules that count only when they are selected.
    #[must_use]
    pub fn with_optional(mut self, codes: &[Code]) -> Self {
        self.optional.extend(codes);
        self
    }

    /// Names codes and families that `--select` does not leave out: what they say is that something
    /// could not be checked.
    #[must_use]
    pub fn with_steady(mut self, codes: &[&'static str]) -> Self {
        self.steady.extend(codes);
        self
    }

    /// Returns every rule in byte order of codes.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.rules.values().copied()
    }

    /// Returns the rule of a code or an alias, in any case.
    pub fn find(&self, name: &str) -> Option<&'static Rule> {
        let name = name.trim().to_ascii_uppercase();
        if let Some(rule) = self.rules.get(name.as_str()) {
            return Some(rule);
        }
        let (_, code) = self.aliases.iter().find(|(alias, _)| *alias == name)?;
        self.rules.get(code).copied()
    }

    /// Returns the other names of a code.
    pub fn aliases_of(&self, code: &str) -> impl Iterator<Item = &'static str> {
        let aliases = self.aliases.iter().filter(move |(_, of)| *of == code);
        aliases.map(|(alias, _)| *alias)
    }

    /// Returns the codes that a selector stands for: a code, a family of codes such as `PRT`, an alias
    /// or a family of aliases, or `ALL`; in any case.
    ///
    /// # Errors
    ///
    /// [`UnknownSelector`] where it stands for none.
    pub fn codes(&self, selector: &str) -> Result<BTreeSet<Code>, UnknownSelector> {
        let name = selector.trim().to_ascii_uppercase();
        if name == ALL {
            return Ok(self.rules.keys().copied().collect());
        }
        if let Some(rule) = self.find(&name) {
            return Ok(BTreeSet::from([rule.code]));
        }
        let own = self.rules.keys().filter(|code| family(code) == name);
        let by_alias = self.aliases.iter();
        let by_alias = by_alias
            .filter(|(alias, code)| family(alias) == name && self.rules.contains_key(code))
            .map(|(_, code)| code);
        let codes: BTreeSet<Code> = own.chain(by_alias).copied().collect();
        if !codes.is_empty() {
            return Ok(codes);
        }
        let mut known: BTreeSet<&str> = self.rules.keys().copied().collect();
        known.extend(self.aliases.iter().map(|(alias, _)| *alias));
        let families: BTreeSet<&str> = known.iter().map(|name| family(name)).collect();
        let suggestion = nearest(&name, known.into_iter().chain(families));
        Err(UnknownSelector {
            typed: selector.trim().to_owned(),
            suggestion: suggestion.map(str::to_owned),
        })
    }

    /// Returns the codes that count where these are selected and those are ignored. Without a selection
    /// every rule counts that is not optional.
    pub fn active(
        &self,
        selected: Option<&BTreeSet<Code>>,
        ignored: &BTreeSet<Code>,
    ) -> BTreeSet<Code> {
        let is_active = |code: &Code| {
            let is_selected = match selected {
                Some(selected) => selected.contains(code) || self.is_steady(code),
                None => !self.optional.contains(code),
            };
            is_selected && !ignored.contains(code)
        };
        self.rules.keys().copied().filter(is_active).collect()
    }

    fn is_steady(&self, code: &str) -> bool {
        self.steady.contains(code) || self.steady.contains(family(code))
    }
}

/// Returns the letters of a code.
fn family(code: &str) -> &str {
    code.split_once('-').map_or(code, |(family, _)| family)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Class, Severity};

    const fn rule(code: &'static str) -> Rule {
        Rule {
            code,
            severity: Severity::Error,
            class: Class::Finding,
            summary: "",
            cause: "",
            example: "",
            remedy: "",
        }
    }
    static PRT_1: Rule = rule("PRT-1");
    static PRT_2: Rule = rule("PRT-2");
    static STY_1: Rule = rule("STY-1");
    static DOC_3: Rule = rule("DOC-3");

    fn book() -> Rulebook {
        Rulebook::new([&PRT_1, &PRT_2, &STY_1, &DOC_3])
            .with_aliases(&[("ZON-1", "PRT-1"), ("ZON-2", "PRT-2")])
            .with_optional(&["STY-1"])
            .with_steady(&["DOC"])
    }

    fn codes(selector: &str) -> Vec<&'static str> {
        let found = book().codes(selector);
        found.map_or_else(|_| Vec::new(), |codes| codes.into_iter().collect())
    }

    #[test]
    fn selectors_are_codes_families_aliases_and_all() {
        assert_eq!(codes("PRT-2"), ["PRT-2"]);
        assert_eq!(codes(" prt "), ["PRT-1", "PRT-2"]);
        assert_eq!(codes("zon-2"), ["PRT-2"]);
        assert_eq!(codes("ZON"), ["PRT-1", "PRT-2"]);
        assert_eq!(codes("all"), ["DOC-3", "PRT-1", "PRT-2", "STY-1"]);
        for (typed, suggestion) in [
            ("PTR-2", Some("PRT-2")),
            ("PR", Some("PRT")),
            ("PRT-", Some("PRT-1")),
            ("", None),
            ("x y", None),
        ] {
            let unknown = book().codes(typed).expect_err(typed);
            assert_eq!(unknown.suggestion.as_deref(), suggestion, "{typed}");
        }
    }

    #[test]
    fn matters_of_taste_count_when_selected_and_failures_to_read_always() {
        let none = BTreeSet::new();
        let active = |selected: Option<&str>, ignored: &str| {
            let selected = selected.map(|selector| codes(selector).into_iter().collect());
            let ignored = codes(ignored).into_iter().collect();
            let active = book().active(selected.as_ref(), &ignored);
            active.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(active(None, ""), ["DOC-3", "PRT-1", "PRT-2"]);
        assert_eq!(active(Some("STY"), ""), ["DOC-3", "STY-1"]);
        assert_eq!(active(Some("ALL"), "PRT"), ["DOC-3", "STY-1"]);
        assert_eq!(active(Some("PRT-1"), "DOC-3"), ["PRT-1"]);
        assert_eq!(book().active(Some(&none), &none).len(), 1);
    }
}
