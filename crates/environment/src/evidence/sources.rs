//! Files and directories of the repository that are mounted and are not there.
//!
//! `VOL-1`, `VOL-2` and `VOL-3` divide them: what is found one directory further up, what must be a
//! file, and the rest.

use super::host_mounts::known_path;
use crate::context::Context;
use crate::ignored::is_ignored;
use crate::model::{Mount, MountKind, Service, Stack};
use crate::repository::{Target, parent};

/// A mount whose source is not there.
pub(crate) struct Absent<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The mount.
    pub(crate) mount: &'a Mount,
    /// Where the source should be, from the root of the repository.
    pub(crate) path: String,
    /// What is known about it.
    pub(crate) what: What,
    /// Whether Git ignores it, so that it is meant to be made where it is needed.
    pub(crate) is_ignored: bool,
    /// What it is by its name and where it is mounted.
    pub(crate) nature: Nature,
}

/// What something is for, as far as that decides whether it belongs in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    /// Files of the repository, as far as is known.
    Source,
    /// What services make while they run.
    Data,
    /// A file in which a service keeps its data.
    Database,
    /// Keys and certificates.
    Private,
    /// A socket, which whoever listens makes.
    Socket,
}

impl Nature {
    /// Returns what to do where it is not there.
    pub(crate) fn advice(self, otherwise: &'static str) -> &'static str {
        match self {
            Self::Source => otherwise,
            Self::Data => {
                "make the directory before the first start, with the owner that the service needs, or \
                 use a volume; data does not belong in the repository"
            }
            Self::Database => {
                "make the file before the first start, or mount a volume for its directory; data does \
                 not belong in the repository"
            }
            Self::Private => {
                "put it there before the first start, and keep it out of the repository"
            }
            Self::Socket => "start what listens on it first, or mount its directory",
        }
    }

    fn of(context: &Context<'_>, service: &Service, mount: &Mount, path: &str) -> Self {
        #[rustfmt::skip]
        const DATA: &[&str] = &[
            "backup", "backups", "cache", "data", "database", "db", "downloads", "log", "logs",
            "media", "mongo", "mysql", "pgdata", "postgres", "postgresql", "redis", "state", "storage",
            "tmp", "upload", "uploads", "volume", "volumes",
        ];
        #[rustfmt::skip]
        const PRIVATE: &[&str] = &[
            "acme", "cert", "certificates", "certs", "keys", "letsencrypt", "private", "secrets",
            "ssl", "tls",
        ];
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        match extension {
            Some("cer" | "crt" | "der" | "jks" | "key" | "p12" | "pem" | "pfx") => {
                return Self::Private;
            }
            Some("sock" | "socket") => return Self::Socket,
            Some("db" | "mdb" | "rdb" | "sqlite" | "sqlite3") => return Self::Database,
            _ => {}
        }
        let is_word = |words: &[&str]| {
            let mut parts = name.split(|c: char| !c.is_ascii_alphabetic());
            parts.any(|part| words.contains(&part))
        };
        if looks_like_file(path) {
            return Self::Source;
        }
        if is_word(PRIVATE) {
            return Self::Private;
        }
        let target = mount.target.trim_end_matches('/');
        let image = context.image(service);
        let is_state = image.is_some_and(|image| image.state().any(|fact| fact.is == target));
        let is_data = is_word(DATA)
            || is_state
            || ["/var/lib/", "/var/log"]
                .iter()
                .any(|one| target.starts_with(one));
        if is_data && !mount.is_read_only {
            Self::Data
        } else {
            Self::Source
        }
    }
}

/// What is known about a source that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// It is there when looked for from one directory further up.
    FurtherUp(String),
    /// Its name, or that of the target, says that it is a file, and the engine makes a directory.
    File,
    /// Neither.
    Other,
}

/// Returns the mounts of a composition whose source should be in the repository and is not.
pub(crate) fn absent<'a>(context: &Context<'_>, stack: &'a Stack) -> Vec<Absent<'a>> {
    let mut found = Vec::new();
    for service in &stack.services {
        for mount in &service.mounts {
            if let Some((path, what)) = judged(context, stack, mount) {
                // A pattern may be about what is in a directory.
                let inside = format!("{path}/_");
                let is_ignored = [&path, &inside]
                    .iter()
                    .any(|one| is_ignored(context.repository, one));
                found.push(Absent {
                    service,
                    mount,
                    is_ignored,
                    nature: Nature::of(context, service, mount, &path),
                    path,
                    what,
                });
            }
        }
    }
    found
}

fn judged(context: &Context<'_>, stack: &Stack, mount: &Mount) -> Option<(String, What)> {
    let source = mount.source.as_ref()?;
    if mount.kind != MountKind::Bind {
        return None;
    }
    let written = known_path(stack, source)?;
    let base = stack.base_of(mount.place.source);
    let Target::Inside(path) = Target::of(base, &written) else {
        return None;
    };
    let is_there = |path: &str| context.repository.kind(path).is_some();
    if is_there(&path) {
        return None;
    }
    if !base.is_empty()
        && let Target::Inside(up) = Target::of(parent(base), &written)
        && is_there(&up)
    {
        return Some((path, What::FurtherUp(up)));
    }
    let is_file = looks_like_file(&path) || looks_like_file(&mount.target);
    let what = if is_file && mount.creates_source {
        What::File
    } else {
        What::Other
    };
    Some((path, what))
}

/// Returns whether a path is that of a file, by its last part: an extension, or a name that is only
/// given to files.
fn looks_like_file(path: &str) -> bool {
    #[rustfmt::skip]
    const FILES: &[&str] = &[
        ".env", ".htpasswd", ".netrc", ".npmrc", ".pgpass", "Caddyfile", "Corefile", "Dockerfile",
        "Makefile", "authorized_keys", "crontab", "fstab", "group", "hosts", "known_hosts", "passwd",
        "resolv.conf", "shadow",
    ];
    let name = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path);
    if path.ends_with('/') {
        return false;
    }
    let extension = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty());
    let is_extension = |text: &str| {
        let is_short = (1..=10).contains(&text.len()) && text != "d";
        let has_letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
        is_short && has_letter && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    FILES.contains(&name) || extension.is_some_and(|(_, extension)| is_extension(extension))
}

#[cfg(test)]
mod tests {
    use super::looks_like_file;

    #[test]
    fn files_are_known_by_their_names() {
        for file in [
            "a/b.conf",
            "init.sh",
            "/etc/hosts",
            ".env",
            "a.tar.gz",
            "Caddyfile",
        ] {
            assert!(looks_like_file(file), "{file}");
        }
        for directory in [
            "a/b",
            "conf.d",
            ".ssh",
            "v1.2",
            "a.conf/",
            "",
            "a.verylongextension",
        ] {
            assert!(!looks_like_file(directory), "{directory}");
        }
    }
}
