//! What one program costs the machine: cpu time and peak memory, as the kernel counts them.
//!
//! The kernel counts a child's peak from the fork on, so that it is never less than what xtask
//! itself holds, some MiB; that is why memory is measured before anything large is done here.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use wait4::Wait4 as _;

/// Runs that are not counted, so that the files are in the page cache.
const WARM_UPS: usize = 2;

/// What a run used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// User and system time.
    pub(crate) cpu_microseconds: u64,
    /// Largest resident set.
    pub(crate) peak_bytes: u64,
}

/// Runs a program often, each time in a new folder below `parent`, and returns the median of its cpu times and the
/// highest of its peaks.
pub(super) fn median(
    program: &Path,
    arguments: &[OsString],
    runs: usize,
    parent: &Path,
) -> anyhow::Result<Usage> {
    median_in(program, arguments, runs, || {
        Ok(tempfile::tempdir_in(parent)?)
    })
}

/// As [`median`], in folders that are made ready, which is not counted.
pub(super) fn median_in(
    program: &Path,
    arguments: &[OsString],
    runs: usize,
    ready: impl Fn() -> anyhow::Result<TempDir>,
) -> anyhow::Result<Usage> {
    let mut times = Vec::new();
    let mut peak_bytes = 0;
    // They stay to the end: for minutes ext4 does not use the inodes of removed files again, and steps
    // over each of them whenever a file is created, so that every run would pay for those before it.
    let mut folders = Vec::new();
    for run in 0..WARM_UPS + runs {
        let folder = ready()?;
        let mut command = command(program, folder.path());
        let usage = once(command.args(arguments).stdout(Stdio::null()))?;
        if run >= WARM_UPS {
            times.push(usage.cpu_microseconds);
            peak_bytes = peak_bytes.max(usage.peak_bytes);
        }
        folders.push(folder);
    }
    times.sort_unstable();
    let cpu_microseconds = times.get(times.len() / 2).copied().context("no run")?;
    Ok(Usage {
        cpu_microseconds,
        peak_bytes,
    })
}

/// Prepares a program that sees nothing of our environment and writes below `folder`.
pub(super) fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// Runs a command to its end; it must succeed.
pub(super) fn once(command: &mut Command) -> anyhow::Result<Usage> {
    let (status, usage) = to_the_end(command.stderr(Stdio::null()))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(usage)
}

/// Runs a command to its end, whatever its status.
pub(crate) fn to_the_end(command: &mut Command) -> anyhow::Result<(ExitStatus, Usage)> {
    let child = command
        .spawn()
        .with_context(|| format!("cannot run {command:?}"))?;
    let ended = child.wait4()?;
    let cpu = ended.rusage.utime + ended.rusage.stime;
    let usage = Usage {
        cpu_microseconds: u64::try_from(cpu.as_micros())?,
        peak_bytes: ended.rusage.maxrss,
    };
    Ok((ended.status, usage))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_works_is_seen_to_work() {
        let arguments = ["-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"];
        let used = median(
            Path::new("/bin/sh"),
            &arguments.map(OsString::from),
            3,
            &std::env::temp_dir(),
        )
        .unwrap();
        assert!(used.cpu_microseconds > 1_000, "{}", used.cpu_microseconds);
        assert!(used.peak_bytes > 100 << 10, "{}", used.peak_bytes);
    }

    #[test]
    fn a_program_that_fails_is_an_error() {
        let failed = median(
            Path::new("/bin/sh"),
            &["-c", "exit 3"].map(OsString::from),
            1,
            &std::env::temp_dir(),
        );
        assert!(failed.is_err());
    }
}
