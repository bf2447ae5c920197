//! What strata asks of the machine.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use strata_artifact::ArtifactPath;

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A device, a pipe or a socket.
    Other,
}

/// What is known of a path without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMetadata {
    /// What it is; links are not followed.
    pub kind: FileKind,
    /// Size in bytes.
    pub size_bytes: u64,
    /// What tells it from everything else on the machine: device and number on it.
    pub identity: (u64, u64),
    /// Permission bits, 0 to 0o7777.
    pub mode: u32,
}

impl FileMetadata {
    /// Returns whether its owner may write it; whoever may do everything asks all the same.
    pub const fn is_writable(&self) -> bool {
        self.mode & 0o200 != 0
    }

    /// Returns whether its owner may run it; for a directory, enter it.
    pub const fn is_executable(&self) -> bool {
        self.mode & 0o100 != 0
    }
}

/// A lock on a file, held for as long as this lives; then the file is removed.
#[derive(Debug)]
pub struct Lock(Option<(PathBuf, File)>);

impl Lock {
    /// A lock that keeps nobody out: the file system knows none, or there is nobody to keep out.
    pub const fn unheld() -> Self {
        Self(None)
    }

    pub(crate) const fn held(path: PathBuf, file: File) -> Self {
        Self(Some((path, file)))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is still held: whoever waits sees that the name is no longer this file.
        // A file that stays behind is taken over by the next run.
        if let Some((path, _file)) = self.0.take() {
            drop(fs::remove_file(path));
        }
    }
}

/// A program to run once, in a new directory that goes away with it.
#[derive(Clone, Debug)]
pub struct ProgramRun<'a> {
    /// Name, which is looked for on the search path.
    pub program: &'a str,
    /// Its arguments.
    pub arguments: &'a [String],
    /// What lies in the directory: path and content.
    pub files: &'a [(ArtifactPath, Vec<u8>)],
    /// Variables of the environment that it gets, beside those by which it finds programs, the home
    /// of the user, and the way through a proxy.
    pub variables: &'a [(&'a str, &'a str)],
    /// How long it may run; then it is killed, with everything that it started.
    pub limit: Duration,
    /// Most bytes that it may write to each of its outputs; then it is killed as well.
    pub most_bytes: usize,
}

/// How a program ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramEnd {
    /// Whether it ended by itself with status 0.
    pub is_success: bool,
    /// What it wrote to standard output.
    pub output: Vec<u8>,
    /// What it wrote to standard error.
    pub complaint: Vec<u8>,
}

/// The machine. The real one is [`crate::RealSystem`]; tests answer from a table.
pub trait System {
    /// Describes a path without following a link at its end.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn metadata(&self, path: &Path) -> io::Result<FileMetadata>;

    /// Describes a path after following links.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn target_metadata(&self, path: &Path) -> io::Result<FileMetadata>;

    /// Returns the absolute path without links, `.` and `..`.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// Reads at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>>;

    /// Reads at most `limit` bytes of standard input.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn read_stdin(&self, limit: usize) -> io::Result<Vec<u8>>;

    /// Returns the names in a directory, sorted; names that are not UTF-8 come out lossy.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;

    /// Returns what [`System::list`] cannot name: names that are not UTF-8, lossy, sorted, and what is there.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn list_unnameable(&self, _path: &Path) -> io::Result<Vec<(String, FileKind)>> {
        Ok(Vec::new())
    }

    /// Returns the time in seconds since 1970, for what expires.
    fn now(&self) -> i64;

    /// Creates a directory and those above it.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn create_dir(&self, path: &Path) -> io::Result<()>;

    /// Creates an empty directory of a new name inside `parent`.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn create_temporary_dir(&self, parent: &Path, prefix: &str) -> io::Result<PathBuf>;

    /// Creates a file that must not exist, with its permissions; [`System::sync`] flushes it.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn write_new(&self, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()>;

    /// Sets the permission bits of a path.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()>;

    /// Writes into what is there: a device, a pipe, the target of a link.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn write_in_place(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Renames a file or a directory over a file or an empty directory.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Exchanges two directories of one file system: at no moment is either missing.
    ///
    /// # Errors
    ///
    /// Of kind [`io::ErrorKind::Unsupported`] where the system or the file system cannot; else as
    /// the operating system says.
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()>;

    /// Locks a file, which is made if it is not there. Does not wait: `None` while somebody else
    /// holds it. A file system without locks gives [`Lock::unheld`].
    ///
    /// # Errors
    ///
    /// As the operating system says of making the file.
    fn lock(&self, path: &Path) -> io::Result<Option<Lock>>;

    /// Removes a directory and everything in it.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;

    /// Removes a directory that must be empty.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn remove_empty_dir(&self, path: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Flushes files, or directories with what was renamed into them, so that they survive a loss
    /// of power. Some file systems say only here that a disk or a quota is full.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn sync(&self, paths: &[PathBuf]) -> io::Result<()>;

    /// Runs a program and waits for its end. Machines of tests run none.
    ///
    /// # Errors
    ///
    /// Of kind [`io::ErrorKind::NotFound`] where there is no such program, of kind
    /// [`io::ErrorKind::TimedOut`] and [`io::ErrorKind::FileTooLarge`] where it passed a limit, of kind
    /// [`io::ErrorKind::Interrupted`] where a signal asked to stop, and whatever keeps it from being run.
    fn run(&self, run: &ProgramRun<'_>) -> io::Result<ProgramEnd> {
        let message = format!("{} is not run here", run.program);
        Err(io::Error::new(io::ErrorKind::Unsupported, message))
    }

    /// Runs programs, some of them at the same time, and waits for all; how each ended, in the order
    /// of the runs.
    ///
    /// # Errors
    ///
    /// As [`System::run`], for each.
    fn run_all(&self, runs: &[ProgramRun<'_>]) -> Vec<io::Result<ProgramEnd>> {
        runs.iter().map(|run| self.run(run)).collect()
    }
}
