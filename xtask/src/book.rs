//! `cargo xtask book`: does the book hang together?
//!
//! Every page is in the table of contents, every link leads somewhere, every anchor exists. That is
//! checked here, because mdBook builds a book with broken links without a word; where mdBook is
//! installed, the book is built as well. What pages say is checked elsewhere: transcripts by a test
//! of the program, the reference by `cargo xtask generate --check`.

mod links;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use crate::repository::root;

pub(crate) const SUMMARY: &str = "Check the table of contents, links and anchors of the book";

const HELP: &str = "\
Usage: cargo xtask book

Checks the table of contents, links and anchors of docs/src, and links of the documents in the
repository's root. Builds the book in target/book where mdBook is installed (`cargo xtask tools
mdbook`); with STRATA_REQUIRE_TOOLS=1 it must be.
";

const PAGES: &str = "docs/src";
const CONTENTS: &str = "docs/src/SUMMARY.md";

pub(crate) fn run(arguments: Vec<String>) -> Result<ExitCode> {
    if let Some(argument) = arguments.into_iter().next() {
        print!("{HELP}");
        let is_help = ["-h", "--help"].contains(&argument.as_str());
        return Ok(ExitCode::from(if is_help { 0 } else { 2 }));
    }
    let root = root();
    let mut documents = BTreeMap::new();
    read(&root, Path::new(PAGES), &mut documents)?;
    for entry in fs::read_dir(&root)? {
        let name = PathBuf::from(entry?.file_name());
        if name.extension().is_some_and(|extension| extension == "md") {
            documents.insert(name.clone(), fs::read_to_string(root.join(name))?);
        }
    }
    let mut problems = contents(&documents);
    problems.extend(dead_links(&documents, |path| root.join(path).exists()));
    for problem in &problems {
        println!("{problem}");
    }
    println!(
        "book: {} documents, {} problems",
        documents.len(),
        problems.len()
    );
    let is_built = build(&root)?;
    Ok(if problems.is_empty() && is_built {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Documents by their path below the repository's root.
type Documents = BTreeMap<PathBuf, String>;

fn read(root: &Path, folder: &Path, documents: &mut Documents) -> Result<()> {
    for entry in fs::read_dir(root.join(folder)).with_context(|| format!("{}", folder.display()))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            read(root, &path, documents)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            documents.insert(path.clone(), fs::read_to_string(root.join(path))?);
        }
    }
    Ok(())
}

/// Compares the pages with the table of contents.
fn contents(documents: &Documents) -> Vec<String> {
    let Some(summary) = documents.get(Path::new(CONTENTS)) else {
        return vec![format!("{CONTENTS}: is not there")];
    };
    let mut problems = Vec::new();
    let mut listed = BTreeSet::new();
    for link in links::links(summary) {
        let page = Path::new(PAGES).join(&link.target);
        if !listed.insert(page.clone()) {
            problems.push(format!(
                "{CONTENTS}:{}: {} is listed twice",
                link.line, link.target
            ));
        }
    }
    let pages = documents.keys().filter(|path| path.starts_with(PAGES));
    for page in pages.filter(|path| *path != Path::new(CONTENTS)) {
        if !listed.contains(page) {
            problems.push(format!("{}: is not in {CONTENTS}", page.display()));
        }
    }
    problems
}

/// Returns the links that lead nowhere.
fn dead_links(documents: &Documents, exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let anchors: BTreeMap<&PathBuf, BTreeSet<String>> = documents
        .iter()
        .map(|(path, text)| (path, links::anchors(text)))
        .collect();
    let mut problems = Vec::new();
    for (path, text) in documents {
        for link in links::links(text) {
            let at = format!("{}:{}", path.display(), link.line);
            let (file, anchor) = link
                .target
                .split_once('#')
                .map_or((link.target.as_str(), None), |(file, anchor)| {
                    (file, Some(anchor))
                });
            let target = if file.is_empty() {
                Some(path.clone())
            } else {
                joined(path, file)
            };
            let Some(target) = target.filter(|target| exists(target)) else {
                problems.push(format!("{at}: {file} does not exist"));
                continue;
            };
            // The built book holds nothing but its own pages.
            if path.starts_with(PAGES) && !target.starts_with(PAGES) {
                problems.push(format!("{at}: {file} is outside of the book"));
            }
            if let Some(anchor) = anchor
                && !anchors
                    .get(&target)
                    .is_some_and(|known| known.contains(anchor))
            {
                problems.push(format!(
                    "{at}: {} has no heading #{anchor}",
                    target.display()
                ));
            }
        }
    }
    problems
}

/// Returns the path that a link of a document leads to; `None` if it leaves the repository.
fn joined(document: &Path, file: &str) -> Option<PathBuf> {
    let mut path = document.parent()?.to_path_buf();
    for part in Path::new(file).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

/// Builds the book, if mdBook is there, and returns whether nothing is wrong.
fn build(root: &Path) -> Result<bool> {
    let Some(program) = strata_testkit::tools::find("mdbook") else {
        let is_required =
            std::env::var_os("STRATA_REQUIRE_TOOLS").is_some_and(|value| value == "1");
        println!("book: not built: `mdbook` is not installed");
        return Ok(!is_required);
    };
    let output = Command::new(&program)
        .arg("build")
        .arg(root.join("docs"))
        .arg("--dest-dir")
        .arg(root.join("target/book"))
        .output()
        .with_context(|| format!("{}", program.display()))?;
    let log = String::from_utf8_lossy(&output.stderr);
    // mdBook ends well although it could not make sense of something.
    let complaints: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("WARN") || line.contains("ERROR"))
        .collect();
    for line in &complaints {
        println!("{line}");
    }
    println!("book: built with {}", program.display());
    Ok(output.status.success() && complaints.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(pairs: &[(&str, &str)]) -> Documents {
        pairs
            .iter()
            .map(|(path, text)| (PathBuf::from(path), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn pages_and_the_table_of_contents_agree() {
        let book = documents(&[
            (CONTENTS, "# Summary\n- [A](a.md)\n- [A again](a.md)\n"),
            ("docs/src/a.md", "# A\n"),
            ("docs/src/b.md", "# B\n"),
            ("README.md", "# R\n"),
        ]);
        assert_eq!(
            contents(&book),
            [
                "docs/src/SUMMARY.md:3: a.md is listed twice",
                "docs/src/b.md: is not in docs/src/SUMMARY.md"
            ]
        );
    }

    #[test]
    fn links_lead_to_files_and_headings_of_the_book() {
        let book = documents(&[
            (
                "docs/src/a.md",
                "# A\n[1](b.md#two-words) [2](#a) [3](c.md) [4](b.md#x) [5](../../README.md) [6](../../../x)\n",
            ),
            ("docs/src/b.md", "# Two words\n"),
            ("README.md", "[7](docs/src/a.md) [8](https://example.com)\n"),
        ]);
        let exists = |path: &Path| book.contains_key(path);
        assert_eq!(
            dead_links(&book, exists),
            [
                "docs/src/a.md:2: c.md does not exist",
                "docs/src/a.md:2: docs/src/b.md has no heading #x",
                "docs/src/a.md:2: ../../README.md is outside of the book",
                "docs/src/a.md:2: ../../../x does not exist",
            ]
        );
    }
}
