//! Patterns of paths, for what is left out and what is waived.
//!
//! The rules are those that people know from ignore files, as far as they are needed: `*` and `?` stay
//! within one name, `**` crosses directories, a pattern without `/` is about a name anywhere, and one
//! that matches a directory stands for everything below it. Matching takes no more steps than the
//! product of the two lengths, whatever the pattern.

/// A pattern of paths with `/` between names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    /// One per name; `**` stands for any number of names.
    segments: Vec<Vec<char>>,
}

impl Glob {
    /// Reads a pattern; `./` before it, `/` around it and empty names count for nothing.
    pub fn new(pattern: &str) -> Self {
        let pattern = pattern.trim_start_matches("./");
        let mut segments: Vec<Vec<char>> = pattern
            .split('/')
            .filter(|name| !name.is_empty())
            .map(|name| name.chars().collect())
            .collect();
        // `/name` is about the root, `name` and `name/` about any directory.
        if !pattern.trim_end_matches('/').contains('/') && !segments.is_empty() {
            segments.insert(0, vec!['*', '*']);
        }
        Self { segments }
    }

    /// Returns whether the pattern matches a path, or a directory that it lies in.
    pub fn matches(&self, path: &str) -> bool {
        if self.segments.is_empty() {
            return false;
        }
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        // The last `**` seen and how many names it stands for so far: the only choice to revise.
        let mut retry: Option<(usize, usize)> = None;
        let (mut pattern, mut name) = (0, 0);
        loop {
            match self.segments.get(pattern) {
                // Whatever is left lies below a directory that matches.
                None => return true,
                Some(segment) if *segment == ['*', '*'] => {
                    retry = Some((pattern, name));
                    pattern += 1;
                    // At the end it stands for one name at least: `a/**` is not `a`.
                    if pattern == self.segments.len() {
                        return name < names.len();
                    }
                    continue;
                }
                Some(segment) => {
                    if names.get(name).is_some_and(|name| is_like(segment, name)) {
                        pattern += 1;
                        name += 1;
                        continue;
                    }
                }
            }
            match retry {
                Some((at, taken)) if taken < names.len() => {
                    retry = Some((at, taken + 1));
                    pattern = at + 1;
                    name = taken + 1;
                }
                _ => return false,
            }
        }
    }
}

/// Matches one name.
fn is_like(pattern: &[char], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let mut retry: Option<(usize, usize)> = None;
    let (mut p, mut n) = (0, 0);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, n));
                p += 1;
                continue;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
                continue;
            }
            _ => {}
        }
        let Some((at, taken)) = retry else {
            return false;
        };
        retry = Some((at, taken + 1));
        p = at + 1;
        n = taken + 1;
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_ignore_files() {
        for (pattern, path, expected) in [
            ("a.yml", "a.yml", true),
            ("a.yml", "x/y/a.yml", true),
            ("/a.yml", "x/a.yml", false),
            ("/a.yml", "a.yml", true),
            ("*.yml", "x/a.yml", true),
            ("*.yml", "x/a.yaml", false),
            ("x/*.yml", "x/a.yml", true),
            ("./x/*.yml", "x/a.yml", true),
            ("x/*.yml", "x/y/a.yml", false),
            ("x/**/*.yml", "x/a.yml", true),
            ("x/**/*.yml", "x/y/z/a.yml", true),
            ("**/z/**", "x/z/a", true),
            ("**/z/**", "x/z", false),
            ("legacy", "legacy/a/b.yml", true),
            ("legacy/", "x/legacy/b.yml", true),
            ("x/legacy", "x/legacy/b.yml", true),
            ("x/legacy", "legacy/b.yml", false),
            ("leg?cy", "legacy/b", true),
            ("l*g*y", "legacy", true),
            ("l*g*x", "legacy", false),
            ("", "a", false),
            ("/", "a", false),
            ("**", "a", true),
            ("[a]", "[a]", true),
            ("é?", "éa", true),
        ] {
            assert_eq!(
                Glob::new(pattern).matches(path),
                expected,
                "{pattern} {path}"
            );
        }
    }

    #[test]
    fn many_stars_do_not_take_long() {
        let pattern = format!("{}b", "*a".repeat(200));
        let path = "a".repeat(20_000);
        assert!(!Glob::new(&pattern).matches(&path));
        let pattern = format!("{}b", "**/a/".repeat(200));
        assert!(!Glob::new(&pattern).matches(&"a/".repeat(2_000)));
    }
}
