//! The Git repository that a bundle is published in, on disk.

use std::path::{Path, PathBuf};
use std::process::Command;

use strata_testkit::output_within;

use crate::bundle::{LIMIT, files, path};
use crate::deploy::assert_success;

pub(crate) struct Repository {
    folder: PathBuf,
}

impl Repository {
    /// Makes an empty repository, `published`, in a directory.
    pub(crate) fn make(directory: &Path) -> Self {
        let folder = directory.join("published");
        std::fs::create_dir(&folder).expect("a directory can be made");
        let repository = Self { folder };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its address for who reads it from the disk.
    pub(crate) fn file_url(&self) -> String {
        format!("file://{}", self.folder.display())
    }

    fn git(&self, words: &[&str]) {
        let mut command = Command::new("git");
        command
            .current_dir(&self.folder)
            .args(["-c", "user.name=x", "-c", "user.email=x@example.com"])
            .args(words);
        assert_success(&output_within(&mut command, LIMIT).expect("git runs and ends"));
    }

    /// Makes a directory of the repository what a bundle is.
    pub(crate) fn publish(&self, bundle: &Path, directory: &str) {
        let place = self.folder.join(directory);
        std::fs::create_dir_all(&place).expect("a directory can be made");
        for old in files(&place) {
            if old.is_dir() && !old.ends_with(".git") {
                std::fs::remove_dir_all(old).expect("a directory can be removed");
            } else if old.is_file() {
                std::fs::remove_file(old).expect("a file can be removed");
            }
        }
        let mut copy = Command::new("cp");
        copy.args(["--recursive", &format!("{}/.", path(bundle)), path(&place)]);
        assert_success(&output_within(&mut copy, LIMIT).expect("cp runs and ends"));
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", directory]);
    }
}
