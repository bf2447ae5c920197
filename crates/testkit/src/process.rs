//! Child processes that end: short ones by a deadline, long ones with their owner.
//!
//! Everything a child says is kept, because a test that fails in a real program is explained by
//! that program. Which programs run, and with what, is decided elsewhere.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::mem;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// How long a waiting loop rests between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// The same where a look may be a whole run of kubectl.
const READY_PAUSE: Duration = Duration::from_millis(50);

/// How long a killed child's pipes are read on.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Lines of a log that an error quotes.
const LOG_TAIL_LINES: usize = 20;

/// Runs a command to its end and returns what it wrote; kills it at the limit.
///
/// # Errors
///
/// When the command cannot be started or does not end within the limit; the error then quotes what
/// it said until then.
pub fn output_within(command: &mut Command, limit: Duration) -> anyhow::Result<Output> {
    let name = command.get_program().to_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {}", name.display()))?;
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let deadline = Instant::now() + limit;
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            None if Instant::now() >= deadline => {
                child.kill()?;
                child.wait()?;
                bail!(
                    "{} did not end within {} s{}{}",
                    name.display(),
                    limit.as_secs(),
                    quoted("stdout", stdout),
                    quoted("stderr", stderr)
                );
            }
            None => thread::sleep(PAUSE),
        }
    };
    Ok(Output {
        status,
        stdout: collected(stdout)?,
        stderr: collected(stderr)?,
    })
}

/// A thread that empties a pipe, and what it has read so far.
struct Reader {
    thread: thread::JoinHandle<io::Result<()>>,
    read: Arc<Mutex<Vec<u8>>>,
}

/// Empties a pipe from a thread of its own, so that a child never waits for us to read.
fn reader(pipe: Option<impl Read + Send + 'static>) -> Option<Reader> {
    pipe.map(|mut pipe| {
        let read = Arc::new(Mutex::new(Vec::new()));
        let thread = thread::spawn({
            let read = Arc::clone(&read);
            move || {
                let mut chunk = [0; 8192];
                loop {
                    match pipe.read(&mut chunk) {
                        Ok(0) => return Ok(()),
                        Ok(count) => {
                            let new = chunk.get(..count).unwrap_or_default();
                            locked(&read).extend_from_slice(new);
                        }
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        });
        Reader { thread, read }
    })
}

fn locked(read: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    // The bytes are whole whatever happened to the one who held them.
    read.lock().unwrap_or_else(PoisonError::into_inner)
}

fn collected(reader: Option<Reader>) -> anyhow::Result<Vec<u8>> {
    let Some(reader) = reader else {
        return Ok(Vec::new());
    };
    match reader.thread.join() {
        Ok(result) => result?,
        Err(_) => bail!("the thread that reads a child's output panicked"),
    }
    let bytes = mem::take(&mut *locked(&reader.read));
    Ok(bytes)
}

/// Returns what a child that was killed had said. Its own children may still hold the pipe, so the
/// end of it is not waited for; a moment is, since the last words are the ones that matter.
fn quoted(stream: &str, reader: Option<Reader>) -> String {
    let Some(reader) = reader else {
        return String::new();
    };
    let deadline = Instant::now() + LAST_WORDS;
    while !reader.thread.is_finished() && Instant::now() < deadline {
        thread::sleep(PAUSE);
    }
    let bytes = locked(&reader.read);
    if bytes.is_empty() {
        return String::new();
    }
    format!(
        "\n{stream}:\n{}",
        String::from_utf8_lossy(&bytes).trim_end()
    )
}

/// A service ended by itself while it was waited for, as it does when its port is taken.
#[derive(Debug)]
pub(crate) struct EndedEarly {
    name: String,
    status: ExitStatus,
    log: String,
}

impl fmt::Display for EndedEarly {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} ended with {}:\n{}",
            self.name, self.status, self.log
        )
    }
}

impl std::error::Error for EndedEarly {}

/// A child that runs until it is dropped, with its output in a log file.
#[derive(Debug)]
pub(crate) struct Service {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Service {
    /// Starts the command with its output in `FOLDER/NAME.log`.
    pub(crate) fn start(name: &str, command: &mut Command, folder: &Path) -> anyhow::Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            log,
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `is_ready` says so.
    ///
    /// # Errors
    ///
    /// [`EndedEarly`] when the child ends before, another when the limit passes; both quote the end
    /// of its log.
    pub(crate) fn wait_until(
        &mut self,
        limit: Duration,
        mut is_ready: impl FnMut() -> bool,
    ) -> anyhow::Result<()> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait()? {
                let name = self.name.clone();
                return Err(EndedEarly {
                    name,
                    status,
                    log: self.log_tail(),
                }
                .into());
            }
            if is_ready() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let seconds = limit.as_secs();
                bail!(
                    "{} was not ready within {seconds} s:\n{}",
                    self.name,
                    self.log_tail()
                );
            }
            thread::sleep(READY_PAUSE);
        }
    }

    fn log_tail(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let start = lines.len().saturating_sub(LOG_TAIL_LINES);
        lines.get(start..).unwrap_or_default().join("\n")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Both fail only for a child that has already been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_streams_and_the_status_come_back() {
        let mut command = shell("echo out; echo err >&2; exit 3");
        let output = output_within(&mut command, Duration::from_secs(10)).unwrap();
        assert_eq!(output.stdout, b"out\n");
        assert_eq!(output.stderr, b"err\n");
        assert_eq!(output.status.code(), Some(3));
    }

    #[test]
    fn a_command_that_does_not_end_is_killed_at_the_limit() {
        let mut command = shell("exec sleep 600");
        let error = output_within(&mut command, Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "/bin/sh did not end within 0 s");
    }

    #[test]
    fn what_was_said_before_the_limit_is_quoted_though_a_grandchild_holds_the_pipe() {
        let mut command = shell("sleep 30 & echo so far; echo and a fault >&2; exec sleep 600");
        let began = Instant::now();
        let error = output_within(&mut command, Duration::from_secs(1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "/bin/sh did not end within 1 s\nstdout:\nso far\nstderr:\nand a fault"
        );
        assert!(began.elapsed() < Duration::from_secs(20), "it waited");
    }

    #[test]
    fn a_service_that_ends_early_is_an_error_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = shell("echo the port is taken; exit 1");
        let mut service = Service::start("sample", &mut command, folder.path()).unwrap();
        let error = service
            .wait_until(Duration::from_secs(10), || false)
            .unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("sample ended with exit status: 1:"),
            "{text}"
        );
        assert!(text.ends_with("the port is taken"), "{text}");
    }

    #[test]
    fn a_dropped_service_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = shell("exec sleep 600");
        let service = Service::start("sample", &mut command, folder.path()).unwrap();
        let process = PathBuf::from(format!("/proc/{}", service.id()));
        assert!(process.exists());
        drop(service);
        assert!(!process.exists());
    }
}
