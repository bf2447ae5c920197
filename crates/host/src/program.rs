//! Other people's programs, run once: found on the search path, given arguments as a list, a cleared
//! environment and a new directory, bounded in time and in what they write.
//!
//! Nothing here knows what a program is for. It gets a process group of its own, so that what it
//! started ends with it. Ctrl-C does not reach such a group, so while a program runs the signal is noted
//! here, and the group is killed.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::interrupt::Interrupt;
use crate::system::{ProgramEnd, ProgramRun};

/// Variables that every program gets: where programs and the user's own settings are, and how to get
/// through a proxy.
const PASSED_ON: [&str; 14] = [
    "PATH",
    "HOME",
    "XDG_CONFIG_HOME",
    "SSH_AUTH_SOCK",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
    "GIT_SSH_COMMAND",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
];

/// How often a running program is looked at.
const PAUSE: Duration = Duration::from_millis(5);

/// How many programs run at the same time.
const AT_ONCE: usize = 2;

/// Runs a program; see [`crate::System::run`].
pub(crate) fn run(run: &ProgramRun<'_>) -> io::Result<ProgramEnd> {
    run_watched(run, &Interrupt::watch())
}

/// Runs programs, some at the same time; see [`crate::System::run_all`].
pub(crate) fn run_all(runs: &[ProgramRun<'_>]) -> Vec<io::Result<ProgramEnd>> {
    let interrupt = Interrupt::watch();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut ended = Vec::new();
        while let Some((index, run)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            runs.get(index).map(|run| (index, run))
        } {
            ended.push((index, run_watched(run, &interrupt)));
        }
        ended
    };
    let mut ended = thread::scope(|scope| {
        let others: Vec<_> = (1..AT_ONCE.min(runs.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let mut ended = work();
        for other in others {
            // A thread that panicked leaves its share out, which is filled below.
            ended.extend(other.join().unwrap_or_default());
        }
        ended
    });
    ended.sort_by_key(|(index, _)| *index);
    let mut ended = ended.into_iter().peekable();
    let result = |index| match ended.next_if(|(found, _)| *found == index) {
        Some((_, result)) => result,
        None => Err(io::Error::other("a thread that runs programs panicked")),
    };
    (0..runs.len()).map(result).collect()
}

fn run_watched(run: &ProgramRun<'_>, interrupt: &Interrupt) -> io::Result<ProgramEnd> {
    interrupt.check()?;
    let program = find(run.program).ok_or_else(|| {
        let message = format!("{} is not on the search path", run.program);
        io::Error::new(io::ErrorKind::NotFound, message)
    })?;
    let directory = tempfile::tempdir()?;
    for (path, content) in run.files {
        let file = directory.path().join(path.as_str());
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, content)?;
    }
    let passed_on = PASSED_ON
        .iter()
        .filter_map(|name| Some((*name, env::var_os(name)?)));
    let mut child = Command::new(program)
        .args(run.arguments)
        .current_dir(directory.path())
        .env_clear()
        .envs(passed_on)
        // What it makes for itself goes away with the directory, however it ends.
        .env("TMPDIR", directory.path())
        .envs(run.variables.iter().copied())
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let most = run.most_bytes;
    let output = child.stdout.take().map(|pipe| reader(pipe, most));
    let complaint = child.stderr.take().map(|pipe| reader(pipe, most));
    let status = wait(&mut child, run.limit, interrupt);
    // Whatever it started and left behind holds the pipes open.
    kill(&child);
    let [output, complaint] = [output, complaint].map(collected);
    let status = status?;
    let (output, complaint) = (output?, complaint?);
    if output.len() > most || complaint.len() > most {
        return Err(too_much(run.program));
    }
    Ok(ProgramEnd {
        is_success: status.success(),
        output,
        complaint,
    })
}

fn too_much(program: &str) -> io::Error {
    let message = format!("{program} writes more than is read");
    io::Error::new(io::ErrorKind::FileTooLarge, message)
}

/// Returns the program of a name on the search path; directories that are not absolute do not count.
fn find(name: &str) -> Option<PathBuf> {
    let search = env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    let is_program = |path: &Path| {
        path.metadata()
            .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    env::split_paths(&search)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(name))
        .find(|path| is_program(path))
}

type Reading = JoinHandle<io::Result<Vec<u8>>>;

/// Reads a pipe from a thread of its own, up to one byte past what may be written.
fn reader(pipe: impl Read + Send + 'static, most: usize) -> Reading {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.take(most as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    })
}

fn collected(reading: Option<Reading>) -> io::Result<Vec<u8>> {
    match reading {
        Some(reading) => reading
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("a pipe was not read"))),
        None => Ok(Vec::new()),
    }
}

/// Waits until a program ends, and kills it where it takes too long or a signal asks to stop.
fn wait(child: &mut Child, limit: Duration, interrupt: &Interrupt) -> io::Result<ExitStatus> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if let Err(interrupted) = interrupt.check() {
            kill(child);
            child.wait()?;
            return Err(interrupted);
        }
        if Instant::now() >= deadline {
            kill(child);
            child.wait()?;
            let message = format!("it did not end within {} s", limit.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, message));
        }
        thread::sleep(PAUSE);
    }
}

/// Kills a program and everything that it started. There may be nothing left.
fn kill(child: &Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::KILL);
    }
}
