//! What a health check asks its own container for over HTTP.

use crate::model::{Probe, Service};

/// A request to the container itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) port: u16,
    pub(crate) path: String,
}

/// Returns the requests that the health check of a service sends to its own container. Nothing where
/// one goes elsewhere or is not known before the container runs.
pub(crate) fn requests(service: &Service) -> Option<Vec<Request>> {
    let (_, probe) = service.probe()?;
    let texts: Vec<&crate::model::Text> = match probe {
        Probe::Exec(words) => words.iter().collect(),
        Probe::Shell(line) => vec![line],
        Probe::Disabled | Probe::Inherited => return None,
    };
    let mut requests = Vec::new();
    for text in texts {
        if !text.is_known {
            return None;
        }
        let names = [&*service.name, "localhost", "0.0.0.0"];
        let is_self = |host: &str| {
            let name = service.container_name.as_ref().map(|name| &*name.value);
            names.contains(&host)
                || name == Some(host)
                || host.starts_with("127.")
                || host == "[::1]"
        };
        requests.extend(urls(&text.value, &is_self)?);
        requests.extend(by_socket(&text.value, &is_self)?);
    }
    Some(requests)
}

fn urls(text: &str, is_self: &dyn Fn(&str) -> bool) -> Option<Vec<Request>> {
    let mut found = Vec::new();
    let ends = |c: char| c.is_whitespace() || "'\"|;&<>()\\`,".contains(c);
    for word in text.split(ends).filter(|word| !word.is_empty()) {
        let (default, rest) = match word.split_once("://") {
            Some(("http", rest)) => (Some(80), rest),
            Some(("https", rest)) => (Some(443), rest),
            Some(_) => return None,
            None => (None, word),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (authority, default),
        };
        if default.is_none() {
            // Without a scheme a word is a request only where it begins as one.
            let is_request = matches!(host, "localhost" | "127.0.0.1") && port.is_some();
            if !is_request {
                continue;
            }
        }
        if !is_self(host) {
            return None;
        }
        let end = path.find(['?', '#']).unwrap_or(path.len());
        let path = Some(&path[..end]).filter(|path| !path.is_empty());
        found.push(Request {
            port: port?,
            path: path.unwrap_or("/").to_owned(),
        });
    }
    Some(found)
}

/// Finds `exec 3<>/dev/tcp/HOST/PORT` with the request that is written to it.
fn by_socket(text: &str, is_self: &dyn Fn(&str) -> bool) -> Option<Vec<Request>> {
    let mut found = Vec::new();
    for part in text.split("/dev/tcp/").skip(1) {
        let (host, rest) = part.split_once('/')?;
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let port = rest[..end].parse().ok()?;
        if !is_self(host) {
            return None;
        }
        let path = ["GET ", "HEAD "].iter().find_map(|method| {
            let (_, after) = rest.split_once(method)?;
            after.split_whitespace().next()
        });
        // Without a request it is a question of whether the port is open.
        found.extend(path.map(|path| Request {
            port,
            path: path.to_owned(),
        }));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let is_self = |host: &str| host == "localhost" || host.starts_with("127.");
        let found = urls(text, &is_self).and_then(|mut urls| {
            urls.extend(by_socket(text, &is_self)?);
            Some(urls)
        });
        let shown = found.map(|found| {
            let shown = found.iter().map(|one| format!("{}{}", one.port, one.path));
            shown.collect::<Vec<_>>().join(" ")
        });
        assert_eq!(shown.as_deref().unwrap_or("unknown"), expected, "{text}");
    }

    #[test]
    fn requests_are_read_from_words_and_sockets() {
        check(
            "curl -f http://localhost:8080/health/ready || exit 1",
            "8080/health/ready",
        );
        check("wget -q --spider 'http://127.0.0.1/x?y=1&z=2'", "80/x");
        check("curl -k https://localhost", "443/");
        check("curl localhost:81/x", "81/x");
        check("curl http://a:80/ || wget http://localhost:1/", "unknown");
        check("curl http://localhost:$PORT/x", "unknown");
        check("curl http://localhost:80/$x", "80/$x");
        check("redis-cli -u redis://localhost:6379 ping", "unknown");
        check("pg_isready -h localhost", "");
        check(
            "exec 3<>/dev/tcp/127.0.0.1/9000; echo -e 'GET /ready HTTP/1.1' >&3",
            "9000/ready",
        );
        check("exec 3<>/dev/tcp/localhost/9000", "");
        check("exec 3<>/dev/tcp/db/9000; echo 'GET /x'", "unknown");
    }
}
