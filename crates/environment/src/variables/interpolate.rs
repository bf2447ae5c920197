//! Variables in the text of a Compose file: `$NAME`, `${NAME}` and the forms with an operator.
//!
//! A template is parsed once and can then be resolved, or asked which variables it names and what
//! they fall back to. Forms and their meaning are those of the Compose Specification
//! (12-interpolation), read with Compose's own implementation where the text leaves a choice.

use std::fmt;

/// Deepest nesting of fallbacks in fallbacks; nobody writes more than three.
const DEEPEST: usize = 32;

/// A text with its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template<'a> {
    parts: Vec<Part<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    /// A `$` that begins no variable, by its byte offset.
    Stray(usize),
    Variable(Reference<'a>),
}

/// One use of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// Name of the variable.
    pub name: &'a str,
    /// What stands behind the name, if anything does.
    pub operator: Option<Operator>,
    /// The words behind the operator: fallback, alternative or message.
    pub word: Template<'a>,
    /// The words as written.
    pub raw_word: &'a str,
}

/// What a reference does beyond naming a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// `${X:-word}`: the word if X is unset or empty.
    DefaultIfEmpty,
    /// `${X-word}`: the word if X is unset.
    DefaultIfUnset,
    /// `${X:?word}`: an error if X is unset or empty.
    RequiredNonEmpty,
    /// `${X?word}`: an error if X is unset.
    Required,
    /// `${X:+word}`: the word if X is set and not empty.
    InsteadIfNonEmpty,
    /// `${X+word}`: the word if X is set.
    InsteadIfSet,
}

/// Where a text is not a template: `${` without a name or an end. Compose refuses the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Byte offset of the `$`.
    pub offset: usize,
}

/// A variable that must be given and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Name of the variable.
    pub name: String,
    /// The message behind `?`.
    pub message: String,
}

impl Operator {
    const SPELLINGS: [(&'static str, Self); 6] = [
        (":-", Self::DefaultIfEmpty),
        (":?", Self::RequiredNonEmpty),
        (":+", Self::InsteadIfNonEmpty),
        ("-", Self::DefaultIfUnset),
        ("?", Self::Required),
        ("+", Self::InsteadIfSet),
    ];

    /// Returns whether the word is used where the variable has no value.
    pub fn is_default(self) -> bool {
        matches!(self, Self::DefaultIfEmpty | Self::DefaultIfUnset)
    }

    /// Returns whether the file is refused where the variable has no value.
    pub fn is_required(self) -> bool {
        matches!(self, Self::RequiredNonEmpty | Self::Required)
    }
}

impl<'a> Template<'a> {
    /// Parses a text. A text without `$` is its own template.
    ///
    /// # Errors
    ///
    /// [`Malformed`] at the first `${` that begins no variable.
    pub fn parse(text: &'a str) -> Result<Self, Malformed> {
        parse(text, 0, DEEPEST)
    }

    /// Returns the text with the values that `lookup` knows.
    ///
    /// # Errors
    ///
    /// [`Absent`] for the first variable that must be given and is not.
    pub fn resolve<'v>(&self, lookup: &dyn Fn(&str) -> Option<&'v str>) -> Result<String, Absent> {
        let mut resolved = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => resolved.push_str(text),
                Part::Stray(_) => resolved.push('$'),
                Part::Variable(reference) => resolved.push_str(&reference.resolve(lookup)?),
            }
        }
        Ok(resolved)
    }

    /// Returns every reference, those in the words of others after those.
    pub fn references(&self) -> Vec<&Reference<'a>> {
        let mut found = Vec::new();
        for part in &self.parts {
            if let Part::Variable(reference) = part {
                found.push(reference);
                found.extend(reference.word.references());
            }
        }
        found
    }

    /// Returns the reference if the text is nothing but one.
    pub fn sole_reference(&self) -> Option<&Reference<'a>> {
        match self.parts.as_slice() {
            [Part::Variable(reference)] => Some(reference),
            _ => None,
        }
    }

    /// Returns whether the text names no variable.
    pub fn is_literal(&self) -> bool {
        let is_variable = |part: &Part<'_>| matches!(part, Part::Variable(_));
        !self.parts.iter().any(is_variable)
    }

    /// Returns the byte offset of every `$` that begins no variable and is not doubled. Compose takes
    /// it for itself; its first version refused the file.
    pub fn strays(&self) -> Vec<usize> {
        let mut found = Vec::new();
        for part in &self.parts {
            match part {
                Part::Text(_) => {}
                Part::Stray(offset) => found.push(*offset),
                Part::Variable(reference) => found.extend(reference.word.strays()),
            }
        }
        found
    }
}

