//! A Git repository on loopback, read over HTTP as clusters read theirs.
//!
//! Flux reads no repository from a disk. Here Git's own server program answers for one, without
//! credentials; what is put into the repository is the test's part.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::http_server::{Answer, Server, cgi};
use crate::tools;

/// A repository served until it is dropped.
#[derive(Debug)]
pub struct GitRepository {
    server: Server,
    name: String,
}

impl GitRepository {
    /// The programs that it needs, for [`tools::available`].
    pub const PROGRAMS: [&'static str; 1] = ["git"];

    /// Serves the repository at `folder`, a directory with `.git` inside, for reading.
    ///
    /// # Errors
    ///
    /// When no port of loopback can be had, `folder` has no name in UTF-8, or there is no Git.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        let name = folder.file_name().and_then(|name| name.to_str());
        let (Some(root), Some(name)) = (folder.parent(), name) else {
            anyhow::bail!("{} is no folder with a name", folder.display());
        };
        let git = tools::find("git").ok_or_else(|| anyhow::anyhow!(tools::not_found(&["git"])))?;
        let root = root.to_owned();
        let server = Server::start(move |request| {
            let answer = cgi(&mut http_backend(&git, &root), request);
            answer.unwrap_or_else(|error| {
                Answer::new("500 Internal Server Error", error.to_string().into_bytes())
            })
        })?;
        Ok(Self {
            server,
            name: name.to_owned(),
        })
    }

    /// Returns the address, `http://127.0.0.1:PORT/NAME`.
    pub fn url(&self) -> String {
        format!("http://{}/{}", self.server.address(), self.name)
    }
}

fn http_backend(git: &Path, root: &PathBuf) -> Command {
    let mut command = Command::new(git);
    command
        .arg("http-backend")
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        // The folder may belong to another user than the one who runs the tests.
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "safe.directory")
        .env("GIT_CONFIG_VALUE_0", "*");
    command
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;
    use crate::process::output_within;

    fn git(folder: &Path, words: &[&str]) -> String {
        let mut command = Command::new("git");
        command
            .current_dir(folder)
            .args(["-c", "user.name=x", "-c", "user.email=x@example.com"])
            .args(words);
        let output = output_within(&mut command, Duration::from_mins(1)).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn what_was_committed_is_cloned_and_nothing_is_pushed() {
        if !tools::available("a Git repository over HTTP", &GitRepository::PROGRAMS) {
            return;
        }
        let root = tempfile::tempdir().unwrap();
        let published = root.path().join("published");
        fs::create_dir(&published).unwrap();
        git(&published, &["init", "--quiet", "--initial-branch", "main"]);
        fs::write(published.join("file"), "text\n").unwrap();
        git(&published, &["add", "--all"]);
        git(&published, &["commit", "--quiet", "--message", "one"]);
        let repository = GitRepository::start(&published).unwrap();
        git(
            root.path(),
            &["clone", "--quiet", &repository.url(), "copy"],
        );
        let copy = root.path().join("copy");
        assert_eq!(fs::read_to_string(copy.join("file")).unwrap(), "text\n");
        let mut push = Command::new("git");
        push.current_dir(&copy)
            .args(["push", "--quiet", "origin", "HEAD:refs/heads/other"])
            .env("GIT_TERMINAL_PROMPT", "0");
        let output = output_within(&mut push, Duration::from_mins(1)).unwrap();
        assert!(!output.status.success());
        assert_eq!(git(&published, &["branch", "--list", "other"]), "");
    }
}
