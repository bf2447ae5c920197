//! Debian's packages: installed for the machine, unpacked beside it, or unpacked as root folders.
//!
//! Unpacking runs no maintainer script and touches nothing outside the shared folder, so a daemon
//! that is brought this way is neither started nor enabled. The lists of `apt-get` must be there;
//! as root they are brought up to date first.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use super::{Place, entries};

/// Packages that only serve the installation of others, and parts that the programs in root folders
/// never load there: `PostgreSQL`'s compiler and the scripts of web pages are larger than the rest.
const NOT_IN_ROOTS: &[&str] = &[
    "adduser",
    "debconf",
    "dpkg",
    "init-system-helpers",
    "libc-l10n",
    "libllvm14",
    "libperl5.36",
    "libz3-4",
    "locales",
    "passwd",
    "perl",
    "perl-base",
    "perl-modules-5.36",
    "sysvinit-utils",
    "tar",
    "ucf",
    "usrmerge",
];

/// Accounts of a root folder. Debian makes those of services when it installs, which happens to
/// nobody here, so one stands for all of them.
const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\n\
                      service:x:999:999:service:/tmp:/bin/sh\n\
                      nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n";
const GROUP: &str = "root:x:0:\nservice:x:999:\nnogroup:x:65534:\n";

pub(super) fn install(place: &Place<'_>, package: &str, program: &str) -> anyhow::Result<()> {
    if strata_testkit::tools::find(program).is_some() {
        return Ok(());
    }
    if !is_root()? {
        bail!("needs root; run `apt-get install {package}` yourself");
    }
    place.run(apt_get().arg("update"))?;
    place.run(apt_get().args(["install", "--yes", "--no-install-recommends", package]))
}

/// Unpacks exactly these packages into one folder of the program's name; what they depend on is the
/// machine's.
pub(super) fn unpack(place: &Place<'_>, packages: &[&str]) -> anyhow::Result<()> {
    update_as_root(place)?;
    let archives = place.scratch.join("archives");
    fs::create_dir(&archives)?;
    place.run(
        apt_get()
            .current_dir(&archives)
            .args(["-o", "APT::Sandbox::User=", "download"])
            .args(packages),
    )?;
    extract_all(place, &archives, &place.out.join(place.name))
}

/// Unpacks packages and all that they depend on, each group into a folder of its own below one of
/// the program's name, with the commands of busybox where that is among them.
pub(super) fn unpack_roots(place: &Place<'_>, roots: &[(&str, &[&str])]) -> anyhow::Result<()> {
    update_as_root(place)?;
    for (name, packages) in roots {
        let archives = place.scratch.join(format!("archives-{name}"));
        fs::create_dir_all(archives.join("partial"))?;
        // To a machine on which nothing is installed everything is missing.
        let status = place.scratch.join("status");
        fs::write(&status, "")?;
        place.run(
            apt_get()
                .args(["-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=1"])
                .args(["-o", &format!("Dir::State::status={}", status.display())])
                .args([
                    "-o",
                    &format!("Dir::Cache::archives={}", archives.display()),
                ])
                .args([
                    "install",
                    "--download-only",
                    "--yes",
                    "--no-install-recommends",
                ])
                .args(*packages),
        )?;
        let root = place.out.join(place.name).join(name);
        extract_all(place, &archives, &root)?;
        furnish(&root)?;
    }
    Ok(())
}

/// Adds what a root folder needs so that a program runs in it: accounts, a place for temporary
/// files, commands.
fn furnish(root: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(root.join("etc"))?;
    fs::write(root.join("etc/passwd"), PASSWD)?;
    fs::write(root.join("etc/group"), GROUP)?;
    let temporary = root.join("tmp");
    fs::create_dir_all(&temporary)?;
    fs::set_permissions(&temporary, Permissions::from_mode(0o1777))?;
    let busybox = root.join("bin/busybox");
    if !busybox.is_file() {
        return Ok(());
    }
    let answer = Command::new(&busybox)
        .arg("--list-full")
        .output()
        .with_context(|| format!("cannot run {}", busybox.display()))?;
    for command in String::from_utf8(answer.stdout)?.lines() {
        let link = root.join(command);
        if link.symlink_metadata().is_err() {
            fs::create_dir_all(link.parent().context("a command without a folder")?)?;
            symlink("/bin/busybox", &link)?;
        }
    }
    Ok(())
}

fn extract_all(place: &Place<'_>, archives: &Path, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let mut packages: Vec<PathBuf> = entries(archives)?
        .into_iter()
        .filter(|path| is_wanted(path))
        .collect();
    packages.sort();
    for package in packages {
        place.run(
            Command::new("dpkg-deb")
                .arg("--extract")
                .arg(package)
                .arg(folder),
        )?;
    }
    Ok(())
}

/// Tells by the file's name, `NAME_VERSION_ARCHITECTURE.deb`.
fn is_wanted(archive: &Path) -> bool {
    let file = archive.file_name().unwrap_or_default().to_string_lossy();
    let Some((name, _)) = file.split_once('_') else {
        return false;
    };
    archive
        .extension()
        .is_some_and(|extension| extension == "deb")
        && !name.starts_with("libjs-")
        && !NOT_IN_ROOTS.contains(&name)
}

fn update_as_root(place: &Place<'_>) -> anyhow::Result<()> {
    if is_root()? {
        place.run(apt_get().arg("update"))?;
    }
    Ok(())
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_root() -> anyhow::Result<bool> {
    let user = Command::new("id")
        .arg("-u")
        .output()
        .context("cannot run `id`")?;
    Ok(user.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_told_by_their_names() {
        assert!(is_wanted(Path::new("a/libc6_2.36-9_amd64.deb")));
        assert!(is_wanted(Path::new("a/redis-server_5%3a7.0_amd64.deb")));
        assert!(!is_wanted(Path::new("a/perl_5.36.0-7_amd64.deb")));
        assert!(!is_wanted(Path::new("a/libjs-d3_3.5.17-4_all.deb")));
        assert!(!is_wanted(Path::new("a/partial")));
        assert!(!is_wanted(Path::new("a/libc6_2.36-9_amd64.txt")));
    }

    #[test]
    fn a_furnished_root_has_accounts_and_a_folder_that_everybody_may_write() {
        let root = tempfile::tempdir().unwrap();
        furnish(root.path()).unwrap();
        let passwd = fs::read_to_string(root.path().join("etc/passwd")).unwrap();
        assert_eq!(passwd.lines().count(), 3);
        assert!(
            passwd.lines().all(|line| line.split(':').count() == 7),
            "{passwd}"
        );
        let mode = fs::metadata(root.path().join("tmp"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o7777, 0o1777);
    }
}
