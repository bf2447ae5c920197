//! `INT-1`: a dollar sign begins no variable.

use strata_diagnostic::{Class, Edit, Finding, Fix, Place, Rule, Safety, Severity};

use super::{Check, Context, Scope};
use crate::compose::interpolate::Template;
use crate::edits;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "INT-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "dollar sign begins no variable",
    cause: "Compose replaces variables in every value before it does anything else. A dollar sign \
            that begins something else, such as a command in `$(…)` or the hash of a password, it \
            leaves alone since version 2, and version 1 refuses the whole file; `${` without a name \
            or an end is refused by both. What follows is luck: a sign further on in the same hash \
            may begin a name, and is replaced by nothing.",
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
    fix: "Unsafe, since a variable may be meant that was mistyped; safe in the hash of a password, \
          where nothing else can be meant: the sign is doubled.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for (place, path, _) in &stack.notes.malformed {
        let message = format!("`{path}` has a `$` that begins no variable");
        let mut finding = Finding::new(&RULE, message).at_path(*place, path);
        if let Some(fix) = fix(context, *place) {
            finding = finding.fix(fix);
        }
        findings.push(finding.help("double it: `$$` stands for one dollar sign"));
    }
}

fn fix(context: &Context<'_>, place: Place) -> Option<Fix> {
    let text = edits::written(context, place)?;
    let is_hash = is_hash(text);
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
        safety: if is_hash {
            Safety::Safe
        } else {
            Safety::Unsafe
        },
        edits,
    })
}

/// Beginnings of password hashes in the format of crypt(5), and of files of them.
#[rustfmt::skip]
const HASHES: &[&str] = &[
    "$1$", "$2$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$apr1$",
    "$argon2", "$scrypt$", "$pbkdf2", "$bcrypt", "$sha1$",
];

/// Returns whether a text is nothing but the hash of a password, perhaps behind a name.
fn is_hash(text: &str) -> bool {
    let text = text.trim_matches(['"', '\'']);
    let first = text.find('$').map_or("", |at| &text[at..]);
    let begins = HASHES.iter().any(|hash| first.starts_with(hash));
    let is_part = |c: char| c.is_ascii_alphanumeric() || "$./+=,:-_@".contains(c);
    begins && text.chars().all(is_part)
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
    let ends = text.char_indices().skip(1).map(|(at, c)| at + c.len_utf8());
    if !text.starts_with("${") {
        let begins = Template::parse(text.get(..2).unwrap_or("$"));
        return match begins {
            Ok(template) if template.strays().is_empty() => 2,
            _ => 0,
        };
    }
    // The shortest beginning that closes every brace.
    let mut ends = ends.filter(|end| text[..*end].ends_with('}'));
    ends.find(|end| Template::parse(&text[..*end]).is_ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{is_hash, single_signs};

    fn check(text: &str, expected: &str) {
        let mut doubled = text.to_owned();
        for offset in single_signs(text, is_hash(text)).into_iter().rev() {
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

    #[test]
    fn hashes_are_told_from_scripts() {
        for (text, expected) in [
            ("'$2y$10$abc'", true),
            ("$argon2id$v=19$m=65536,t=3,p=4$abc$def", true),
            ("$1 $2", false),
            ("echo $2a$ x", false),
            ("$(date)", false),
        ] {
            assert_eq!(is_hash(text), expected, "{text}");
        }
    }
}
