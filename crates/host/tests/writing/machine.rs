//! The real machine with a record of the calls that change it, one of which can be made to fail.

use std::cell::{Cell, RefCell};
use std::io;
use std::path::{Path, PathBuf};

use strata_host::{FileMetadata, Lock, RealSystem, System};

/// What happens at the chosen call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It fails, as on a full disk; a file is left half-written. Later calls work.
    Full,
    /// The process is killed: this call and all later ones do nothing. A file is left half-written.
    Killed,
}

/// A machine.
#[derive(Default)]
pub(crate) struct Machine {
    pub(crate) calls: RefCell<Vec<&'static str>>,
    /// Which call, counted from 0, and what happens there.
    pub(crate) fault: Option<(usize, Fault)>,
    /// The file system cannot exchange directories.
    pub(crate) lacks_exchange: bool,
    /// Directories of this name cannot be moved, as if something were mounted there.
    pub(crate) mounted: Option<&'static str>,
    /// Somebody writes a file of this name into the target the moment before it is exchanged.
    pub(crate) appears: Option<&'static str>,
    pub(crate) is_dead: Cell<bool>,
}

impl Machine {
    /// Notes a call; fails where it must, after `torn` did half of it.
    fn call(&self, name: &'static str, torn: impl FnOnce()) -> io::Result<()> {
        if self.is_dead.get() {
            return Err(io::Error::other("killed"));
        }
        let number = self.calls.borrow().len();
        self.calls.borrow_mut().push(name);
        match self.fault {
            Some((at, fault)) if at == number => {
                torn();
                self.is_dead.set(fault == Fault::Killed);
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => Ok(()),
        }
    }

    fn refuse_mounted(&self, paths: [&Path; 2]) -> io::Result<()> {
        let is_mounted = |path: &&Path| {
            let name = path.file_name().and_then(|name| name.to_str());
            self.mounted.is_some() && name == self.mounted
        };
        if paths.iter().any(is_mounted) {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        Ok(())
    }
}

impl System for Machine {
    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        RealSystem.metadata(path)
    }

    fn target_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        RealSystem.target_metadata(path)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        RealSystem.canonical(path)
    }

    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        RealSystem.read(path, limit)
    }

    fn read_stdin(&self, limit: usize) -> io::Result<Vec<u8>> {
        RealSystem.read_stdin(limit)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        RealSystem.list(path)
    }

    fn now(&self) -> i64 {
        0
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.call("create_dir", || {})?;
        RealSystem.create_dir(path)
    }

    fn create_temporary_dir(&self, parent: &Path, prefix: &str) -> io::Result<PathBuf> {
        self.call("create_temporary_dir", || {})?;
        RealSystem.create_temporary_dir(parent, prefix)
    }

    fn write_new(&self, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
        let half = &bytes[..bytes.len() / 2];
        self.call("write", || drop(RealSystem.write_new(path, half, mode)))?;
        RealSystem.write_new(path, bytes, mode)
    }

    fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()> {
        self.call("set_mode", || {})?;
        RealSystem.set_mode(path, mode)
    }

    fn write_in_place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.call("write_in_place", || {})?;
        RealSystem.write_in_place(path, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.refuse_mounted([from, to])?;
        self.call("rename", || {})?;
        RealSystem.rename(from, to)
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        self.refuse_mounted([one, other])?;
        if self.lacks_exchange {
            return Err(io::ErrorKind::Unsupported.into());
        }
        self.call("exchange", || {})?;
        if let Some(name) = self.appears {
            RealSystem.write_new(&other.join(name), b"mine", 0o644)?;
        }
        RealSystem.exchange(one, other)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Lock>> {
        // Not noted: a lock is no content, and a killed process leaves it free.
        RealSystem.lock(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        // Half of what is in it may be gone when the process is.
        let first = || {
            for name in RealSystem.list(path).unwrap_or_default().iter().take(1) {
                drop(RealSystem.remove_file(&path.join(name)));
                drop(RealSystem.remove_dir(&path.join(name)));
            }
        };
        self.call("remove_dir", first)?;
        RealSystem.remove_dir(path)
    }

    fn remove_empty_dir(&self, path: &Path) -> io::Result<()> {
        self.call("remove_empty_dir", || {})?;
        RealSystem.remove_empty_dir(path)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.call("remove_file", || {})?;
        RealSystem.remove_file(path)
    }

    fn sync(&self, paths: &[PathBuf]) -> io::Result<()> {
        let name = if paths.len() == 1 { "sync" } else { "sync all" };
        self.call(name, || {})?;
        RealSystem.sync(paths)
    }
}
