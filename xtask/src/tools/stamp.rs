//! What is already in the folder, told by one small file per program.
//!
//! A stamp holds the program's name, its version and a digest of its recipe, so that a changed
//! recipe builds anew at the same version. It says nothing about the files' contents: whoever edits
//! a program in the folder is on their own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::recipe;
use super::table::Program;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// There, at the pinned version, made by this recipe.
    Present,
    /// There, made by an earlier table.
    Outdated,
    /// Never brought, or something of it is missing.
    Absent,
}

pub(super) fn state(program: &Program, folder: &Path) -> State {
    let is_whole = program
        .outputs
        .iter()
        .all(|output| folder.join(output).exists());
    match fs::read_to_string(path(program, folder)) {
        Ok(_) if !is_whole || !program.recipe.is_installed() => State::Absent,
        Ok(text) if text == line(program) => State::Present,
        Ok(_) => State::Outdated,
        Err(_) => State::Absent,
    }
}

pub(super) fn remove(program: &Program, folder: &Path) -> anyhow::Result<()> {
    let path = path(program, folder);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Writes the stamp in `scratch` first, on the same file system, so that it is never half there.
pub(super) fn write(program: &Program, folder: &Path, scratch: &Path) -> anyhow::Result<()> {
    let path = path(program, folder);
    let parent = folder.join("stamps");
    fs::create_dir_all(&parent).with_context(|| format!("cannot make {}", parent.display()))?;
    let temporary = scratch.join("stamp");
    fs::write(&temporary, line(program))?;
    fs::rename(&temporary, &path).with_context(|| format!("cannot write {}", path.display()))
}

fn path(program: &Program, folder: &Path) -> PathBuf {
    folder.join("stamps").join(program.name)
}

fn line(program: &Program) -> String {
    let recipe = format!(
        "{:?} {:?} {:?}",
        program.recipe,
        program.outputs,
        recipe::GO_ENVIRONMENT
    );
    format!(
        "{} {} {:016x}\n",
        program.name,
        program.version,
        fnv1a(recipe.as_bytes())
    )
}

/// FNV-1a: tells recipes apart, the same on every machine and with every compiler. It guards
/// against forgetting, not against anybody, so it need not be cryptographic.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::super::recipe::Recipe;
    use super::*;

    const PROGRAM: Program = Program {
        name: "sample",
        version: "v1",
        recipe: Recipe::GoInstall {
            package: "example.invalid/sample",
            variables: &[],
        },
        outputs: &["sample"],
        needs: &[],
    };

    fn bring(program: &Program, folder: &Path) {
        fs::write(folder.join("sample"), "").unwrap();
        write(program, folder, folder).unwrap();
    }

    #[test]
    fn fnv1a_gives_the_published_values() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_program_is_present_once_stamped_and_absent_when_its_file_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert_eq!(state(&PROGRAM, folder), State::Absent);
        bring(&PROGRAM, folder);
        assert_eq!(state(&PROGRAM, folder), State::Present);
        fs::remove_file(folder.join("sample")).unwrap();
        assert_eq!(state(&PROGRAM, folder), State::Absent);
    }

    #[test]
    fn another_version_or_another_recipe_makes_it_outdated() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        bring(&PROGRAM, folder);
        let newer = Program {
            version: "v2",
            ..PROGRAM
        };
        assert_eq!(state(&newer, folder), State::Outdated);
        let package = "example.invalid/other";
        let other = Program {
            recipe: Recipe::GoInstall {
                package,
                variables: &[],
            },
            ..PROGRAM
        };
        assert_eq!(state(&other, folder), State::Outdated);
    }

    #[test]
    fn removing_a_stamp_twice_is_fine() {
        let folder = tempfile::tempdir().unwrap();
        bring(&PROGRAM, folder.path());
        remove(&PROGRAM, folder.path()).unwrap();
        remove(&PROGRAM, folder.path()).unwrap();
        assert_eq!(state(&PROGRAM, folder.path()), State::Absent);
    }
}
