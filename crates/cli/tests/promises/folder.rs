//! A folder with files in it, and the program run there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The program under test.
pub(crate) const STRATA: &str = env!("CARGO_BIN_EXE_strata");

/// Registry of a layer that adds no component.
pub(crate) const EMPTY_REGISTRY: &str =
    "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents: []\n";

/// A folder that vanishes with the test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// Creates a folder with files, given as path and content.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary folder"));
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// Creates a folder in memory where the machine has one, for tests that write many files: there
    /// flushing them costs nothing. Programs may be forbidden to run from it.
    pub(crate) fn in_memory(files: &[(&str, &str)]) -> Self {
        let memory = Path::new("/dev/shm");
        let made = tempfile::tempdir_in(memory).map(Self);
        let folder = made.unwrap_or_else(|_| Self::with(&[]));
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let target = self.at(path);
        fs::create_dir_all(target.parent().expect("inside the folder")).expect("writable");
        fs::write(target, text).expect("writable");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Names in the folder, sorted, hidden ones included.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("readable");
        let names = entries.map(|entry| entry.expect("readable").file_name());
        let mut names: Vec<String> = names
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// A command that runs in this folder with nothing but a search path in its environment.
    pub(crate) fn command(&self, program: &str) -> Command {
        let programs = Path::new(STRATA).parent().expect("a program has a folder");
        let search = format!("{}:/usr/local/bin:/usr/bin:/bin", programs.display());
        let mut command = Command::new(program);
        command
            .current_dir(self.path())
            .env_clear()
            .env("PATH", search)
            .env("HOME", self.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the program; findings come as JSON.
    pub(crate) fn strata(&self, arguments: &[&str]) -> Run {
        let mut command = self.command(STRATA);
        command.env("STRATA_MESSAGE_FORMAT", "json").args(arguments);
        Run::of(&mut command)
    }

    /// Runs a line of shell, where `strata` is the program and findings come as JSON.
    pub(crate) fn shell(&self, line: &str) -> Run {
        let mut command = self.command("bash");
        command
            .env("STRATA_MESSAGE_FORMAT", "json")
            .args(["-c", line]);
        Run::of(&mut command)
    }
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Run {
    /// Exit status; 128 and more for a signal, as a shell counts.
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().expect("the program starts"))
    }

    /// Findings as JSON objects; fails on any other line.
    pub(crate) fn findings(&self) -> Vec<Value> {
        let parse = |line| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}: {self:?}"))
        };
        self.stderr.lines().map(parse).collect()
    }

    pub(crate) fn codes(&self) -> Vec<String> {
        let findings = self.findings().into_iter();
        findings
            .map(|finding| finding["code"].as_str().expect("a code").to_owned())
            .collect()
    }

    /// Fails unless the run was refused with this status and, first, this finding, and said nothing
    /// on standard output.
    #[track_caller]
    pub(crate) fn refused(&self, status: i32, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        let first = self.findings().into_iter().next();
        let first = first.unwrap_or_else(|| panic!("no finding: {self:?}"));
        assert_eq!(first["code"], code, "{self:?}");
        first
    }

    /// Fails unless the run ended with this status and, first, this finding, whatever it printed.
    #[track_caller]
    pub(crate) fn shows_code(&self, status: i32, code: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.codes().first().map(String::as_str),
            Some(code),
            "{self:?}"
        );
    }

    /// Fails unless the run succeeded without a word on standard error.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "{self:?}");
        self
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        let signal = output.status.signal().map(|signal| 128 + signal);
        Self {
            status: output.status.code().or(signal).expect("one of the two"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// `FILE:LINE` of the main place of a finding, or the name alone where the whole file is meant.
pub(crate) fn place(finding: &Value) -> String {
    let place = &finding["places"][0];
    let file = place["file"].as_str().unwrap_or("nowhere");
    match place["line"].as_u64() {
        Some(line) if line > 0 => format!("{file}:{line}"),
        _ => file.to_owned(),
    }
}
