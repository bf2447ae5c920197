//! Which commands a script runs, and whether it can succeed when some of them cannot.

/// A list of commands joined by `;`, `&&`, `||` and `|`. Loops, functions, conditions and
/// substitutions are not taken apart: such a script is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    /// The status of the last statement is that of the script.
    statements: Vec<Statement>,
}

/// Pipelines with the operators between them; of two neighbours the left comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    first: Pipeline,
    rest: Vec<(Join, Pipeline)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Join {
    And,
    Or,
}

type Pipeline = Vec<Command>;

/// One command with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// Program and arguments, without quotes, redirections and assignments before them. Empty for an
    /// assignment or a redirection alone.
    pub(crate) words: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Operator(&'static str),
    Redirection,
}

/// Words that begin or end more than a list of commands.
const RESERVED: &[&str] = &[
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "{",
    "}", "!", "function", "[[", "select",
];

impl Script {
    /// Reads a script; nothing where it is more than a list of commands.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut statements = Vec::new();
        let mut statement: Option<Statement> = None;
        let mut join = None;
        let mut pipeline: Pipeline = Vec::new();
        let mut words: Vec<String> = Vec::new();
        let mut is_target = false;
        let mut tokens = tokens(text)?;
        tokens.push(Token::Operator(";"));
        for token in tokens {
            let operator = match token {
                Token::Word(word) if is_target => {
                    // Where a redirection leads is no argument; a file that lacks is no matter here.
                    let _ = word;
                    is_target = false;
                    continue;
                }
                Token::Word(word) => {
                    let is_first = words.is_empty();
                    if is_first && RESERVED.contains(&word.as_str()) {
                        return None;
                    }
                    if !(is_first && is_assignment(&word)) {
                        words.push(word);
                    }
                    continue;
                }
                Token::Redirection => {
                    is_target = true;
                    continue;
                }
                Token::Operator(operator) => operator,
            };
            pipeline.push(Command {
                words: std::mem::take(&mut words),
            });
            if operator == "|" {
                continue;
            }
            let done = std::mem::take(&mut pipeline);
            match (&mut statement, join) {
                (Some(statement), Some(join)) => statement.rest.push((join, done)),
                _ => {
                    statement = Some(Statement {
                        first: done,
                        rest: Vec::new(),
                    });
                }
            }
            join = match operator {
                "&&" => Some(Join::And),
                "||" => Some(Join::Or),
                _ => {
                    statements.extend(statement.take().filter(|statement| !statement.is_empty()));
                    None
                }
            };
        }
        Some(Self { statements })
    }

    /// Returns every command, in the order of the text.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &Command> {
        self.statements.iter().flat_map(|statement| {
            let rest = statement.rest.iter().flat_map(|(_, pipeline)| pipeline);
            statement.first.iter().chain(rest)
        })
    }

    /// Returns whether the script can end well, given which commands can.
    pub(crate) fn can_succeed(&self, can: &dyn Fn(&Command) -> bool) -> bool {
        self.statements.last().is_none_or(|last| {
            // What one command of a pipe lacks, the next never gets.
            let whole = |pipeline: &Pipeline| pipeline.iter().all(|command| command.can(can));
            let first = whole(&last.first);
            last.rest
                .iter()
                .fold(first, |before, (join, pipeline)| match join {
                    Join::And => before && whole(pipeline),
                    Join::Or => before || whole(pipeline),
                })
        })
    }
}

impl Statement {
    fn is_empty(&self) -> bool {
        let is_empty = |pipeline: &Pipeline| pipeline.iter().all(|one| one.words.is_empty());
        is_empty(&self.first) && self.rest.is_empty()
    }
}

impl Command {
    /// Returns the program that is run: the first word, or the one that `exec` or `env` runs.
    pub(crate) fn program(&self) -> Option<&str> {
        let mut words = self.words.iter().map(String::as_str);
        words.find(|word| {
            let is_wrapper = matches!(*word, "exec" | "command" | "env" | "nohup");
            !is_wrapper && !is_assignment(word)
        })
    }

    fn can(&self, can: &dyn Fn(&Self) -> bool) -> bool {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["false"] => false,
            ["exit" | "return", status] => *status == "0",
            _ => can(self),
        }
    }
}

