//! Tokens to syntax tree.
//!
//! One fault ends the parse: what follows a broken action rarely means anything.

use std::sync::Arc;

use strata_diagnostic::nearest;

use super::fault::Fault;
use super::functions::{self, Function};
use super::lex::{Kind, Token, scan};
use super::literal;
use super::tree::{Choice, Command, Extent, Item, Loop, Number, Operand, Pipeline, Term};

/// Deepest nesting of blocks and parentheses together.
pub(super) const MAXIMUM_DEPTH: usize = 100;

/// Words that cannot be rendered: they name templates, and a manifest is one.
const NAMED_TEMPLATES: &[&str] = &["block", "define", "template", "include"];

pub(super) fn parse(text: &str) -> Result<Vec<Item>, Fault> {
    let (tokens, fault) = scan(text);
    let mut parser = Parser {
        text,
        tokens,
        at: 0,
        fault,
        variables: vec!["$".into()],
        depth: 0,
        loops: 0,
    };
    let (items, end) = parser.items()?;
    match end {
        Terminator::Input(token) => match parser.fault.take() {
            Some(fault) => Err(fault),
            None => {
                debug_assert_eq!(token.kind, Kind::End);
                Ok(items)
            }
        },
        Terminator::End(token) => Err(parser.at_token(token, "`end` without a block to close")),
        Terminator::Else(token) => Err(parser.at_token(token, "`else` without a block")),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    /// What stopped the scan.
    fault: Option<Fault>,
    /// Names declared at this point.
    variables: Vec<Arc<str>>,
    depth: usize,
    /// How many loops are open.
    loops: usize,
}

/// What ended a list of items. The action of an `else` is left open after the word.
#[derive(Clone, Copy)]
enum Terminator {
    Input(Token),
    End(Token),
    Else(Token),
}

/// What an action turned out to be.
enum Action {
    Item(Item),
    Terminator(Terminator),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    If,
    With,
    Range,
}

type Parse<T> = Result<T, Fault>;

impl<'a> Parser<'a> {
    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    /// Returns the token that is next; after the last one that is the last one again.
    fn peek(&self) -> Token {
        let last = self.tokens.len() - 1;
        self.tokens[self.at.min(last)]
    }

    fn next_visible(&mut self) -> Token {
        self.skip_space();
        self.next()
    }

    fn peek_visible(&mut self) -> Token {
        self.skip_space();
        self.peek()
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
    }

    fn word(&self, token: Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    fn is_word(&self, token: Token, word: &str) -> bool {
        token.kind == Kind::Word && self.word(token) == word
    }

    #[expect(clippy::unused_self, reason = "reads better beside `unexpected`")]
    fn at_token(&self, token: Token, message: impl Into<String>) -> Fault {
        Fault::syntax(token.start, token.end, message)
    }

    fn unexpected(&mut self, token: Token, context: &str) -> Fault {
        if token.kind == Kind::End {
            let fault = self.fault.take();
            return fault.unwrap_or_else(|| {
                self.at_token(token, format!("the template ends inside {context}"))
            });
        }
        let found = match token.kind {
            Kind::Space => "a space".to_owned(),
            _ => format!("`{}`", self.word(token)),
        };
        self.at_token(token, format!("unexpected {found} in {context}"))
    }

    fn deeper(&mut self, at: Token) -> Parse<()> {
        self.depth += 1;
        if self.depth > MAXIMUM_DEPTH {
            let message = format!("more than {MAXIMUM_DEPTH} levels of nesting");
            return Err(self.at_token(at, message));
        }
        Ok(())
    }

    fn items(&mut self) -> Parse<(Vec<Item>, Terminator)> {
        let mut items = Vec::new();
        loop {
            let token = self.next();
            match token.kind {
                Kind::Text => items.push(Item::Text(token.start..token.end)),
                Kind::LeftDelimiter => match self.action()? {
                    Action::Item(item) => items.push(item),
                    Action::Terminator(terminator) => return Ok((items, terminator)),
                },
                _ => return Ok((items, Terminator::Input(token))),
            }
        }
    }

    fn action(&mut self) -> Parse<Action> {
        let token = self.peek_visible();
        let word = if token.kind == Kind::Word {
            self.word(token)
        } else {
            ""
        };
        if NAMED_TEMPLATES.contains(&word) {
            let message = format!("`{word}` is not supported: a manifest is one template");
            return Err(self
                .at_token(token, message)
                .help("write the text out where it is used"));
        }
        let block = match word {
            "if" => Block::If,
            "with" => Block::With,
            "range" => Block::Range,
            "end" => {
                self.next();
                self.close("`end`")?;
                return Ok(Action::Terminator(Terminator::End(token)));
            }
            "else" => {
                self.next();
                return Ok(Action::Terminator(Terminator::Else(token)));
            }
            "break" | "continue" => {
                self.next();
                self.close(&format!("`{word}`"))?;
                if self.loops == 0 {
                    let message = format!("`{word}` outside `range`");
                    return Err(self.at_token(token, message));
                }
                return Ok(Action::Item(if word == "break" {
                    Item::Break
                } else {
                    Item::Continue
                }));
            }
            _ => {
                let pipeline = self.pipeline("an action", Kind::RightDelimiter, false)?;
                return Ok(Action::Item(Item::Action(pipeline)));
            }
        };
        self.next();
        self.deeper(token)?;
        let declared = self.variables.len();
        let item = if block == Block::Range {
            self.range()?
        } else {
            self.choice(block)?
        };
        self.variables.truncate(declared);
        self.depth -= 1;
        Ok(Action::Item(item))
    }

    fn close(&mut self, context: &str) -> Parse<()> {
        let token = self.next_visible();
        match token.kind {
            Kind::RightDelimiter => Ok(()),
            _ => Err(self.unexpected(token, context)),
        }
    }

    /// `if` and `with`. A chain of `else if` is one choice, however long.
    fn choice(&mut self, block: Block) -> Parse<Item> {
        let (name, context) = match block {
            Block::If => ("if", "`if`"),
            Block::With | Block::Range => ("with", "`with`"),
        };
        let mut choice = Choice {
            branches: Vec::new(),
            otherwise: Vec::new(),
            moves_dot: block == Block::With,
        };
        loop {
            let pipeline = self.pipeline(context, Kind::RightDelimiter, false)?;
            let (body, terminator) = self.items()?;
            choice.branches.push((pipeline, body));
            if self.is_closed(terminator, context)? {
                break;
            }
            let token = self.peek_visible();
            if self.is_word(token, name) {
                self.next();
                continue;
            }
            choice.otherwise = self.otherwise(context)?;
            break;
        }
        Ok(Item::Choice(choice))
    }

    fn range(&mut self) -> Parse<Item> {
        let over = self.pipeline("`range`", Kind::RightDelimiter, true)?;
        self.loops += 1;
        let (body, terminator) = self.items()?;
        self.loops -= 1;
        let is_closed = self.is_closed(terminator, "`range`")?;
        let otherwise = if is_closed {
            Vec::new()
        } else {
            self.otherwise("`range`")?
        };
        Ok(Item::Range(Loop {
            over,
            body,
            otherwise,
        }))
    }

    /// Returns whether a block ended with `end` and not with `else`.
    fn is_closed(&mut self, terminator: Terminator, context: &str) -> Parse<bool> {
        match terminator {
            Terminator::End(_) => Ok(true),
            Terminator::Else(_) => Ok(false),
            Terminator::Input(token) => {
                Err(self.unexpected(token, &format!("{context}: no `end`")))
            }
        }
    }

    fn otherwise(&mut self, context: &str) -> Parse<Vec<Item>> {
        self.close("`else`")?;
        let (items, terminator) = self.items()?;
        match terminator {
            Terminator::End(_) => Ok(items),
            Terminator::Else(token) => Err(self.at_token(token, "`else` after `else`")),
            Terminator::Input(token) => {
                Err(self.unexpected(token, &format!("{context}: no `end`")))
            }
        }
    }

    fn pipeline(&mut self, context: &str, end: Kind, is_range: bool) -> Parse<Pipeline> {
        let start = self.peek_visible().start;
        let (names, assigns) = self.declarations(context, is_range)?;
        let mut commands = Vec::new();
        loop {
            let token = self.peek_visible();
            if token.kind == end {
                break;
            }
            match token.kind {
                Kind::Word
                | Kind::Dot
                | Kind::Field
                | Kind::Variable
                | Kind::Number
                | Kind::Character
                | Kind::Quoted
                | Kind::RawQuoted
                | Kind::LeftParenthesis => {
                    let stage = commands.len();
                    let command = self.command()?;
                    if stage > 0 && !is_executable(&command.first) {
                        let Extent { start, end } = command.extent;
                        let message = "a pipeline sends its value to something that takes none";
                        return Err(Fault::syntax(start, end, message));
                    }
                    commands.push(command);
                }
                _ => {
                    self.next();
                    return Err(self.unexpected(token, context));
                }
            }
        }
        let extent = start..self.tokens[self.at.saturating_sub(1)].end.max(start);
        let last = self.next();
        if commands.is_empty() {
            return Err(self.at_token(last, format!("{context} has no value")));
        }
        Ok(Pipeline {
            extent,
            assigns,
            names,
            commands,
        })
    }

    /// Reads `$a :=`, `$a =`, and in a range `$a, $b :=` and `$a, $b =`.
    fn declarations(&mut self, context: &str, is_range: bool) -> Parse<(Vec<Arc<str>>, bool)> {
        let mut names: Vec<Arc<str>> = Vec::new();
        loop {
            let before = self.at;
            let token = self.peek_visible();
            if token.kind != Kind::Variable {
                return Ok((names, false));
            }
            self.next();
            let next = self.peek_visible();
            let is_comma = next.kind == Kind::Other && self.word(next) == ",";
            if !is_comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                self.at = before;
                return Ok((names, false));
            }
            self.next();
            let name: Arc<str> = self.word(token).into();
            self.variables.push(Arc::clone(&name));
            names.push(name);
            if !is_comma {
                return Ok((names, next.kind == Kind::Assign));
            }
            if !is_range || names.len() > 1 {
                return Err(self.at_token(next, format!("too many variables in {context}")));
            }
            if self.peek_visible().kind != Kind::Variable {
                return Err(self.at_token(next, "a variable is expected after the comma"));
            }
        }
    }

    fn command(&mut self) -> Parse<Command> {
        let start = self.peek_visible().start;
        let mut operands = Vec::new();
        let mut end = start;
        loop {
            self.skip_space();
            if let Some(operand) = self.operand()? {
                end = operand.extent.end;
                operands.push(operand);
            }
            let token = self.next();
            match token.kind {
                Kind::Space => {}
                Kind::RightDelimiter | Kind::RightParenthesis => {
                    self.at -= 1;
                    break;
                }
                Kind::Pipe => break,
                _ => return Err(self.unexpected(token, "a command")),
            }
        }
        let mut operands = operands.into_iter();
        match operands.next() {
            Some(first) => Ok(Command {
                extent: start..end,
                first,
                arguments: operands.collect(),
            }),
            None => Err(Fault::syntax(start, end, "a command is empty")),
        }
    }

    /// Reads a term and the fields after it; nothing if no term is next.
    fn operand(&mut self) -> Parse<Option<Operand>> {
        let start = self.peek();
        let Some(term) = self.term()? else {
            return Ok(None);
        };
        let mut fields = Vec::new();
        if start.kind == Kind::Field {
            fields.push(self.word(start)[1..].into());
        }
        let can_have_fields = start.kind == Kind::Field
            || matches!(
                term,
                Term::Variable(_) | Term::Function(_) | Term::Pipeline(_)
            );
        while self.peek().kind == Kind::Field {
            let field = self.next();
            if !can_have_fields {
                let message = format!("unexpected `.` after `{}`", self.word(start));
                return Err(self.at_token(field, message));
            }
            fields.push(self.word(field)[1..].into());
        }
        let end = self.tokens[self.at - 1].end;
        Ok(Some(Operand {
            extent: start.start..end,
            term,
            fields,
        }))
    }

    fn term(&mut self) -> Parse<Option<Term>> {
        let token = self.next();
        let word = self.word(token);
        let inner = |from: &'a str| &from[1..from.len() - 1];
        let literal = |result: Result<Term, String>| {
            result.map_err(|message| Fault::syntax(token.start, token.end, message))
        };
        let term = match token.kind {
            Kind::Dot | Kind::Field => Term::Dot,
            Kind::Word => match word {
                "nil" => Term::Nil,
                "true" | "false" => Term::Boolean(word == "true"),
                _ => Term::Function(self.function(token)?),
            },
            Kind::Variable => {
                if !self.variables.iter().any(|name| **name == *word) {
                    let names = self.variables.iter().map(|name| &**name);
                    let finding = self.at_token(token, format!("undefined variable `{word}`"));
                    return Err(suggest(finding, nearest(word, names)));
                }
                Term::Variable(word.into())
            }
            Kind::Number => literal(literal::number(word).map(Term::Number))?,
            Kind::Character => literal(literal::character(inner(word)).map(Term::Number))?,
            Kind::Quoted => {
                literal(literal::unquote(inner(word)).map(|text| Term::Text(text.into())))?
            }
            // As in Go, a carriage return is no part of a raw text.
            Kind::RawQuoted => Term::Text(inner(word).replace('\r', "").into()),
            Kind::LeftParenthesis => {
                self.deeper(token)?;
                let pipeline = self.pipeline("parentheses", Kind::RightParenthesis, false)?;
                self.depth -= 1;
                Term::Pipeline(Box::new(pipeline))
            }
            _ => {
                self.at -= 1;
                return Ok(None);
            }
        };
        Ok(Some(term))
    }

    fn function(&self, token: Token) -> Parse<&'static Function> {
        let name = self.word(token);
        functions::find(name).ok_or_else(|| {
            let keywords = ["if", "else", "end", "with", "range", "break", "continue"];
            if keywords.contains(&name) || NAMED_TEMPLATES.contains(&name) {
                return self.at_token(token, format!("unexpected `{name}`"));
            }
            let fault = self.at_token(token, format!("unknown function `{name}`"));
            suggest(fault, nearest(name, functions::names()))
        })
    }
}

fn suggest(fault: Fault, name: Option<&str>) -> Fault {
    match name {
        Some(name) => fault.help(format!("did you mean `{name}`?")),
        None => fault,
    }
}

/// Returns whether a command can take a value from the one before it, as far as its form tells.
fn is_executable(first: &Operand) -> bool {
    match &first.term {
        Term::Boolean(_) | Term::Nil | Term::Number(Number { .. }) | Term::Text(_) => false,
        Term::Dot => !first.fields.is_empty(),
        Term::Variable(_) | Term::Function(_) | Term::Pipeline(_) => true,
    }
}
