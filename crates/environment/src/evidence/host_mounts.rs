//! What of the host a service has mounted, as paths of the host.

use crate::model::{Mount, MountKind, Service, Stack, Text};

/// A file or directory of the host in a container.
pub(crate) struct HostMount<'a> {
    /// The mount.
    pub(crate) mount: &'a Mount,
    /// Where it is on the host: absolute, or below `~`; without `.`, `..` and double slashes.
    pub(crate) path: String,
}

/// Returns what a service mounts by an absolute path, or by one below the home directory. Also what
/// a volume binds, and named pipes.
pub(crate) fn host_mounts<'a>(stack: &Stack, service: &'a Service) -> Vec<HostMount<'a>> {
    let mut found = Vec::new();
    for mount in &service.mounts {
        let Some(source) = &mount.source else {
            continue;
        };
        let path = match mount.kind {
            MountKind::Bind | MountKind::Other => known_path(stack, source),
            MountKind::Volume => bound_by_volume(stack, &source.value),
            MountKind::Tmpfs => None,
        };
        if let Some(path) = path.as_deref().and_then(normal) {
            found.push(HostMount { mount, path });
        }
    }
    found
}

/// Returns a path of the host as far as it is known before the composition is started: `~` stands
/// for the home directory, `.` for the working directory. Nothing where it begins with a variable
/// that nobody sets.
pub(crate) fn known_path(stack: &Stack, source: &Text) -> Option<String> {
    let written = source.written();
    for (name, stands) in [("HOME", "~"), ("PWD", ".")] {
        for form in [format!("${{{name}}}"), format!("${name}/")] {
            if let Some(rest) = written.strip_prefix(&form) {
                let rest = rest.trim_start_matches('/');
                return Some(format!("{stands}/{rest}"));
            }
        }
    }
    if let Some(variable) = written.strip_prefix('$') {
        let variable = variable.strip_prefix('{').unwrap_or(variable);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name = &variable[..variable.find(|c| !is_name(c)).unwrap_or(variable.len())];
        let has_word = variable[name.len()..].starts_with([':', '-']);
        if !has_word && !stack.variables.contains_key(name) {
            return None;
        }
    }
    source.is_known.then(|| source.value.to_string())
}

/// Returns the path of the host that a named volume is made of: `o: bind` and a device.
fn bound_by_volume(stack: &Stack, name: &str) -> Option<String> {
    let volume = stack.volumes.iter().find(|one| &*one.key == name)?;
    let options = volume.node.get("driver_opts")?;
    let kind = options.get("o").and_then(|node| node.as_text())?;
    let is_bind = kind.split(',').any(|one| matches!(one, "bind" | "rbind"));
    let device = options.get("device").and_then(|node| node.as_text())?;
    is_bind.then(|| device.to_owned())
}

/// Returns a path in its simplest form; nothing for one that is relative.
fn normal(path: &str) -> Option<String> {
    if path.starts_with(r"\\") || path.starts_with("//./pipe") {
        return Some(path.replace('\\', "/"));
    }
    let (root, rest) = match path.strip_prefix('~') {
        Some(rest) => ("~", rest),
        None => ("", path.strip_prefix('/')?),
    };
    if root == "~" && !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(match (root, parts.as_slice()) {
        ("", []) => "/".to_owned(),
        (root, []) => root.to_owned(),
        (root, parts) => format!("{root}/{}", parts.join("/")),
    })
}

/// Returns whether a path is another one or below it.
pub(crate) fn is_at_or_below(path: &str, other: &str) -> bool {
    path.strip_prefix(other)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{is_at_or_below, normal};

    #[test]
    fn paths_are_simplified() {
        let shown = |path| normal(path).unwrap_or_default();
        assert_eq!(shown("/a//b/./c/../d/"), "/a/b/d");
        assert_eq!(shown("/.."), "/");
        assert_eq!(shown("~"), "~");
        assert_eq!(shown("~/.ssh/"), "~/.ssh");
        assert_eq!(shown("./a"), "");
        assert_eq!(shown("~user/a"), "");
        assert_eq!(shown(r"\\.\pipe\docker_engine"), "//./pipe/docker_engine");
        assert!(is_at_or_below("/var/run", "/var/run"));
        assert!(is_at_or_below("/var/run/a", "/var/run"));
        assert!(!is_at_or_below("/var/running", "/var/run"));
    }
}
