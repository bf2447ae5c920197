//! Just enough of an HTTP server to hand out files to a program that we started ourselves.
//!
//! One request per connection, GET and HEAD only, on loopback only. It is no server for anything
//! but tests: it has no TLS, no ranges and no caching.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context as _;

/// How long a client may take to send its request or to read our answer.
const CLIENT_LIMIT: Duration = Duration::from_secs(10);

/// The most that a request's head may hold.
const HEAD_LIMIT_BYTES: u64 = 16 * 1024;

#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    is_stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(folder: &Path) -> anyhow::Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on loopback")?;
        let address = listener.local_addr()?;
        let is_stopping = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let folder = folder.to_owned();
            let is_stopping = Arc::clone(&is_stopping);
            move || serve(&listener, &folder, &is_stopping)
        });
        Ok(Self {
            address,
            is_stopping,
            thread: Some(thread),
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_stopping.store(true, Ordering::SeqCst);
        // A connection wakes the thread, which then sees that it is to stop.
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

fn serve(listener: &TcpListener, folder: &Path, is_stopping: &AtomicBool) {
    for stream in listener.incoming() {
        if is_stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let folder = folder.to_owned();
        // A thread each: a client that connects and stays silent must not hold up the next. An
        // error here is a client that went away.
        thread::spawn(move || answer(stream, &folder));
    }
}

fn answer(mut stream: TcpStream, folder: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(CLIENT_LIMIT))?;
    stream.set_write_timeout(Some(CLIENT_LIMIT))?;
    let request_line = read_head(&stream)?;
    let (status, body) = respond(&request_line, folder);
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if !request_line.starts_with("HEAD ") {
        stream.write_all(&body)?;
    }
    stream.flush()
}

/// Reads up to the empty line and returns the first one.
fn read_head(stream: &TcpStream) -> io::Result<String> {
    let mut lines = BufReader::new(stream.take(HEAD_LIMIT_BYTES)).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    Ok(first)
}

fn respond(request_line: &str, folder: &Path) -> (&'static str, Vec<u8>) {
    let mut words = request_line.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return ("400 Bad Request", Vec::new());
    };
    if !matches!(method, "GET" | "HEAD") {
        return ("405 Method Not Allowed", Vec::new());
    }
    match relative_path(target).map(|path| fs::read(folder.join(path))) {
        Some(Ok(body)) => ("200 OK", body),
        Some(Err(_)) | None => ("404 Not Found", Vec::new()),
    }
}

/// Returns the file that a request's target names, or nothing if it names none under the folder.
fn relative_path(target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let path = PathBuf::from(percent_decoded(path)?);
    let is_plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    (is_plain && path.components().next().is_some()).then_some(path)
}

/// Undoes percent-encoding: chart versions with build metadata arrive with `%2B` for `+`.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(server: &Server, request: &str) -> String {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn a_target_names_a_file_below_the_folder_or_nothing() {
        let cases = [
            ("/index.yaml", Some("index.yaml")),
            ("/index.yaml?x=1", Some("index.yaml")),
            ("/a/b-1.0.0%2Bx.tgz", Some("a/b-1.0.0+x.tgz")),
            ("/", None),
            ("index.yaml", None),
            ("/../secret", None),
            ("/a/%2e%2e/secret", None),
            ("//etc/passwd", None),
            ("/a%2", None),
            ("/a%zz", None),
            ("/a%ff", None),
        ];
        for (target, expected) in cases {
            assert_eq!(
                relative_path(target),
                expected.map(PathBuf::from),
                "{target}"
            );
        }
    }

    #[test]
    fn files_are_handed_out_and_everything_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.yaml"), "entries: {}\n").unwrap();
        let server = Server::start(folder.path()).unwrap();
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n";
        let got = exchange(&server, "GET /index.yaml HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(got, format!("{head}entries: {{}}\n"));
        assert_eq!(exchange(&server, "HEAD /index.yaml HTTP/1.1\r\n\r\n"), head);
        let missing = exchange(&server, "GET /other HTTP/1.1\r\n\r\n");
        assert!(missing.starts_with("HTTP/1.1 404 "), "{missing}");
        let posted = exchange(&server, "POST /index.yaml HTTP/1.1\r\n\r\n");
        assert!(posted.starts_with("HTTP/1.1 405 "), "{posted}");
        assert!(exchange(&server, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    }

    #[test]
    fn a_silent_client_holds_up_neither_the_next_one_nor_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path()).unwrap();
        let _silent = TcpStream::connect(server.address()).unwrap();
        assert!(exchange(&server, "GET /x HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        // Who listens at the address afterwards may be another test.
        let running = Arc::downgrade(&server.is_stopping);
        drop(server);
        assert!(running.upgrade().is_none());
    }
}
