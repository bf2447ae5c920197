//! Which variables a script takes from its environment.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

use super::commands::is_name;

/// A variable that a script uses and does not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VariableUse {
    /// Whether every use of it says what to take where it is not set: `${NAME:-default}`.
    pub(crate) has_default: bool,
}

/// Variables that shells and engines set.
const PRESENT: &[&str] = &[
    "BASH",
    "BASHPID",
    "BASH_SOURCE",
    "EUID",
    "FUNCNAME",
    "GID",
    "GROUPS",
    "HOME",
    "HOSTNAME",
    "IFS",
    "LANG",
    "LINENO",
    "LOGNAME",
    "OLDPWD",
    "OPTARG",
    "OPTIND",
    "OSTYPE",
    "PATH",
    "PIPESTATUS",
    "PPID",
    "PS1",
    "PS2",
    "PS4",
    "PWD",
    "RANDOM",
    "REPLY",
    "SECONDS",
    "SHELL",
    "SHLVL",
    "TERM",
    "UID",
    "USER",
    "EPOCHSECONDS",
    "BASH_VERSION",
    "MACHTYPE",
    "HOSTTYPE",
    "COLUMNS",
    "LINES",
    "TZ",
    "TMPDIR",
];

/// Returns the variables that a script takes from its environment, by name. Nothing where others
/// could be set by what it reads in: `. file`, `eval`.
pub(crate) fn variables(script: &str) -> Option<BTreeMap<String, VariableUse>> {
    let mut reader = Reader::default();
    reader.read(&mut script.chars().peekable(), End::Text);
    if reader.reads_others {
        return None;
    }
    let set = reader.set;
    let mut uses = reader.uses;
    uses.retain(|name, _| !set.contains(name) && !PRESENT.contains(&name.as_str()));
    Some(uses)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Text,
    Quote,
    /// The closing bracket of a substitution.
    Round,
    /// The closing bracket of `${…}`.
    Curly,
    Backtick,
}

#[derive(Default)]
struct Reader {
    uses: BTreeMap<String, VariableUse>,
    set: Vec<String>,
    reads_others: bool,
    depth: usize,
}

/// How deep quotes and substitutions may stand in one another; nobody writes more.
const DEEPEST: usize = 50;

impl Reader {
    fn read(&mut self, rest: &mut Peekable<Chars<'_>>, end: End) {
        if self.depth >= DEEPEST {
            self.reads_others = true;
            rest.by_ref().for_each(drop);
            return;
        }
        self.depth += 1;
        self.read_inside(rest, end);
        self.depth -= 1;
    }

    fn read_inside(&mut self, rest: &mut Peekable<Chars<'_>>, end: End) {
        let mut word = String::new();
        let mut line: Vec<String> = Vec::new();
        while let Some(c) = rest.next() {
            let is_end = match end {
                End::Text => false,
                End::Quote => c == '"',
                End::Round => c == ')',
                End::Curly => c == '}',
                End::Backtick => c == '`',
            };
            if is_end {
                break;
            }
            match c {
                '\\' => {
                    rest.next();
                    word.push('\\');
                }
                '\'' if end != End::Quote => {
                    word.extend(rest.by_ref().take_while(|c| *c != '\''));
                }
                '"' => {
                    word.push('"');
                    self.read(rest, End::Quote);
                }
                '`' => self.read(rest, End::Backtick),
                '$' => self.dollar(rest, &mut word),
                '#' if word.is_empty() && !matches!(end, End::Quote | End::Curly) => {
                    while rest.next_if(|c| *c != '\n').is_some() {}
                }
                '(' if end != End::Quote => self.read(rest, End::Round),
                ' ' | '\t' | '\r' if end != End::Quote => {
                    line.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
                }
                '\n' | ';' | '|' | '&' if !matches!(end, End::Quote | End::Curly) => {
                    line.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
                    self.command(&line);
                    line.clear();
                }
                c => word.push(c),
            }
        }
        if !matches!(end, End::Quote | End::Curly) {
            line.extend(Some(word).filter(|word| !word.is_empty()));
            self.command(&line);
        }
    }

