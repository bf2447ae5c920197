//! Recorded results and real charts, which are not part of the repository.
//!
//! The variable `STRATA_CORPUS` names the folder. Unlike programs, it cannot be brought to a machine
//! that lacks it, so a test without it says so and passes, also where programs are required.

use std::env;
use std::path::PathBuf;

/// Returns a folder or file of the corpus, or says on stderr that `what` is skipped.
///
/// # Examples
///
/// ```no_run
/// let Some(charts) = strata_testkit::corpus::find("real charts", "charts") else {
///     return;
/// };
/// ```
///
/// # Panics
///
/// When the variable is set and the path is not there: a wrong setting would leave out every test.
#[expect(
    clippy::print_stderr,
    reason = "the note is for whoever reads the test run"
)]
pub fn find(what: &str, path: &str) -> Option<PathBuf> {
    let Some(folder) = env::var_os("STRATA_CORPUS").filter(|value| !value.is_empty()) else {
        eprintln!("skipped: {what}: STRATA_CORPUS is not set");
        return None;
    };
    let found = PathBuf::from(folder).join(path);
    assert!(
        found.exists(),
        "STRATA_CORPUS is set, and {} is not there",
        found.display()
    );
    Some(found)
}
