//! What strata asks of the machine.

use std::io;
use std::path::{Path, PathBuf};

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
    /// Whether its owner may run it; for a directory, enter it.
    pub is_executable: bool,
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

    /// Removes a directory and everything in it.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;

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
}