    /// Reads what follows a dollar sign.
    fn dollar(&mut self, rest: &mut Peekable<Chars<'_>>, word: &mut String) {
        word.push('$');
        match rest.peek() {
            Some('(') => {
                rest.next();
                self.read(rest, End::Round);
            }
            Some('{') => {
                rest.next();
                let is_length = rest.next_if_eq(&'#').is_some();
                let indirect = rest.next_if_eq(&'!').is_some();
                let name = name(rest);
                let operator: String = std::iter::from_fn(|| {
                    rest.next_if(|c| matches!(c, ':' | '-' | '=' | '+' | '?'))
                })
                .take(2)
                .collect();
                let operator = operator.trim_start_matches(':');
                if operator.starts_with('=') {
                    self.set.push(name.clone());
                }
                self.reads_others |= indirect;
                // `+` says that it may be unset; so does a test of its length.
                let has_default = operator.starts_with(['-', '=', '+']) && !is_length;
                self.used(name, has_default);
                self.read(rest, End::Curly);
            }
            Some(c) if c.is_ascii_alphabetic() || *c == '_' => {
                let name = name(rest);
                self.used(name, false);
            }
            _ => {}
        }
    }

    fn used(&mut self, name: String, has_default: bool) {
        if !is_name(&name) {
            return;
        }
        let known = self.uses.entry(name);
        known
            .and_modify(|known| known.has_default &= has_default)
            .or_insert(VariableUse { has_default });
    }

    /// Notes what a command sets.
    fn command(&mut self, words: &[String]) {
        let opens = [
            "if", "then", "else", "elif", "while", "until", "do", "{", "!",
        ];
        let mut words = words
            .iter()
            .map(String::as_str)
            .skip_while(|word| opens.contains(word))
            .peekable();
        while let Some((name, _)) = words.peek().and_then(|word| word.split_once('=')) {
            let name = name.trim_end_matches('+');
            if !is_name(name) {
                break;
            }
            self.set.push(name.to_owned());
            words.next();
        }
        match words.next() {
            Some("." | "source" | "eval") => self.reads_others = true,
            Some("export" | "local" | "readonly" | "declare" | "typeset") => {
                let names = words.filter_map(|word| word.split_once('='));
                self.set.extend(names.map(|(name, _)| name.to_owned()));
            }
            Some("for" | "select") => self.set.extend(words.next().map(str::to_owned)),
            Some("read" | "mapfile" | "readarray") => {
                let names = words.filter(|word| is_name(word));
                self.set.extend(names.map(str::to_owned));
            }
            Some("getopts") => self.set.extend(words.nth(1).map(str::to_owned)),
            Some("printf") if words.next() == Some("-v") => {
                self.set.extend(words.next().map(str::to_owned));
            }
            _ => {}
        }
    }
}

fn name(rest: &mut Peekable<Chars<'_>>) -> String {
    std::iter::from_fn(|| rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '_')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, expected: &str) {
        let found = variables(script).map(|uses| {
            let shown = uses.iter().map(|(name, one)| {
                let mark = if one.has_default { "?" } else { "" };
                format!("{name}{mark}")
            });
            shown.collect::<Vec<_>>().join(" ")
        });
        assert_eq!(found.as_deref().unwrap_or("unknown"), expected, "{script}");
    }

    #[test]
    fn what_comes_from_outside_is_found() {
        check("echo $A ${B} \"$C x${D}y\"", "A B C D");
        check("echo '$A' \\$B $1 $? $$ ${#} $@", "");
        check(
            "echo ${A:-x} ${B-y} ${B} ${C:?z} ${#D} ${E%%.*}",
            "A? B C D E",
        );
        check("echo ${A:-$B}", "A? B");
        check("echo $HOME $PATH $RANDOM", "");
        check("x $(echo $A `echo $B`)", "A B");
        check("echo $A # $B", "A");
        check("awk '{print $NF}' \"$F\"", "F");
        check("awk \"{print \\$NF}\"", "");
    }

    #[test]
    fn what_a_script_sets_is_its_own() {
        check("A=1; echo $A", "");
        check("A=$B; echo $A", "B");
        check("export A=1 B=2; echo $A$B", "");
        check("for i in 1 2; do echo $i; done", "");
        check("while read -r a b; do echo $a $b; done < $F", "F");
        check("until [ $n = 1 ]; do n=1; done", "");
        check(": ${A:=x}; echo $A", "");
        check("if true; then A=1; fi; echo $A", "");
        check("while getopts ab o; do echo $o $OPTARG; done", "");
    }

    #[test]
    fn what_is_read_in_may_set_anything() {
        check(". /env; echo $A", "unknown");
        check("set -a; source x; echo $A", "unknown");
        check("eval \"$(x)\"; echo $A", "unknown");
        check("echo ${!A}", "unknown");
        check(&"$(".repeat(100_000), "unknown");
    }
}
