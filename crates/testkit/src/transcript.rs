//! Transcripts: Markdown whose console blocks are run and compared.
//!
//! Documentation shows what strata prints; here it is made sure that it still does. In a page,
//! `<!-- file: PATH -->` before a fenced block makes that block a file, every line of a `console`
//! block that starts with `$ ` is run by bash, and what follows is what it must print, standard error
//! included. A status other than 0 is a last line `exit status: N`. Each second-level heading starts
//! in a fresh directory, which holds a copy of the examples, if there are any. With `STRATA_UPDATE=1` the page is rewritten instead.
//!
//! Deliberately not here: what the commands mean.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a transcript is run with.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Directory of the programs under test, put first on the search path.
    pub programs: PathBuf,
    /// Further environment variables; the rest of the environment is cleared.
    pub variables: Vec<(String, String)>,
    /// A directory that is copied, under its own name, into each directory that commands run in.
    pub examples: Option<PathBuf>,
}

/// One block of a page.
enum Block {
    Text(String),
    File {
        path: String,
        raw: String,
        content: String,
    },
    Console {
        commands: Vec<Exchange>,
    },
}

/// A command and what it printed.
struct Exchange {
    command: String,
    expected: String,
}

/// Runs every console block of a page and returns what differs, one description each.
///
/// # Panics
///
/// Where the page cannot be read or rewritten, or a directory cannot be made.
pub fn check(page: &Path, shell: &Shell) -> Vec<String> {
    let text = fs::read_to_string(page).expect("the page is readable");
    let updates = std::env::var_os("STRATA_UPDATE").is_some();
    let mut differences = Vec::new();
    let mut rewritten = String::new();
    let mut directory = fresh(shell);
    for block in parse(&text) {
        match block {
            Block::Text(line) => {
                if line.starts_with("## ") {
                    directory = fresh(shell);
                }
                rewritten.push_str(&line);
            }
            Block::File { path, raw, content } => {
                let target = directory.path().join(path);
                if let Some(parent) = target.parent() {
                    fs::create_dir_all(parent).expect("a temporary directory is writable");
                }
                fs::write(target, content).expect("a temporary directory is writable");
                rewritten.push_str(&raw);
            }
            Block::Console { commands } => {
                rewritten.push_str("```console\n");
                for exchange in commands {
                    let actual = run(&exchange.command, directory.path(), shell);
                    if actual != exchange.expected {
                        differences.push(format!(
                            "{}: $ {}\n--- expected\n{}--- printed\n{actual}",
                            page.display(),
                            exchange.command,
                            exchange.expected
                        ));
                    }
                    rewritten.push_str(&format!("$ {}\n{actual}", exchange.command));
                }
                rewritten.push_str("```\n");
            }
        }
    }
    if updates {
        fs::write(page, rewritten).expect("the page is writable");
        return Vec::new();
    }
    differences
}

/// Returns the number of lines the commands of a page print at most.
///
/// # Panics
///
/// Where the page cannot be read.
pub fn longest_output(page: &Path) -> usize {
    let text = fs::read_to_string(page).expect("the page is readable");
    let blocks = parse(&text).into_iter();
    blocks
        .filter_map(|block| match block {
            Block::Console { commands } => Some(commands),
            Block::Text(_) | Block::File { .. } => None,
        })
        .flatten()
        .map(|exchange| {
            let lines = exchange.expected.lines();
            lines
                .filter(|line| !line.starts_with("exit status: "))
                .count()
        })
        .max()
        .unwrap_or(0)
}

/// Returns the Markdown files below a directory, sorted.
///
/// # Panics
///
/// Where a directory cannot be read.
pub fn pages(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("the pages are readable") {
        let path = entry.expect("the pages are readable").path();
        if path.is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Returns whether a page has commands that [`check`] would run.
///
/// # Panics
///
/// Where the page cannot be read.
pub fn has_commands(page: &Path) -> bool {
    let text = fs::read_to_string(page).expect("the page is readable");
    let blocks = parse(&text);
    blocks
        .iter()
        .any(|block| matches!(block, Block::Console { commands } if !commands.is_empty()))
}

fn fresh(shell: &Shell) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    if let Some(examples) = &shell.examples {
        let name = examples.file_name().expect("the examples have a name");
        copy(examples, &directory.path().join(name));
    }
    directory
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a temporary directory is writable");
    for entry in fs::read_dir(from).expect("the examples are readable") {
        let entry = entry.expect("the examples are readable").path();
        let target = to.join(entry.file_name().expect("an entry has a name"));
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).expect("a temporary directory is writable");
        }
    }
}

fn parse(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.split_inclusive('\n');
    let mut file: Option<(String, String)> = None;
    while let Some(line) = lines.next() {
        let path = line
            .trim()
            .strip_prefix("<!-- file: ")
            .and_then(|rest| rest.strip_suffix(" -->"));
        if let Some(path) = path {
            file = Some((path.to_owned(), line.to_owned()));
            continue;
        }
        let is_console = line.trim_end() == "```console";
        if !(line.starts_with("```") && (is_console || file.is_some())) {
            if let Some((_, raw)) = &mut file {
                raw.push_str(line);
            } else {
                blocks.push(Block::Text(line.to_owned()));
            }
            continue;
        }
        let mut raw = line.to_owned();
        let mut content = String::new();
        for inner in lines.by_ref() {
            raw.push_str(inner);
            if inner.trim_end() == "```" {
                break;
            }
            content.push_str(inner);
        }
        blocks.push(match file.take() {
            Some((path, marker)) => Block::File {
                path,
                raw: format!("{marker}{raw}"),
                content,
            },
            None => Block::Console {
                commands: exchanges(&content),
            },
        });
    }
    blocks
}

fn exchanges(content: &str) -> Vec<Exchange> {
    let mut commands: Vec<Exchange> = Vec::new();
    for line in content.split_inclusive('\n') {
        if let Some(command) = line.strip_prefix("$ ") {
            let command = command.trim_end().to_owned();
            commands.push(Exchange {
                command,
                expected: String::new(),
            });
        } else if let Some(last) = commands.last_mut() {
            last.expected.push_str(line);
        }
    }
    commands
}

fn run(command: &str, directory: &Path, shell: &Shell) -> String {
    let search = format!("{}:/usr/local/bin:/usr/bin:/bin", shell.programs.display());
    let output = Command::new("bash")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(directory)
        .env_clear()
        .env("PATH", search)
        .env("HOME", directory)
        .env("LC_ALL", "C.UTF-8")
        .env("COLUMNS", "100")
        .envs(shell.variables.iter().map(|(name, value)| (name, value)))
        .output()
        .expect("bash is there");
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        Some(code) => text.push_str(&format!("exit status: {code}\n")),
        None => text.push_str("exit status: killed\n"),
    }
    text = text.replace(&directory.display().to_string(), "$DIR");
    mask_digests(&text)
}

/// Digests change with every word of the catalog and say nothing to a reader.
fn mask_digests(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("sha256:") {
        let after = &rest[at + 7..];
        let digits = after.bytes().take_while(u8::is_ascii_hexdigit).count();
        out.push_str(&rest[..at + 7]);
        out.push_str(if digits == 64 {
            "…"
        } else {
            &after[..digits]
        });
        rest = &after[digits..];
    }
    out.push_str(rest);
    out
}