impl Reference<'_> {
    fn resolve<'v>(&self, lookup: &dyn Fn(&str) -> Option<&'v str>) -> Result<String, Absent> {
        let value = lookup(self.name);
        let given = value.filter(|value| !value.is_empty());
        let or_word = |value: Option<&str>| match value {
            Some(value) => Ok(value.to_owned()),
            None => self.word.resolve(lookup),
        };
        let required = |value: Option<&str>| match value {
            Some(value) => Ok(value.to_owned()),
            None => Err(Absent {
                name: self.name.to_owned(),
                message: self.word.resolve(lookup)?,
            }),
        };
        match self.operator {
            None => Ok(value.unwrap_or_default().to_owned()),
            Some(Operator::DefaultIfEmpty) => or_word(given),
            Some(Operator::DefaultIfUnset) => or_word(value),
            Some(Operator::RequiredNonEmpty) => required(given),
            Some(Operator::Required) => required(value),
            Some(Operator::InsteadIfNonEmpty) if given.is_some() => self.word.resolve(lookup),
            Some(Operator::InsteadIfSet) if value.is_some() => self.word.resolve(lookup),
            Some(Operator::InsteadIfNonEmpty | Operator::InsteadIfSet) => {
                Ok(value.unwrap_or_default().to_owned())
            }
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`$` at byte {} begins no variable", self.offset)
    }
}

fn parse(text: &str, base: usize, depth: usize) -> Result<Template<'_>, Malformed> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        let malformed = Malformed {
            offset: base + (text.len() - rest.len()) + dollar,
        };
        let (before, from) = rest.split_at(dollar);
        let after = &from[1..];
        if let Some(behind) = after.strip_prefix('$') {
            parts.push(Part::Text(&rest[..=dollar]));
            rest = behind;
            continue;
        }
        if !before.is_empty() {
            parts.push(Part::Text(before));
        }
        if let Some(braced) = after.strip_prefix('{') {
            let inside = &braced[..closing_brace(braced).ok_or(malformed)?];
            let offset = malformed.offset + 2;
            parts.push(Part::Variable(braced_reference(
                inside, offset, depth, malformed,
            )?));
            rest = &braced[inside.len() + 1..];
        } else {
            let Some(name) = name_of(after) else {
                parts.push(Part::Stray(malformed.offset));
                rest = after;
                continue;
            };
            parts.push(Part::Variable(Reference {
                name,
                operator: None,
                word: Template { parts: Vec::new() },
                raw_word: "",
            }));
            rest = &after[name.len()..];
        }
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    Ok(Template { parts })
}

fn braced_reference(
    inside: &str,
    offset: usize,
    depth: usize,
    malformed: Malformed,
) -> Result<Reference<'_>, Malformed> {
    let name = name_of(inside).ok_or(malformed)?;
    let tail = &inside[name.len()..];
    let mut reference = Reference {
        name,
        operator: None,
        word: Template { parts: Vec::new() },
        raw_word: "",
    };
    if tail.is_empty() {
        return Ok(reference);
    }
    let (spelling, operator) = Operator::SPELLINGS
        .into_iter()
        .find(|(spelling, _)| tail.starts_with(spelling))
        .ok_or(malformed)?;
    let depth = depth.checked_sub(1).ok_or(malformed)?;
    reference.raw_word = &tail[spelling.len()..];
    reference.operator = Some(operator);
    let offset = offset + name.len() + spelling.len();
    reference.word = parse(reference.raw_word, offset, depth)?;
    Ok(reference)
}