/// Returns whether a word sets a variable: `NAME=value`.
pub(super) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| is_name(name))
}

/// Returns whether a text can be the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(is_letter) && text.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let operator = match c {
            ' ' | '\t' | '\r' => {
                tokens.extend(word.take().map(Token::Word));
                continue;
            }
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next()? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
                continue;
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next()? {
                        '"' => break,
                        '`' => return None,
                        '$' if rest.peek() == Some(&'(') => return None,
                        '\\' => match rest.next()? {
                            '\n' => {}
                            c @ ('"' | '\\' | '$' | '`') => word.push(c),
                            c => word.extend(['\\', c]),
                        },
                        c => word.push(c),
                    }
                }
                continue;
            }
            '\\' => {
                match rest.next()? {
                    '\n' => {}
                    c => word.get_or_insert_default().push(c),
                }
                continue;
            }
            '#' if word.is_none() => {
                while rest.next_if(|c| *c != '\n').is_some() {}
                continue;
            }
            // Subshells and substitutions are more than a list of commands.
            '(' | ')' | '`' => return None,
            '$' if rest.peek() == Some(&'(') => return None,
            '<' | '>' => {
                // The number before it is that of a stream.
                let is_number = |word: &mut String| word.bytes().all(|b| b.is_ascii_digit());
                word.take_if(is_number);
                tokens.extend(word.take().map(Token::Word));
                while rest
                    .next_if(|c| matches!(c, '<' | '>' | '&' | '|'))
                    .is_some()
                {}
                tokens.push(Token::Redirection);
                continue;
            }
            '\n' | ';' => ";",
            '&' if rest.next_if_eq(&'&').is_some() => "&&",
            '|' if rest.next_if_eq(&'|').is_some() => "||",
            '|' => "|",
            '&' if rest.peek() == Some(&'>') => {
                tokens.extend(word.take().map(Token::Word));
                continue;
            }
            '&' => ";",
            c => {
                word.get_or_insert_default().push(c);
                continue;
            }
        };
        tokens.extend(word.take().map(Token::Word));
        // A line may break behind an operator.
        let is_joined = matches!(tokens.last(), Some(Token::Operator("&&" | "||" | "|")));
        if !(is_joined && operator == ";") {
            tokens.push(Token::Operator(operator));
        }
    }
    tokens.extend(word.map(Token::Word));
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, programs: &str, can_without_curl: bool) {
        let script = Script::parse(text).expect("a list of commands");
        let found: Vec<&str> = script.commands().filter_map(Command::program).collect();
        assert_eq!(found.join(" "), programs, "{text}");
        let can = script.can_succeed(&|command| command.program() != Some("curl"));
        assert_eq!(can, can_without_curl, "{text}");
    }

    #[test]
    fn a_script_ends_well_if_one_way_through_it_does() {
        check("curl -f x", "curl", false);
        check("curl -f x || exit 1", "curl exit", false);
        check("wget x || curl x", "wget curl", true);
        check("curl x || wget x", "curl wget", true);
        check("curl x && wget x", "curl wget", false);
        check("curl x && a || exit 0", "curl a exit", true);
        check("curl -s x | grep -q ok", "curl grep", false);
        check("curl x; true", "curl true", true);
        check("true; curl x\n", "true curl", false);
        check("a && \\\n  curl x", "a curl", false);
        check("a ||\n curl x", "a curl", true);
        check("A=b exec curl x", "curl", false);
        check("wget x >/dev/null 2>&1 || exit 1", "wget exit", true);
        check("a &>/dev/null; b", "a b", true);
        check("a # curl\nb", "a b", true);
        check(
            "exec 3<>/dev/tcp/h/80;echo 'a;b' >&3;cat <&3 | grep x",
            "echo cat grep",
            true,
        );
        check("", "", true);
    }

    #[test]
    fn what_is_more_than_a_list_is_none() {
        for text in [
            "if a; then b; fi",
            "for a in b; do c; done",
            "! a",
            "a $(b)",
            "a \"$(b)\"",
            "(a)",
            "{ a; }",
            "a `b`",
            "a 'b",
        ] {
            assert_eq!(Script::parse(text), None, "{text}");
        }
    }
}
