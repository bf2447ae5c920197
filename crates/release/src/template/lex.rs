//! Text to tokens.
//!
//! Trimming happens here and nowhere else: the text around an action already lacks the white space
//! that its `{{-` and `-}}` take away.

use super::fault::Fault;

const LEFT: &str = "{{";
const RIGHT: &str = "}}";
const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];
/// A trim marker: the dash and the space beside it.
const MARKER: usize = 2;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    LeftDelimiter,
    RightDelimiter,
    Space,
    Assign,
    Declare,
    Pipe,
    LeftParenthesis,
    RightParenthesis,
    /// `.name`
    Field,
    /// `.`
    Dot,
    /// `$` or `$name`
    Variable,
    /// A name, keywords and `true` and `false` included.
    Word,
    Number,
    /// A character in single quotes.
    Character,
    Quoted,
    RawQuoted,
    /// Any other printable ASCII character, such as the comma.
    Other,
    End,
}

/// A token and its extent in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Returns the tokens, the last of which is the end, and what stopped the scan if something did.
///
/// The fault counts only once the parser has consumed every token: what precedes it is reported
/// first.
pub(super) fn scan(text: &str) -> (Vec<Token>, Option<Fault>) {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::new(),
    };
    let fault = lexer.text().err();
    let at = fault.as_ref().map_or(text.len(), |fault| fault.start);
    lexer.tokens.push(Token {
        kind: Kind::End,
        start: at,
        end: at,
    });
    (lexer.tokens, fault)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

