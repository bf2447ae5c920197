//! `INT-1`: a dollar sign begins no variable.

use std::collections::BTreeMap;

use strata_diagnostic::{Class, Edit, Finding, Fix, Place, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::Stack;
use crate::secrets::is_hash;
use crate::variables::interpolate::Template;

pub(super) static RULE: Rule = Rule {
    code: "INT-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "dollar sign begins no variable",
    cause: "Compose replaces variables in every value before it does anything else. Where `${` begins \
            no variable it refuses the whole file. Any other sign that begins none it takes for \
            itself, which its first version refused, too; but one letter behind it makes a variable \
            that nobody sets, and part of the hash of a password is gone without a word.",
    example: "services:\n  web:\n    image: ghcr.io/example/web:1.4.2\n    \
              command: sh -c 'tar cf /backup/$(date +%F).tar /data'\n",
    remedy: "Double the sign: `$$(date +%F)`. The container then gets a single one.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: ghcr.io/example/web:1.4.2\n    \
            command: sh -c 'tar cf /backup/$$(date +%F).tar /data'\n",
    source: "Compose Specification, interpolation; docker-compose 1.29 and 2.40 with such files",
    fix: "Safe: the sign is doubled, which means the same; a hash of which a part was lost is whole \
          again. Unsafe where Compose refuses the file, since \
          a variable may be meant that was mistyped.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

/// What a sign does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// Compose refuses the file.
    Refused,
    /// Part of a hash is taken for a variable.
    Swallowed,
    /// It is itself.
    Itself,
}

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let mut found: BTreeMap<Place, (&str, Effect)> = BTreeMap::new();
    for (place, path, _) in &stack.notes.malformed {
        let is_refused = stack.notes.unknown.contains(&(place.source, place.start));
        let effect = if is_refused {
            Effect::Refused
        } else {
            Effect::Itself
        };
        found.insert(*place, (path, effect));
    }
    for one in &stack.notes.uses {
        let raw = stack.notes.raw.get(&(one.place.source, one.place.start));
        if raw.is_some_and(|raw| is_hash(raw)) {
            found.insert(one.place, (&one.path, Effect::Swallowed));
        }
    }
    for (place, (path, effect)) in found {
        let message = match effect {
            Effect::Refused => format!("`{path}` has a `${{` that begins no variable"),
            Effect::Swallowed => format!("part of the hash in `{path}` reads as a variable"),
            Effect::Itself => format!("`{path}` has a `$` that begins no variable"),
        };
        let mut finding = Finding::new(&RULE, message).at_path(place, path);
        if let Some(fix) = fix(context, place, effect) {
            finding = finding.fix(fix);
        }
        findings.push(finding.help("double it: `$$` stands for one dollar sign"));
    }
}

fn fix(context: &Context<'_>, place: Place, effect: Effect) -> Option<Fix> {
    let text = edits::written(context, place)?;
    let is_hash = is_hash(text.trim_matches(['"', '\'']));
    let mut edits = Vec::new();
    for offset in single_signs(text, is_hash) {
        let at = place.start.checked_add(u32::try_from(offset).ok()?)?;
        edits.push(Edit {
            source: place.source,
            start: at,
            end: at,
            text: "$".to_owned(),
        });
    }
    Some(Fix {
        title: "double the dollar sign".to_owned(),
        safety: if effect == Effect::Refused && !is_hash {
            Safety::Unsafe
        } else {
            Safety::Safe
        },
        edits,
    })
}

/// Returns the offsets of signs to double: those that begin no variable, in a hash all of them.
fn single_signs(text: &str, is_hash: bool) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find('$') {
        let sign = at + next;
        let rest = &text[sign..];
        if rest.starts_with("$$") {
            at = sign + 2;
            continue;
        }
        let end = if is_hash { 0 } else { variable_end(rest) };
        if end == 0 {
            found.push(sign);
        }
        at = sign + end.max(1);
    }
    found
}

/// Returns the length of the variable that a text begins with, or nothing.
fn variable_end(text: &str) -> usize {
    let is_variable = |end: usize| {
        let beginning = text.get(..end).unwrap_or("$");
        Template::parse(beginning).is_ok_and(|template| !template.is_literal())
    };
    if !text.starts_with("${") {
        return if is_variable(2) { 2 } else { 0 };
    }
    // The shortest beginning that closes every brace.
    let mut ends = text.match_indices('}').map(|(at, _)| at + 1);
    ends.find(|end| is_variable(*end)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{is_hash, single_signs};

    fn check(text: &str, expected: &str) {
        let mut doubled = text.to_owned();
        for offset in single_signs(text, is_hash(text.trim_matches('"')))
            .into_iter()
            .rev()
        {
            doubled.insert(offset, '$');
        }
        assert_eq!(doubled, expected, "{text}");
    }

    #[test]
    fn signs_that_begin_no_variable_are_doubled() {
        check("$(date) ${A:-b} $C $$d 5$", "$$(date) ${A:-b} $C $$d 5$$");
        check("${A b} ${A:-${B}}", "$${A b} ${A:-${B}}");
        check("\"$2a$10$abc.D/e\"", "\"$$2a$$10$$abc.D/e\"");
        check("admin:$apr1$x$y", "admin:$$apr1$$x$$y");
        check("$1 and $A", "$$1 and $A");
    }
}