/// Returns the name that a text begins with: a letter or `_`, then those and digits.
fn name_of(text: &str) -> Option<&str> {
    let is_first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let bytes = text.as_bytes();
    if !bytes.first().copied().is_some_and(is_first) {
        return None;
    }
    let is_part = |byte: &u8| is_first(*byte) || byte.is_ascii_digit();
    let end = bytes.iter().take_while(|byte| is_part(byte)).count();
    Some(&text[..end])
}

/// Returns the offset of the brace that closes the one before the text; braces nest.
fn closing_brace(text: &str) -> Option<usize> {
    let mut open = 1_u32;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(offset);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<&'static str> {
        match name {
            "SET" => Some("value"),
            "EMPTY" => Some(""),
            _ => None,
        }
    }

    fn check(text: &str, expected: &str) {
        let template = Template::parse(text).expect(text);
        assert_eq!(template.resolve(&lookup).as_deref(), Ok(expected), "{text}");
    }

    #[test]
    fn every_form_means_what_compose_says() {
        check("plain", "plain");
        check("", "");
        check("$SET-${SET}", "value-value");
        check("a$$SET", "a$SET");
        check("$$$SET", "$value");
        check("${NONE}|${EMPTY}|$NONE", "||");
        check("${SET:-x} ${EMPTY:-x} ${NONE:-x}", "value x x");
        check("${SET-x} ${EMPTY-x} ${NONE-x}", "value  x");
        check("${SET:+x} ${EMPTY:+x} ${NONE:+x}", "x  ");
        check("${SET+x} ${EMPTY+x} ${NONE+x}", "x x ");
        check("${SET:?x} ${SET?x} ${EMPTY?x}", "value value ");
        check("${NONE:-${EMPTY:-${SET}}}/b", "value/b");
        check("${NONE:-{\"a\": {}}}", "{\"a\": {}}");
        check("${NONE:-$$5}", "$5");
        check("${NONE:-a-b:-c}", "a-b:-c");
        check("ü${SET}ü", "üvalueü");
    }

    #[test]
    fn what_must_be_given_is_named_with_its_message() {
        for (text, message) in [("${NONE:?give ${SET}}", "give value"), ("${EMPTY:?}", "")] {
            let absent = Template::parse(text).expect(text).resolve(&lookup);
            assert_eq!(absent.expect_err(text).message, message);
        }
    }

    #[test]
    fn what_is_no_variable_is_malformed_at_its_dollar() {
        for (text, offset) in [
            ("${", 0),
            ("a${A", 1),
            ("${1}", 0),
            ("${A b}", 0),
            ("${A:b}", 0),
            ("${A:-${B:-${}}}", 10),
        ] {
            assert_eq!(Template::parse(text), Err(Malformed { offset }), "{text}");
        }
        let deep = "${A:-".repeat(1_000) + &"}".repeat(1_000);
        assert!(Template::parse(&deep).is_err());
    }

    #[test]
    fn a_sign_that_begins_nothing_is_itself_and_is_known() {
        for (text, resolved, strays) in [
            ("$2a$10$SET", "$2a$10value", &[0, 3][..]),
            ("x $(date)", "x $(date)", &[2]),
            ("5$", "5$", &[1]),
            ("$ü", "$ü", &[0]),
            ("${NONE:-a$}", "a$", &[9]),
            ("$$(date)", "$(date)", &[]),
        ] {
            let template = Template::parse(text).expect(text);
            assert_eq!(template.resolve(&lookup).as_deref(), Ok(resolved), "{text}");
            assert_eq!(template.strays(), strays, "{text}");
        }
    }

    #[test]
    fn references_come_with_their_fallbacks() {
        let template = Template::parse("${A:-${B-c}}${D:?e}").expect("a template");
        let found: Vec<(&str, Option<Operator>, &str)> = template
            .references()
            .iter()
            .map(|reference| (reference.name, reference.operator, reference.raw_word))
            .collect();
        let expected = [
            ("A", Some(Operator::DefaultIfEmpty), "${B-c}"),
            ("B", Some(Operator::DefaultIfUnset), "c"),
            ("D", Some(Operator::RequiredNonEmpty), "e"),
        ];
        assert_eq!(found, expected);
        assert!(template.sole_reference().is_none());
    }
}
