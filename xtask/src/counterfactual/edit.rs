//! One fixed change per type of value, made to one line of a file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

/// A changed file, put back by [`Edit::undo`].
pub(crate) struct Edit {
    file: PathBuf,
    before: Vec<u8>,
    /// A copy of a file under the new name that the edited line gives.
    copied: Option<PathBuf>,
}

impl Edit {
    pub(crate) fn undo(self) -> Result<()> {
        fs::write(&self.file, &self.before)?;
        if let Some(copied) = self.copied {
            fs::remove_file(copied)?;
        }
        Ok(())
    }
}

/// What the value is, as far as the change depends on it.
#[derive(Clone, Copy)]
pub(crate) enum Meaning<'a> {
    /// Any value: text gets a letter more, a number becomes one more, a boolean the other one.
    Any(&'a Value),
    /// The text of a whole file: its first line gets a comment.
    WholeFile,
    /// The name of an entry of the registry: the entry gets the source of a kustomization.
    Kustomization,
    /// A constraint: its last digit changes, or it gets a letter more.
    Constraint,
    /// A length of time: it gets a digit in front.
    Duration,
    /// `error` or `warning`: the other one.
    Severity,
    /// A file of the catalog: another name, under which a file of the same effect is put.
    File(&'a Path),
    /// One of a few names: this one instead.
    Name(&'a str),
}

/// Changes the value that starts at a line and column, both from 1, or says why that is impossible.
pub(crate) fn apply(
    file: &Path,
    line: usize,
    column: usize,
    meaning: Meaning<'_>,
) -> Result<Result<Edit, &'static str>> {
    let before = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let text = String::from_utf8(before.clone())?;
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let Some(edited) = line.checked_sub(1).and_then(|index| lines.get_mut(index)) else {
        return Ok(Err("the line is not there"));
    };
    let added = match meaning {
        Meaning::WholeFile => Some(" # x".to_owned()),
        Meaning::Kustomization => edited
            .find("name:")
            .map(|indent| format!("\n{}kustomize: {{defaultSource: x}}", " ".repeat(indent))),
        _ => None,
    };
    if let Some(added) = added {
        edited.push_str(&added);
        fs::write(file, lines.join("\n"))?;
        return Ok(Ok(Edit {
            file: file.to_owned(),
            before,
            copied: None,
        }));
    }
    let start = edited
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(edited.len(), |(index, _)| index);
    let (head, tail) = edited.split_at(start);
    let token = match Token::of(head, tail) {
        Ok(token) => token,
        Err(reason) => return Ok(Err(reason)),
    };
    let rest = tail.get(token.raw.len()..).unwrap_or_default();
    let (changed, copied) = token.changed(meaning)?;
    *edited = format!("{head}{changed}{rest}");
    fs::write(file, lines.join("\n"))?;
    Ok(Ok(Edit {
        file: file.to_owned(),
        before,
        copied,
    }))
}

/// A scalar as it stands in a line.
struct Token<'a> {
    raw: &'a str,
    quote: Option<char>,
}

impl<'a> Token<'a> {
    fn of(head: &str, tail: &'a str) -> Result<Self, &'static str> {
        let quote = tail.chars().next().filter(|first| "'\"".contains(*first));
        if let Some(quote) = quote {
            let inside = tail.get(1..).unwrap_or_default();
            let end = inside
                .find(quote)
                .ok_or("a quoted text over several lines")?;
            let raw = tail.get(..end + 2).ok_or("the line is not there")?;
            return Ok(Self {
                raw,
                quote: Some(quote),
            });
        }
        if tail.starts_with('*') || tail.starts_with('&') {
            return Err("an alias or an anchor stands there");
        }
        let is_flow = head.matches(['{', '[']).count() > head.matches(['}', ']']).count();
        let mut end = tail.find(" #").unwrap_or(tail.len());
        if is_flow {
            end = end.min(tail.find([',', ']', '}']).unwrap_or(tail.len()));
        }
        let raw = tail.get(..end).unwrap_or_default().trim_end();
        Ok(Self { raw, quote: None })
    }

    fn content(&self) -> &str {
        self.quote
            .map_or(self.raw, |quote| self.raw.trim_matches(quote))
    }

    fn changed(&self, meaning: Meaning<'_>) -> Result<(String, Option<PathBuf>)> {
        let content = self.content();
        let is_block = self.quote.is_none() && content.starts_with(['|', '>']);
        let mut copied = None;
        let changed = match meaning {
            // Whether the last line break belongs to the text is said in its first line.
            Meaning::Any(_) if is_block => {
                let mode = content.chars().next().unwrap_or('|');
                if content.ends_with('-') {
                    mode.to_string()
                } else {
                    format!("{mode}-")
                }
            }
            Meaning::Any(Value::Bool(is_true)) => (!is_true).to_string(),
            Meaning::Any(Value::Number(number)) => match number.as_i64() {
                Some(number) => (number + 1).to_string(),
                None => format!("{content}1"),
            },
            Meaning::Any(Value::Null) => {
                if self.raw.is_empty() {
                    " x".to_owned()
                } else {
                    "x".to_owned()
                }
            }
            Meaning::Any(_) => format!("{content}x"),
            Meaning::WholeFile | Meaning::Kustomization => content.to_owned(),
            Meaning::Constraint => match content.chars().last() {
                Some(last @ '0'..='8') => {
                    let kept = content.strip_suffix(last).unwrap_or_default();
                    format!("{kept}9")
                }
                Some('9') => format!("{}8", content.strip_suffix('9').unwrap_or_default()),
                _ => format!("{content}x"),
            },
            Meaning::Duration => format!("1{content}"),
            Meaning::Severity if content == "error" => "warning".to_owned(),
            Meaning::Severity => "error".to_owned(),
            Meaning::File(directory) => {
                let (folder, name) = content.rsplit_once('/').unwrap_or(("", content));
                let renamed = format!("{folder}/x-{name}");
                let target = directory.join(renamed.trim_start_matches('/'));
                // A component's `values.yaml` is read beneath whatever file is named, so another
                // name for it must add nothing.
                let bytes = if name == "values.yaml" {
                    b"{}\n".to_vec()
                } else {
                    fs::read(directory.join(content))
                        .with_context(|| format!("cannot read {content} of the catalog"))?
                };
                fs::write(&target, bytes)?;
                copied = Some(target);
                renamed
            }
            Meaning::Name(name) => name.to_owned(),
        };
        let quoted = match self.quote {
            Some(quote) => format!("{quote}{changed}{quote}"),
            None => changed,
        };
        Ok((quoted, copied))
    }
}
