//! Just enough of an HTTP server for programs that we started ourselves.
//!
//! One request per connection, on loopback only: what is answered is up to who starts it. It hands out
//! the files of a folder ([`file_of`]) or runs a program that speaks CGI ([`cgi`]). It is no server for
//! anything but tests: it has no TLS, no ranges and no caching.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, bail};

/// How long a client may take to send its request or to read our answer.
const CLIENT_LIMIT: Duration = Duration::from_secs(10);

/// The most that a request's head may hold.
const HEAD_LIMIT_BYTES: u64 = 16 * 1024;

/// The most that a request's body may hold.
const BODY_LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// What a client asks for.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query as the client wrote them.
    pub(crate) target: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What it gets: a status line's rest such as `200 OK`, headers, and the body.
#[derive(Debug)]
pub(crate) struct Answer {
    status: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// An answer without headers of its own.
    pub(crate) fn new(status: &str, body: Vec<u8>) -> Self {
        let status = status.to_owned();
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }
}

/// Answers requests until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    is_stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts on a free port of loopback; `respond` runs in a thread per connection.
    pub(crate) fn start(
        respond: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on loopback")?;
        let address = listener.local_addr()?;
        let is_stopping = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let is_stopping = Arc::clone(&is_stopping);
            move || serve(&listener, &Arc::new(respond), &is_stopping)
        });
        Ok(Self {
            address,
            is_stopping,
            thread: Some(thread),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
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

fn serve<R>(listener: &TcpListener, respond: &Arc<R>, is_stopping: &AtomicBool)
where
    R: Fn(&Request) -> Answer + Send + Sync + 'static,
{
    for stream in listener.incoming() {
        if is_stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let respond = Arc::clone(respond);
        // A thread each: a client that connects and stays silent must not hold up the next. An
        // error here is a client that went away.
        thread::spawn(move || exchange(stream, &*respond));
    }
}

fn exchange(mut stream: TcpStream, respond: &impl Fn(&Request) -> Answer) -> io::Result<()> {
    stream.set_read_timeout(Some(CLIENT_LIMIT))?;
    stream.set_write_timeout(Some(CLIENT_LIMIT))?;
    let request = read(&mut stream)?;
    let answer = match &request {
        Some(request) => respond(request),
        None => Answer::new("400 Bad Request", Vec::new()),
    };
    let mut head = format!("HTTP/1.1 {}\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let length = answer.body.len();
    head.push_str(&format!(
        "Content-Length: {length}\r\nConnection: close\r\n\r\n"
    ));
    stream.write_all(head.as_bytes())?;
    if request.is_none_or(|request| request.method != "HEAD") {
        stream.write_all(&answer.body)?;
    }
    stream.flush()
}

/// Reads a request; nothing where its first line is none, or its body has no length.
fn read(stream: &mut TcpStream) -> io::Result<Option<Request>> {
    let mut reader = BufReader::new(stream.take(HEAD_LIMIT_BYTES));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut words = first.trim_end().split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut request = Request {
        method: method.to_owned(),
        target: target.to_owned(),
        ..Request::default()
    };
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            let pair = (name.trim().to_lowercase(), value.trim().to_owned());
            request.headers.push(pair);
        }
    }
    if request.header("transfer-encoding").is_some() {
        return Ok(None);
    }
    let length = request.header("content-length").unwrap_or("0");
    let Some(length) = length
        .parse()
        .ok()
        .filter(|length| *length <= BODY_LIMIT_BYTES)
    else {
        return Ok(None);
    };
    reader.get_mut().set_limit(length);
    reader.take(length).read_to_end(&mut request.body)?;
    Ok(Some(request))
}

/// Answers with a file below a folder.
pub(crate) fn file_of(folder: &Path, request: &Request) -> Answer {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return Answer::new("405 Method Not Allowed", Vec::new());
    }
    match relative_path(&request.target).map(|path| fs::read(folder.join(path))) {
        Some(Ok(body)) => Answer::new("200 OK", body),
        Some(Err(_)) | None => Answer::new("404 Not Found", Vec::new()),
    }
}

/// Answers with what a program says by the Common Gateway Interface (RFC 3875).
///
/// # Errors
///
/// When the program cannot be run, fails, or says nothing that has a head.
pub(crate) fn cgi(program: &mut Command, request: &Request) -> anyhow::Result<Answer> {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    program
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_LENGTH", request.body.len().to_string());
    for (name, header) in [
        ("CONTENT_TYPE", "content-type"),
        ("HTTP_CONTENT_ENCODING", "content-encoding"),
        ("HTTP_GIT_PROTOCOL", "git-protocol"),
    ] {
        if let Some(value) = request.header(header) {
            program.env(name, value);
        }
    }
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut input = child.stdin.take().context("its input is a pipe")?;
    let body = request.body.clone();
    // It may speak before it has read everything.
    let writer = thread::spawn(move || input.write_all(&body));
    let output = child.wait_with_output()?;
    let _ = writer.join();
    if !output.status.success() {
        bail!("the program ended with {}", output.status);
    }
    let said = output.stdout;
    let end = said.windows(4).position(|window| window == b"\r\n\r\n");
    let (head, body) = said.split_at(end.context("no head")?);
    let mut answer = Answer::new("200 OK", body.get(4..).unwrap_or_default().to_vec());
    for line in String::from_utf8_lossy(head).lines() {
        match line.split_once(": ") {
            Some(("Status", status)) => status.clone_into(&mut answer.status),
            Some((name, value)) => answer.headers.push((name.to_owned(), value.to_owned())),
            None => bail!("`{line}` is no header"),
        }
    }
    Ok(answer)
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

    fn serve_files(folder: &Path) -> Server {
        let folder = folder.to_owned();
        Server::start(move |request| file_of(&folder, request)).unwrap()
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
        let server = serve_files(folder.path());
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
        let server = serve_files(folder.path());
        let _silent = TcpStream::connect(server.address()).unwrap();
        assert!(exchange(&server, "GET /x HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        // Who listens at the address afterwards may be another test.
        let running = Arc::downgrade(&server.is_stopping);
        drop(server);
        assert!(running.upgrade().is_none());
    }
}
