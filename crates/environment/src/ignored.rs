//! What Git leaves out of a repository, by the `.gitignore` files that were read.
//!
//! Only as much as is needed to say whether one file is ignored: patterns with `*`, `?` and `**`,
//! anchors, directories and exceptions. Settings of the user outside of the repository are unknown
//! here.

use crate::repository::{Repository, parent};

/// Returns whether Git ignores a file, as far as the `.gitignore` files say that were read.
pub(crate) fn is_ignored(repository: &Repository<'_>, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    // Whoever ignores a directory ignores what is in it, and no exception inside brings it back.
    (1..=parts.len()).any(|end| {
        let prefix = parts[..end].join("/");
        is_matched(repository, &prefix, end < parts.len())
    })
}

/// Returns the `.gitignore` files that could speak about a path, those of outer directories first.
pub(crate) fn files_about(path: &str) -> Vec<String> {
    let mut files = vec![".gitignore".to_owned()];
    for (offset, _) in path.match_indices('/') {
        files.push(format!("{}/.gitignore", &path[..offset]));
    }
    files
}

fn is_matched(repository: &Repository<'_>, path: &str, is_directory: bool) -> bool {
    let mut ignored = false;
    for file in files_about(path) {
        let Some(read) = repository.files.get(&file) else {
            continue;
        };
        let Ok(text) = std::str::from_utf8(read.bytes) else {
            continue;
        };
        let directory = parent(&file);
        let inside = path[directory.len()..].trim_start_matches('/');
        for line in text.lines() {
            if let Some(verdict) = verdict(line, inside, is_directory) {
                ignored = verdict;
            }
        }
    }
    ignored
}

/// Returns whether a line ignores a path, or takes it back; nothing where it is about others.
fn verdict(line: &str, path: &str, is_directory: bool) -> Option<bool> {
    let line = line.trim_end();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (pattern, verdict) = match line.strip_prefix('!') {
        Some(pattern) => (pattern, false),
        None => (line.strip_prefix('\\').unwrap_or(line), true),
    };
    let (pattern, only_directories) = match pattern.strip_suffix('/') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    if only_directories && !is_directory {
        return None;
    }
    let is_match = if pattern.contains('/') {
        let pattern: Vec<&str> = pattern.trim_start_matches('/').split('/').collect();
        let path: Vec<&str> = path.split('/').collect();
        matches_parts(&pattern, &path)
    } else {
        let name = path.rsplit('/').next().unwrap_or(path);
        matches_part(pattern.as_bytes(), name.as_bytes())
    };
    is_match.then_some(verdict)
}

fn matches_parts(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => {
            (0..=path.len()).any(|skipped| matches_parts(rest, &path[skipped..]))
        }
        ([first, rest @ ..], [part, path @ ..]) => {
            matches_part(first.as_bytes(), part.as_bytes()) && matches_parts(rest, path)
        }
        _ => false,
    }
}

/// Matches `*` and `?` inside of one part, in time linear in pattern times text.
fn matches_part(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'?') => {
                p += 1;
                t += 1;
            }
            Some(byte) if *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;

    use super::*;
    use crate::repository::ReadFile;

    fn check(ignores: &[(&str, &str)], path: &str, expected: bool) {
        let mut repository = Repository::default();
        for (file, text) in ignores {
            let source = SourceId(0);
            let bytes = text.as_bytes();
            let file = (*file).to_owned();
            repository.files.insert(file, ReadFile { source, bytes });
        }
        assert_eq!(is_ignored(&repository, path), expected, "{path}");
    }

    #[test]
    fn patterns_mean_what_git_says() {
        let root = |text| [(".gitignore", text)];
        check(&root("# x\n\n.env\n"), ".env", true);
        check(&root(".env\n"), "a/b/.env", true);
        check(&root("/.env\n"), "a/.env", false);
        check(&root("*.env\n!example.env\n"), "a/example.env", false);
        check(&root("*.env\n!example.env\n"), "a/other.env", true);
        check(&root("secrets/\n"), "a/secrets/b.env", true);
        check(&root("secrets/\n"), "secrets", false);
        check(&root("a/*.env\n"), "a/x.env", true);
        check(&root("a/*.env\n"), "a/b/x.env", false);
        check(&root("a/**/x.env\n"), "a/b/c/x.env", true);
        check(&root(".env.?\n"), ".env.1", true);
        check(&root("a*b*c\n"), "aXbYbZ", false);
        check(&[("a/.gitignore", "/x.env\n")], "a/x.env", true);
        check(&[("a/.gitignore", "/x.env\n")], "b/x.env", false);
        check(&[], ".env", false);
    }
}
