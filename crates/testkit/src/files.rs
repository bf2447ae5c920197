//! Directories as sorted lists of paths and bytes, the form in which domains are handed files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Reads every file below a directory, by its path from there with `/` between the parts.
///
/// # Panics
///
/// Where a directory or a file cannot be read, or a name is not UTF-8: tests lay out their own.
pub fn read_directory(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    read_below(root, "", &mut files);
    files
}

fn read_below(root: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(root.join(below)).expect("a directory") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("UTF-8");
        let path = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        if entry.path().is_dir() {
            read_below(root, &path, files);
        } else {
            files.insert(path, fs::read(entry.path()).expect("a readable file"));
        }
    }
}
