//! The machine strata runs on.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::program;
use crate::system::{FileKind, FileMetadata, Lock, ProgramEnd, ProgramRun, System};

/// Threads that flush files at once, this one among them; a file system gathers what waits, so more
/// cost time and gain none.
const SYNC_THREADS: usize = 4;

/// The real machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealSystem;

fn describe(metadata: &fs::Metadata) -> FileMetadata {
    use std::os::unix::fs::MetadataExt;
    let kind = if metadata.file_type().is_symlink() {
        FileKind::Link
    } else if metadata.is_file() {
        FileKind::File
    } else if metadata.is_dir() {
        FileKind::Directory
    } else {
        FileKind::Other
    };
    FileMetadata {
        kind,
        size_bytes: metadata.len(),
        identity: (metadata.dev(), metadata.ino()),
        mode: metadata.mode() & 0o7777,
    }
}

fn read_bounded(reader: impl Read, limit: usize, expected: u64) -> io::Result<Vec<u8>> {
    let capacity = usize::try_from(expected).unwrap_or(limit).min(limit);
    let mut bytes = Vec::with_capacity(capacity);
    reader.take(limit as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl System for RealSystem {
    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        fs::symlink_metadata(path).map(|metadata| describe(&metadata))
    }

    fn target_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        fs::metadata(path).map(|metadata| describe(&metadata))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        read_bounded(file, limit, size)
    }

    fn read_stdin(&self, limit: usize) -> io::Result<Vec<u8>> {
        read_bounded(io::stdin().lock(), limit, 0)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(path)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn list_unnameable(&self, path: &Path) -> io::Result<Vec<(String, FileKind)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if let Err(name) = entry.file_name().into_string() {
                let kind = describe(&entry.metadata()?).kind;
                found.push((name.to_string_lossy().into_owned(), kind));
            }
        }
        found.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        Ok(found)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "whoever asks what day it is decides what may depend on it"
    )]
    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn create_temporary_dir(&self, parent: &Path, prefix: &str) -> io::Result<PathBuf> {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::Builder::new()
            .prefix(prefix)
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir_in(parent)?;
        Ok(directory.keep())
    }

    fn write_new(&self, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(path)?;
        file.write_all(bytes)?;
        // The umask may have taken bits away; the mode is part of the artifact.
        file.set_permissions(fs::Permissions::from_mode(mode))
    }

    fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
    }

    fn write_in_place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
        file.write_all(bytes)?;
        file.flush()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).map_err(|error| {
            let error = io::Error::from(error);
            // A kernel says "no such call", a file system that it does not know the flag.
            match error.kind() {
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported => {
                    io::ErrorKind::Unsupported.into()
                }
                _ => error,
            }
        })
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Lock>> {
        loop {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                // Some network file systems know no locks; two writers there are the user's care.
                Err(TryLockError::Error(_)) => return Ok(Some(Lock::held(path.into(), file))),
            }
            // Whoever held it before may have removed the file that was just locked.
            let held = describe(&file.metadata()?).identity;
            if self
                .metadata(path)
                .is_ok_and(|found| found.identity == held)
            {
                return Ok(Some(Lock::held(path.into(), file)));
            }
        }
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }

    fn remove_empty_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync(&self, paths: &[PathBuf]) -> io::Result<()> {
        // At once: a journaling file system flushes many files in one go, and one by one in as many.
        let flush = |part: &[PathBuf]| {
            part.iter()
                .try_for_each(|path| File::open(path)?.sync_all())
        };
        let share = paths.len().div_ceil(SYNC_THREADS).max(1);
        let mut parts = paths.chunks(share);
        let own = parts.next().unwrap_or_default();
        thread::scope(|scope| {
            let others: Vec<_> = parts.map(|part| scope.spawn(move || flush(part))).collect();
            let flushed = flush(own);
            let results = others.into_iter().map(|other| {
                let panicked = || io::Error::other("a thread that flushes files panicked");
                other.join().unwrap_or_else(|_| Err(panicked()))
            });
            results.fold(flushed, Result::and)
        })
    }

    fn run(&self, run: &ProgramRun<'_>) -> io::Result<ProgramEnd> {
        program::run(run)
    }

    fn run_all(&self, runs: &[ProgramRun<'_>]) -> Vec<io::Result<ProgramEnd>> {
        program::run_all(runs)
    }
}
