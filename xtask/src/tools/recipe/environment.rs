//! Packages of Python and of Node, each in an environment of its own with a starter beside it.
//!
//! An environment is built in a scratch folder and moved afterwards, so the starters that the
//! installers write, which name the folder, are not used.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::Place;

/// A Python environment that holds one package, and a starter of its interpreter.
pub(super) fn python(
    place: &Place<'_>,
    package: &str,
    name: &str,
    starter: &str,
) -> anyhow::Result<()> {
    fill_python(place, package, name)?;
    write_starter(
        &place.out.join(starter),
        &format!("\"$(dirname \"$0\")/{name}/bin/python3\""),
    )
}

/// The same with a starter of one of the package's modules, in a folder named after the program.
pub(super) fn python_program(place: &Place<'_>, package: &str, module: &str) -> anyhow::Result<()> {
    let environment = format!("{}-environment", place.name);
    fill_python(place, package, &environment)?;
    // Isolated: no module beside the files that are looked at may take the place of one here.
    write_starter(
        &place.out.join(place.name),
        &format!("\"$(dirname \"$0\")/{environment}/bin/python3\" -I -m {module}"),
    )
}

/// A package from npm with its dependencies, and a starter of one of its scripts. Node itself is the
/// machine's.
pub(super) fn node_program(place: &Place<'_>, package: &str, script: &str) -> anyhow::Result<()> {
    let environment = format!("{}-environment", place.name);
    npm_install(place, package, &place.out.join(&environment))?;
    write_starter(
        &place.out.join(place.name),
        &format!("node \"$(dirname \"$0\")/{environment}/node_modules/{package}/{script}\""),
    )
}

/// One file of a package from npm, for what is no program.
pub(super) fn node_file(
    place: &Place<'_>,
    package: &str,
    file: &str,
    output: &str,
) -> anyhow::Result<()> {
    let prefix = place.scratch.join("package");
    npm_install(place, package, &prefix)?;
    let found = prefix.join("node_modules").join(package).join(file);
    fs::copy(found, place.out.join(output))?;
    Ok(())
}

fn npm_install(place: &Place<'_>, package: &str, prefix: &Path) -> anyhow::Result<()> {
    place.run(
        Command::new("npm")
            .current_dir(place.scratch)
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
            .arg("--cache")
            .arg(place.scratch.join("npm-cache"))
            .arg("--prefix")
            .arg(prefix)
            .arg(format!("{package}@{}", place.version)),
    )
}

fn fill_python(place: &Place<'_>, package: &str, name: &str) -> anyhow::Result<()> {
    let environment = place.out.join(name);
    place.run(
        Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment),
    )?;
    place.run(
        Command::new(environment.join("bin/python3"))
            .args(["-m", "pip", "install", "--disable-pip-version-check"])
            .arg(format!("{package}=={}", place.version)),
    )
}

fn write_starter(path: &Path, command: &str) -> anyhow::Result<()> {
    fs::write(path, format!("#!/bin/sh\nexec {command} \"$@\"\n"))?;
    Ok(fs::set_permissions(path, Permissions::from_mode(0o755))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_starter_passes_its_arguments_on() {
        let folder = tempfile::tempdir().unwrap();
        let starter = folder.path().join("sample");
        write_starter(&starter, "printf '%s,'").unwrap();
        let output = Command::new(&starter).args(["a b", "c"]).output().unwrap();
        assert_eq!(output.stdout, b"a b,c,");
    }
}
