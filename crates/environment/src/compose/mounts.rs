//! The short form of a mount: `source:target:options`.

/// A mount in one word. Nothing is interpreted beyond where the parts end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShortMount<'a> {
    /// Name of a volume or a path on the host; absent for a volume without a name.
    pub(crate) source: Option<&'a str>,
    /// Path in the container.
    pub(crate) target: &'a str,
    /// What stands behind the second colon: `ro`, `rw`, `z`, …
    pub(crate) options: &'a str,
}

impl<'a> ShortMount<'a> {
    /// Splits a mount; nothing where a part is empty or there are too many.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let parts = parts(text);
        let mount = match parts.as_slice() {
            [target] => Self {
                source: None,
                target,
                options: "",
            },
            [source, target] => Self {
                source: Some(source),
                target,
                options: "",
            },
            [source, target, options] => Self {
                source: Some(source),
                target,
                options,
            },
            _ => return None,
        };
        (!parts.iter().any(|part| part.is_empty())).then_some(mount)
    }

    /// Returns whether the source is a path on the host and not the name of a volume.
    pub(crate) fn is_bind(&self) -> bool {
        self.source.is_some_and(is_host_path)
    }

    /// Returns whether writing is switched off.
    pub(crate) fn is_read_only(&self) -> bool {
        self.options.split(',').any(|option| option == "ro")
    }
}

/// Returns whether the source of a mount is a path: `./a`, `/a`, `~/a`, `C:\a`, a named pipe.
pub(crate) fn is_host_path(source: &str) -> bool {
    source.starts_with(['.', '/', '~'])
        || source.starts_with(r"\\")
        || (source.len() > 2 && is_drive(source))
}

/// Returns whether a text begins with the letter of a drive and a colon.
fn is_drive(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':')
}

/// Splits at colons. One letter before a colon is a drive, whatever follows: so Compose reads it.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (offset, byte) in text.bytes().enumerate() {
        let is_behind_drive = offset == start + 1 && is_drive(&text[start..]);
        if byte == b':' && !is_behind_drive {
            parts.push(&text[start..offset]);
            start = offset + 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_end_at_colons() {
        let parsed = |text| ShortMount::parse(text).map(|m| (m.source, m.target, m.options));
        assert_eq!(parsed("/data"), Some((None, "/data", "")));
        assert_eq!(parsed("vol:/data"), Some((Some("vol"), "/data", "")));
        assert_eq!(parsed("./a:/b:ro,z"), Some((Some("./a"), "/b", "ro,z")));
        assert_eq!(parsed(r"C:\a:/b"), Some((Some(r"C:\a"), "/b", "")));
        assert_eq!(parsed("aa::b"), None);
        assert_eq!(parsed("aa:/b:ro:d"), None);
        assert_eq!(parsed(""), None);
        assert!(ShortMount::parse("~/a:/b").expect("a mount").is_bind());
        assert!(!ShortMount::parse("aa:/b").expect("a mount").is_bind());
        assert!(
            ShortMount::parse("aa:/b:z,ro")
                .expect("a mount")
                .is_read_only()
        );
    }
}
