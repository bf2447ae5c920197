//! Where the real programs are, and what a test says when one is missing.
//!
//! Programs lie in one folder outside the repository, filled by `cargo xtask tools`, or on the
//! search path. This module looks there and never installs anything. A test that cannot run says so
//! by name instead of passing in silence, and fails where the programs are promised.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Returns the folder that `cargo xtask tools` fills: `$STRATA_TOOLS`, else
/// `$XDG_CACHE_HOME/strata-tools`, else `~/.cache/strata-tools`.
///
/// `None` means that the environment names none of them. A variable that is empty or a relative
/// path counts as unset: suites of different crates run in different folders.
pub fn folder() -> Option<PathBuf> {
    folder_from(
        env::var_os("STRATA_TOOLS"),
        env::var_os("XDG_CACHE_HOME"),
        env::var_os("HOME"),
    )
}

/// Returns the program of this name in the [`folder`], else on the search path.
pub fn find(name: &str) -> Option<PathBuf> {
    locate(
        name,
        folder().as_deref(),
        &env::var_os("PATH").unwrap_or_default(),
    )
}

/// Returns the file of this name in the [`folder`], for what is not a program, such as
/// `kwok-stages.yaml`.
pub fn find_file(name: &str) -> Option<PathBuf> {
    folder()
        .map(|folder| folder.join(name))
        .filter(|path| path.is_file())
}

/// Returns whether every program of `programs` can be found, and otherwise [`skip`]s `what`, naming
/// those that cannot.
///
/// # Examples
///
/// ```no_run
/// if !strata_testkit::tools::available("helm reads our chart", &["helm3", "helm4"]) {
///     return;
/// }
/// ```
///
/// # Panics
///
/// As [`skip`] does.
pub fn available(what: &str, programs: &[&str]) -> bool {
    let missing: Vec<&str> = programs
        .iter()
        .copied()
        .filter(|program| find(program).is_none())
        .collect();
    if missing.is_empty() {
        return true;
    }
    skip(what, &not_found(&missing));
    false
}

/// Says on stderr that `what` could not run and `why`; `cargo test -- --nocapture` shows it.
///
/// # Panics
///
/// When `STRATA_REQUIRE_TOOLS` is `1`, as in CI, where a test left out would be a hole that nobody
/// sees.
#[expect(
    clippy::print_stderr,
    reason = "the note is for whoever reads the test run"
)]
pub fn skip(what: &str, why: &str) {
    assert!(
        !is_required(env::var_os("STRATA_REQUIRE_TOOLS").as_deref()),
        "STRATA_REQUIRE_TOOLS is set, and {what} could not run: {why}"
    );
    eprintln!("skipped: {what}: {why}");
}

pub(crate) fn not_found(programs: &[&str]) -> String {
    format!(
        "not found: {}; `cargo xtask tools` brings them",
        programs.join(", ")
    )
}

fn is_required(value: Option<&OsStr>) -> bool {
    value.is_some_and(|value| value == "1")
}

fn folder_from(
    own: Option<OsString>,
    cache: Option<OsString>,
    home: Option<OsString>,
) -> Option<PathBuf> {
    let path = |value: Option<OsString>| value.map(PathBuf::from).filter(|path| path.is_absolute());
    path(own)
        .or_else(|| path(cache).map(|cache| cache.join("strata-tools")))
        .or_else(|| path(home).map(|home| home.join(".cache/strata-tools")))
}

fn locate(name: &str, folder: Option<&Path>, search_path: &OsStr) -> Option<PathBuf> {
    let on_search_path = env::split_paths(search_path).filter(|folder| folder.is_absolute());
    folder
        .map(Path::to_owned)
        .into_iter()
        .chain(on_search_path)
        .map(|folder| folder.join(name))
        .find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_of(own: &str, cache: &str, home: &str) -> Option<PathBuf> {
        folder_from(Some(own.into()), Some(cache.into()), Some(home.into()))
    }

    #[test]
    fn the_own_variable_comes_before_the_cache_and_the_home() {
        assert_eq!(folder_of("/t", "/c", "/h"), Some("/t".into()));
        assert_eq!(folder_of("", "/c", "/h"), Some("/c/strata-tools".into()));
        assert_eq!(
            folder_of("t", "c", "/h"),
            Some("/h/.cache/strata-tools".into())
        );
        assert_eq!(folder_of("", "", ""), None);
        assert_eq!(folder_from(None, None, None), None);
    }

    #[test]
    fn a_program_in_the_folder_comes_before_one_on_the_search_path() {
        let first = tempfile::tempdir().unwrap();
        let second = tempfile::tempdir().unwrap();
        let program = |folder: &Path, mode| {
            let path = folder.join("sample");
            std::fs::write(&path, "").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        let on_path = program(second.path(), 0o755);
        let search_path = second.path().as_os_str();
        assert_eq!(
            locate("sample", Some(first.path()), search_path),
            Some(on_path.clone())
        );
        program(first.path(), 0o644);
        assert_eq!(
            locate("sample", Some(first.path()), search_path),
            Some(on_path)
        );
        let in_folder = program(first.path(), 0o755);
        assert_eq!(
            locate("sample", Some(first.path()), search_path),
            Some(in_folder)
        );
        assert_eq!(locate("other", Some(first.path()), search_path), None);
        assert_eq!(locate("sample", None, OsStr::new("")), None);
    }

    #[test]
    fn only_one_turns_a_skip_into_a_failure() {
        assert!(is_required(Some(OsStr::new("1"))));
        assert!(!is_required(Some(OsStr::new("0"))));
        assert!(!is_required(None));
    }

    #[test]
    fn missing_programs_are_named_with_the_way_to_get_them() {
        assert_eq!(
            not_found(&["helm3", "etcd"]),
            "not found: helm3, etcd; `cargo xtask tools` brings them"
        );
    }
}