type Scan<T> = Result<T, Fault>;

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += next.map_or(0, char::len_utf8);
        next
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.tokens.push(Token {
            kind,
            start,
            end: self.at,
        });
    }

    fn fault<T>(&self, start: usize, message: impl Into<String>) -> Scan<T> {
        Err(Fault::syntax(start, self.at, message))
    }

    fn text(&mut self) -> Scan<()> {
        loop {
            let start = self.at;
            let Some(length) = self.rest().find(LEFT) else {
                self.at = self.text.len();
                if self.at > start {
                    self.push(Kind::Text, start);
                }
                return Ok(());
            };
            let delimiter = start + length;
            let trims = starts_with_left_marker(&self.text[delimiter + LEFT.len()..]);
            let before = &self.text[start..delimiter];
            let kept = if trims {
                before.trim_end_matches(SPACES)
            } else {
                before
            };
            if !kept.is_empty() {
                self.at = start + kept.len();
                self.push(Kind::Text, start);
            }
            let inside = delimiter + LEFT.len() + if trims { MARKER } else { 0 };
            if self.text[inside..].starts_with("/*") {
                self.at = inside;
                self.comment(delimiter)?;
            } else {
                self.at = delimiter + LEFT.len();
                self.push(Kind::LeftDelimiter, delimiter);
                self.at = inside;
                self.action(delimiter)?;
            }
        }
    }

    fn comment(&mut self, start: usize) -> Scan<()> {
        let body = self.at + "/*".len();
        let Some(length) = self.text[body..].find("*/") else {
            self.at = body;
            return self.fault(start, "unclosed comment");
        };
        self.at = body + length + "*/".len();
        match self.right_delimiter() {
            Some(trims) => self.close(trims),
            None => return self.fault(start, "a comment ends before the `}}` of its action"),
        }
        Ok(())
    }

    /// Returns whether a right delimiter is next, and whether it trims.
    fn right_delimiter(&self) -> Option<bool> {
        let rest = self.rest();
        if starts_with_right_marker(rest) && rest[MARKER..].starts_with(RIGHT) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    /// Passes a right delimiter and what it trims.
    fn close(&mut self, trims: bool) {
        if trims {
            self.at += MARKER + RIGHT.len();
            self.at = self.text.len() - self.rest().trim_start_matches(SPACES).len();
        } else {
            self.at += RIGHT.len();
        }
    }

    fn action(&mut self, opened: usize) -> Scan<()> {
        let mut parentheses = 0_usize;
        loop {
            let start = self.at;
            if let Some(trims) = self.right_delimiter() {
                if parentheses > 0 {
                    return self.fault(start, "unclosed left parenthesis");
                }
                let end = start + RIGHT.len() + if trims { MARKER } else { 0 };
                self.tokens.push(Token {
                    kind: Kind::RightDelimiter,
                    start,
                    end,
                });
                self.close(trims);
                return Ok(());
            }
            let Some(c) = self.next() else {
                return Err(
                    Fault::syntax(opened, opened + LEFT.len(), "unclosed action")
                        .help("close it with `}}`"),
                );
            };
            let kind = match c {
                _ if SPACES.contains(&c) => {
                    self.spaces();
                    Kind::Space
                }
                '=' => Kind::Assign,
                ':' if self.next() == Some('=') => Kind::Declare,
                ':' => return self.fault(start, "expected `:=`"),
                '|' => Kind::Pipe,
                '"' => self.quoted(start, '"', Kind::Quoted)?,
                '\'' => self.quoted(start, '\'', Kind::Character)?,
                '`' => self.raw_quoted(start)?,
                '$' | '.' if self.is_at_terminator() && !self.is_digit_next() => {
                    if c == '$' {
                        Kind::Variable
                    } else {
                        Kind::Dot
                    }
                }
                '$' => self.name(start, Kind::Variable)?,
                '.' if !self.is_digit_next() => self.name(start, Kind::Field)?,
                '.' | '+' | '-' | '0'..='9' => {
                    self.at = start;
                    self.number(start)?
                }
                '(' => {
                    parentheses += 1;
                    Kind::LeftParenthesis
                }
                ')' => {
                    let Some(left) = parentheses.checked_sub(1) else {
                        return self.fault(start, "unexpected right parenthesis");
                    };
                    parentheses = left;
                    Kind::RightParenthesis
                }
                _ if is_alphanumeric(c) => self.name(start, Kind::Word)?,
                '!'..='~' => Kind::Other,
                _ => {
                    let message =
                        format!("unexpected character in an action: {}", c.escape_debug());
                    return self.fault(start, message);
                }
            };
            self.push(kind, start);
        }
    }

    /// Passes white space, but not that of ` -}}`.
    fn spaces(&mut self) {
        let start = self.at - 1;
        self.at = self.text.len() - self.rest().trim_start_matches(SPACES).len();
        let last = self.at - 1;
        let rest = &self.text[last..];
        if last > start && starts_with_right_marker(rest) && rest[MARKER..].starts_with(RIGHT) {
            self.at = last;
        }
    }

    fn is_digit_next(&self) -> bool {
        self.rest().starts_with(|c: char| c.is_ascii_digit())
    }

    /// Passes the rest of a name and returns `kind`, unless something odd follows.
    fn name(&mut self, start: usize, kind: Kind) -> Scan<Kind> {
        self.at = self.text.len() - self.rest().trim_start_matches(is_alphanumeric).len();
        if self.is_at_terminator() {
            return Ok(kind);
        }
        let name = &self.text[start..self.at];
        match self.next() {
            Some(c) => self.fault(
                start,
                format!("unexpected character after `{name}`: {}", c.escape_debug()),
            ),
            None => Ok(kind),
        }
    }

    fn is_at_terminator(&self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(c) => SPACES.contains(&c) || self.rest().starts_with(RIGHT),
        }
    }

    fn quoted(&mut self, start: usize, quote: char, kind: Kind) -> Scan<Kind> {
        loop {
            match self.next() {
                Some('\\') if self.peek().is_some_and(|c| c != '\n') => {
                    self.next();
                }
                None | Some('\n' | '\\') => {
                    return self.fault(start, "a quoted text is not closed on its line");
                }
                Some(c) if c == quote => return Ok(kind),
                Some(_) => {}
            }
        }
    }

    fn raw_quoted(&mut self, start: usize) -> Scan<Kind> {
        loop {
            match self.next() {
                None => return self.fault(start, "a text in backquotes is not closed"),
                Some('`') => return Ok(Kind::RawQuoted),
                Some(_) => {}
            }
        }
    }

    /// Passes anything that starts like a number; the parser decides whether it is one.
    fn number(&mut self, start: usize) -> Scan<Kind> {
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        let is_decimal = digits.len() == 11;
        let is_hexadecimal = digits.len() == 23;
        if is_decimal && self.accept("eE") || is_hexadecimal && self.accept("pP") {
            self.accept("+-");
            self.accept_run("0123456789_");
        }
        if self
            .peek()
            .is_some_and(|c| is_alphanumeric(c) || c == '+' || c == '-')
        {
            self.next();
            let text = &self.text[start..self.at];
            return self.fault(start, format!("not a number: `{text}`"));
        }
        Ok(Kind::Number)
    }

    fn accept(&mut self, set: &str) -> bool {
        let accepted = self.peek().is_some_and(|c| set.contains(c));
        if accepted {
            self.next();
        }
        accepted
    }

    fn accept_run(&mut self, set: &str) {
        while self.accept(set) {}
    }
}

fn starts_with_left_marker(text: &str) -> bool {
    text.strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(SPACES))
}

fn starts_with_right_marker(text: &str) -> bool {
    text.strip_prefix(SPACES)
        .is_some_and(|rest| rest.starts_with('-'))
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
