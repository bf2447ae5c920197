//! The ways to tamper with a bundle.

use fastrand::Rng;
use strata_artifact::{Entry, EntryKind, Listing};
use strata_document::digest_bytes;

const LIST: &str = "checksums.txt";
const RECORD: &str = "bundle.yaml";

pub(super) const KINDS: [&str; 22] = [
    "flip a bit",
    "truncate",
    "append",
    "empty",
    "drop",
    "rename",
    "move elsewhere",
    "swap two contents",
    "add a file",
    "add a file below templates",
    "add a directory",
    "add a folder that looks like a release",
    "executable bit",
    "link instead of a file",
    "add a link",
    "list: drop a line",
    "list: repeat a line",
    "list: swap two lines",
    "list: another spacing or spelling",
    "record: another text",
    "record: a kept path",
    "a file and its checksum",
];

/// Changes a listing in the way that `kind` says, at a place that `rng` decides.
pub(super) fn tamper(listing: &mut Listing, kind: &str, rng: &mut Rng) {
    match kind {
        "flip a bit" => {
            let bytes = content(listing, rng);
            let at = rng.usize(..bytes.len());
            bytes[at] ^= 1 << rng.u8(..8);
        }
        "truncate" => {
            let bytes = content(listing, rng);
            bytes.truncate(rng.usize(..bytes.len()));
        }
        "append" => {
            let text = *rng.choice(&["\n", " ", "# x\n", "\0"]).expect("some");
            content(listing, rng).extend(text.bytes());
        }
        "empty" => content(listing, rng).clear(),
        "drop" => {
            let at = any_file(listing, rng);
            listing.entries.remove(at);
        }
        "rename" => {
            let at = any_file(listing, rng);
            listing.entries[at].path.push_str(".bak");
        }
        "move elsewhere" => {
            let at = any_file(listing, rng);
            let moved = format!("elsewhere/{}", listing.entries[at].path);
            listing.entries[at].path = moved;
        }
        "swap two contents" => {
            let (a, b) = (any_file(listing, rng), any_file(listing, rng));
            let other = listing.entries[a].bytes.clone();
            listing.entries[a].bytes = std::mem::replace(&mut listing.entries[b].bytes, other);
        }
        "executable bit" => {
            let at = any_file(listing, rng);
            listing.entries[at].is_executable = !listing.entries[at].is_executable;
        }
        "link instead of a file" => {
            let at = any_file(listing, rng);
            let path = listing.entries[at].path.clone();
            listing.entries[at] = Entry::bare(path, EntryKind::Link);
        }
        "a file and its checksum" => {
            let at = any_file(listing, rng);
            // The record says what every other file is; who writes a record and its checksum has
            // made another bundle, which only a signature tells from this one.
            if listing.entries[at].path == RECORD {
                return;
            }
            let old = digest_bytes(&listing.entries[at].bytes).to_string();
            listing.entries[at].bytes.push(b'\n');
            let new = digest_bytes(&listing.entries[at].bytes).to_string();
            replace(listing, LIST, |text| text.replace(&old, &new));
        }
        _ if kind.starts_with("add") => add(listing, kind, rng),
        _ if kind.starts_with("list") => edit_list(listing, kind, rng),
        _ => edit_record(listing, kind, rng),
    }
}

fn any_file(listing: &Listing, rng: &mut Rng) -> usize {
    loop {
        let at = rng.usize(..listing.entries.len());
        if listing.entries[at].kind == EntryKind::File && !listing.entries[at].bytes.is_empty() {
            return at;
        }
    }
}

fn content<'a>(listing: &'a mut Listing, rng: &mut Rng) -> &'a mut Vec<u8> {
    let at = any_file(listing, rng);
    &mut listing.entries[at].bytes
}

fn replace(listing: &mut Listing, path: &str, edit: impl FnOnce(&str) -> String) {
    let found = listing.entries.iter_mut().find(|entry| entry.path == path);
    let entry = found.expect("every bundle has it");
    let text = std::str::from_utf8(&entry.bytes).expect("text");
    entry.bytes = edit(text).into_bytes();
}

fn add(listing: &mut Listing, kind: &str, rng: &mut Rng) {
    let directories = listing.entries.iter();
    let directories = directories.filter(|entry| entry.kind == EntryKind::Directory);
    let mut directories: Vec<String> = directories
        .map(|entry| format!("{}/", entry.path))
        .collect();
    directories.push(String::new());
    let directory = rng.choice(&directories).expect("the root").clone();
    let name = *rng
        .choice(&["x", ".hidden", "values.yml", "Notes.md", "zz-last.yaml"])
        .expect("some");
    match kind {
        "add a file" => {
            let text = *rng.choice(&["", "x", "#!/bin/sh\n"]).expect("some");
            let entry = Entry::file(format!("{directory}{name}"), text, rng.bool());
            listing.entries.push(entry);
        }
        "add a file below templates" => {
            let path = format!("{directory}templates/{name}");
            listing
                .entries
                .push(Entry::file(path, "kind: Namespace\n", false));
        }
        "add a directory" => {
            let path = format!("{directory}{name}");
            listing
                .entries
                .push(Entry::bare(path, EntryKind::Directory));
        }
        "add a folder that looks like a release" => {
            let folder = *rng
                .choice(&["000-first", "005-x", "999-last"])
                .expect("some");
            listing
                .entries
                .push(Entry::bare(folder, EntryKind::Directory));
            let script = format!("{folder}/install.sh");
            listing
                .entries
                .push(Entry::file(script, "#!/bin/sh\nid\n", true));
        }
        "add a link" => {
            let path = format!("{directory}{name}");
            listing.entries.push(Entry::bare(path, EntryKind::Link));
        }
        other => panic!("no such kind: {other}"),
    }
}

fn edit_list(listing: &mut Listing, kind: &str, rng: &mut Rng) {
    replace(listing, LIST, |text| {
        let mut lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
        let (a, b) = (rng.usize(..lines.len()), rng.usize(..lines.len()));
        match kind {
            "list: drop a line" => {
                lines.remove(a);
            }
            "list: repeat a line" => lines.insert(b, lines[a].clone()),
            "list: swap two lines" => lines.swap(a, b),
            _ => {
                let line = &lines[a];
                lines[a] = match rng.u8(..7) {
                    0 => line.to_uppercase(),
                    1 => line.replace('\n', "\r\n"),
                    2 => format!("\n{line}"),
                    3 => format!(" {line}"),
                    4 => line.replace("  ", "   "),
                    5 => line.replace("  ", "  ./"),
                    _ => line.replace("  ", " *"),
                };
            }
        }
        lines.concat()
    });
}

fn edit_record(listing: &mut Listing, kind: &str, rng: &mut Rng) {
    replace(listing, RECORD, |text| {
        if kind == "record: a kept path" {
            let path = *rng
                .choice(&["notes", "deploy.sh", "bundle.yaml", "001-cert-manager"])
                .expect("some");
            return format!("{text}  keep: [{path}]\n");
        }
        match rng.u8(..6) {
            0 => text.replacen("\"0755\"", "\"0644\"", 1),
            1 => text.replacen("\"0644\"", "\"0755\"", 1),
            2 => text.replace("    deployer: helm", "    deployer: other"),
            3 => text.replacen("sha256: 0", "sha256: 1", 1),
            4 => text.replacen("version: ", "version: 9", 1),
            _ => format!("{text}# later\n"),
        }
    });
}
