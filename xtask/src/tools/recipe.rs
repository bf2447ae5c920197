//! How each kind of program is made.
//!
//! A recipe writes its results into the `out` folder of its [`Place`] and everything its programs
//! say into the log. It moves nothing into the shared folder and leaves no stamp; that is the
//! caller's part, and so a recipe that is cut off has done no harm there.

mod debian;
mod environment;

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

/// The environment of every Go build: static binaries without paths of this machine, versions
/// settled by the module files, and no other Go than the one that is here.
pub(super) const GO_ENVIRONMENT: &[(&str, &str)] = &[
    ("CGO_ENABLED", "0"),
    ("GOFLAGS", "-trimpath -mod=mod -buildvcs=false"),
    ("GOTOOLCHAIN", "local"),
    ("GOWORK", "off"),
];

/// A version, and the modules that are taken at it whatever anything else requires.
pub(super) type Replace = (&'static str, &'static [&'static str]);

/// One way to make a program. Variables are Go's `-X PACKAGE.NAME=VALUE`, set when linking.
#[derive(Debug)]
pub(super) enum Recipe {
    /// `go install PACKAGE@VERSION`, for modules without `replace` lines.
    GoInstall {
        package: &'static str,
        variables: &'static [&'static str],
    },
    /// `go build PACKAGE` inside a module made for it, which requires the program's module and
    /// stands in for the `replace` lines that `go install` refuses.
    GoBuild {
        module: &'static str,
        package: &'static str,
        /// Go's language version as the program's own module states it; runtime defaults follow it.
        language: &'static str,
        replace: &'static [Replace],
        variables: &'static [&'static str],
        /// Further names of the program, where it does what its name says.
        links: &'static [&'static str],
    },
    /// The same for several programs inside one module made for all, so that what they share is built
    /// once.
    GoBuildTogether {
        programs: &'static [GoProgram],
        language: &'static str,
        replace: &'static [Replace],
    },
    /// `kustomize build` of a folder inside a Go module.
    KustomizeBuild {
        module: &'static str,
        folder: &'static str,
    },
    /// `cargo install PACKAGE` with the locked versions of its own dependencies.
    CargoInstall { package: &'static str },
    /// The same without default features, for what brings more than is needed.
    CargoInstallBare { package: &'static str },
    /// A Debian package, installed for the whole machine, hence only as root.
    DebianPackage {
        package: &'static str,
        program: &'static str,
    },
    /// Debian packages unpacked into a folder of the program's name, which needs no root.
    DebianUnpacked { packages: &'static [&'static str] },
    /// Folders, each with Debian packages and everything they need: roots for a container engine.
    DebianRoots {
        roots: &'static [(&'static str, &'static [&'static str])],
    },
    /// A Python environment that holds one package from `PyPI`, and a starter of its interpreter.
    PythonEnvironment {
        package: &'static str,
        environment: &'static str,
        starter: &'static str,
    },
    /// The same with a starter of one of the package's modules, named like the program.
    PythonProgram {
        package: &'static str,
        module: &'static str,
    },
    /// A package from npm with its dependencies, and a starter of one of its scripts.
    NodeProgram {
        package: &'static str,
        script: &'static str,
    },
    /// One file of a package from npm.
    NodeFile {
        package: &'static str,
        file: &'static str,
        output: &'static str,
    },
}

/// One of several programs that are built together.
#[derive(Debug)]
pub(super) struct GoProgram {
    pub(super) name: &'static str,
    pub(super) module: &'static str,
    pub(super) version: &'static str,
    pub(super) package: &'static str,
}

/// Where a recipe works.
pub(super) struct Place<'p> {
    pub(super) name: &'p str,
    pub(super) version: &'p str,
    /// The shared folder, to run programs brought before.
    pub(super) folder: &'p Path,
    /// Removed afterwards.
    pub(super) scratch: &'p Path,
    pub(super) out: &'p Path,
    pub(super) log: &'p File,
}

impl Recipe {
    pub(super) fn build(&self, place: &Place<'_>) -> anyhow::Result<()> {
        match *self {
            Self::GoInstall { package, variables } => go_install(place, package, variables),
            Self::GoBuild {
                module,
                package,
                language,
                replace,
                variables,
                links,
            } => {
                let wrapper = wrapper(place, language, &[(module, place.version)], replace)?;
                for link in links {
                    std::os::unix::fs::symlink(place.name, place.out.join(link))?;
                }
                place.run(
                    go().current_dir(&wrapper)
                        .args(["build", "-ldflags", &linker_flags(variables), "-o"])
                        .arg(place.out.join(place.name))
                        .arg(package),
                )
            }
            Self::GoBuildTogether {
                programs,
                language,
                replace,
            } => {
                let modules = programs.iter().map(|one| (one.module, one.version));
                let modules: Vec<(&str, &str)> = modules.collect();
                let wrapper = wrapper(place, language, &modules, replace)?;
                programs.iter().try_for_each(|program| {
                    place.run(
                        go().current_dir(&wrapper)
                            .args(["build", "-ldflags", &linker_flags(&[]), "-o"])
                            .arg(place.out.join(program.name))
                            .arg(program.package),
                    )
                })
            }
            Self::KustomizeBuild { module, folder } => kustomize_build(place, module, folder),
            Self::CargoInstall { package } => cargo_install(place, package, &[]),
            Self::CargoInstallBare { package } => {
                cargo_install(place, package, &["--no-default-features"])
            }
            Self::DebianPackage { package, program } => debian::install(place, package, program),
            Self::DebianUnpacked { packages } => debian::unpack(place, packages),
            Self::DebianRoots { roots } => debian::unpack_roots(place, roots),
            Self::PythonEnvironment {
                package,
                environment,
                starter,
            } => environment::python(place, package, environment, starter),
            Self::PythonProgram { package, module } => {
                environment::python_program(place, package, module)
            }
            Self::NodeProgram { package, script } => {
                environment::node_program(place, package, script)
            }
            Self::NodeFile {
                package,
                file,
                output,
            } => environment::node_file(place, package, file, output),
        }
    }

    /// Whether what the recipe leaves outside the shared folder is still there.
    pub(super) fn is_installed(&self) -> bool {
        match *self {
            Self::DebianPackage { program, .. } => strata_testkit::tools::find(program).is_some(),
            Self::GoInstall { .. }
            | Self::GoBuild { .. }
            | Self::GoBuildTogether { .. }
            | Self::KustomizeBuild { .. }
            | Self::CargoInstall { .. }
            | Self::CargoInstallBare { .. }
            | Self::DebianUnpacked { .. }
            | Self::DebianRoots { .. }
            | Self::PythonEnvironment { .. }
            | Self::PythonProgram { .. }
            | Self::NodeProgram { .. }
            | Self::NodeFile { .. } => true,
        }
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GoInstall { package, .. } => write!(formatter, "go install {package}"),
            Self::GoBuild { package, .. } => write!(formatter, "go build {package}"),
            Self::GoBuildTogether { programs, .. } => {
                let packages: Vec<&str> = programs.iter().map(|one| one.package).collect();
                write!(formatter, "go build {}", packages.join(" "))
            }
            Self::KustomizeBuild { module, folder } => {
                write!(formatter, "kustomize build {module}/{folder}")
            }
            Self::CargoInstall { package } | Self::CargoInstallBare { package } => {
                write!(formatter, "cargo install {package}")
            }
            Self::DebianPackage { package, .. } => write!(formatter, "apt-get install {package}"),
            Self::DebianUnpacked { packages } => {
                write!(formatter, "apt-get download {}", packages.join(" "))
            }
            Self::DebianRoots { roots } => {
                let names: Vec<&str> = roots.iter().map(|(name, _)| *name).collect();
                write!(formatter, "apt-get download for {}", names.join(", "))
            }
            Self::PythonEnvironment { package, .. } | Self::PythonProgram { package, .. } => {
                write!(formatter, "pip install {package}")
            }
            Self::NodeProgram { package, .. } | Self::NodeFile { package, .. } => {
                write!(formatter, "npm install {package}")
            }
        }
    }
}

impl Place<'_> {
    /// Runs a command with its output in the log; the command line itself goes there too.
    fn run(&self, command: &mut Command) -> anyhow::Result<()> {
        command.stdout(self.log.try_clone()?);
        self.run_with_own_stdout(command)
    }

    fn run_with_own_stdout(&self, command: &mut Command) -> anyhow::Result<()> {
        use std::io::Write as _;
        let program = command.get_program().to_owned();
        let mut log = self.log;
        writeln!(log, "$ {command:?}")?;
        let status = command
            .stdin(Stdio::null())
            .stderr(self.log.try_clone()?)
            .status()
            .with_context(|| format!("cannot run {}", program.display()))?;
        if !status.success() {
            bail!("{} ended with {status}", program.display());
        }
        Ok(())
    }
}

fn go() -> Command {
    let mut command = Command::new("go");
    command.envs(GO_ENVIRONMENT.iter().copied());
    command
}

fn linker_flags(variables: &[&str]) -> String {
    variables
        .iter()
        .fold("-s -w".to_owned(), |flags, variable| {
            format!("{flags} -X {variable}")
        })
}

fn go_install(place: &Place<'_>, package: &str, variables: &[&str]) -> anyhow::Result<()> {
    let binaries = place.scratch.join("bin");
    place.run(
        go().current_dir(place.scratch)
            .env("GOBIN", &binaries)
            .args(["install", "-ldflags", &linker_flags(variables)])
            .arg(format!("{package}@{}", place.version)),
    )?;
    let [built] = entries(&binaries)?
        .try_into()
        .map_err(|found: Vec<PathBuf>| {
            anyhow::anyhow!(
                "`go install` was to leave one program, and left {}",
                found.len()
            )
        })?;
    Ok(fs::rename(built, place.out.join(place.name))?)
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    entries.collect()
}

/// Makes a module that requires others, and returns its folder.
fn wrapper(
    place: &Place<'_>,
    language: &str,
    modules: &[(&str, &str)],
    replace: &[Replace],
) -> anyhow::Result<PathBuf> {
    let wrapper = place.scratch.join("wrapper");
    fs::create_dir(&wrapper)?;
    fs::write(wrapper.join("go.mod"), go_mod(language, modules, replace))?;
    Ok(wrapper)
}

fn go_mod(language: &str, modules: &[(&str, &str)], replace: &[Replace]) -> String {
    let mut lines = vec![
        "module wrapper.invalid".to_owned(),
        format!("go {language}"),
    ];
    let required = modules.iter();
    lines.extend(required.map(|(module, version)| format!("require {module} {version}")));
    for (version, modules) in replace {
        let line = |module| format!("replace {module} => {module} {version}");
        lines.extend(modules.iter().map(line));
    }
    lines.join("\n") + "\n"
}

fn kustomize_build(place: &Place<'_>, module: &str, folder: &str) -> anyhow::Result<()> {
    let answer = place.scratch.join("module.json");
    place.run_with_own_stdout(
        go().current_dir(place.scratch)
            .args(["mod", "download", "-json"])
            .arg(format!("{module}@{}", place.version))
            .stdout(File::create(&answer)?),
    )?;
    let answer: serde_json::Value = serde_json::from_str(&fs::read_to_string(answer)?)?;
    let source = answer["Dir"]
        .as_str()
        .context("`go mod download` named no folder")?;
    place.run(
        Command::new(place.folder.join("kustomize"))
            .arg("build")
            .arg(Path::new(source).join(folder))
            .arg("--output")
            .arg(place.out.join(format!("{}.yaml", place.name))),
    )
}

fn cargo_install(place: &Place<'_>, package: &str, features: &[&str]) -> anyhow::Result<()> {
    let root = place.scratch.join("cargo");
    place.run(
        Command::new("cargo")
            .current_dir(place.scratch)
            .env("CARGO_TARGET_DIR", place.scratch.join("target"))
            .args(["install", "--locked", "--version", place.version, "--root"])
            .arg(&root)
            .args(features)
            .arg(package),
    )?;
    Ok(fs::rename(
        root.join("bin").join(package),
        place.out.join(place.name),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linking_strips_and_then_sets_variables() {
        assert_eq!(linker_flags(&[]), "-s -w");
        assert_eq!(linker_flags(&["a.b=1", "c.d=2"]), "-s -w -X a.b=1 -X c.d=2");
    }

    #[test]
    fn a_wrapper_module_requires_the_program_and_replaces_modules() {
        let text = go_mod(
            "1.24.0",
            &[("k8s.io/kubernetes", "v1.34.4")],
            &[
                ("v0.34.4", &["k8s.io/api", "k8s.io/metrics"]),
                ("v2.4.0", &["gopkg.in/yaml.v2"]),
            ],
        );
        assert_eq!(
            text,
            "module wrapper.invalid\ngo 1.24.0\nrequire k8s.io/kubernetes v1.34.4\n\
             replace k8s.io/api => k8s.io/api v0.34.4\n\
             replace k8s.io/metrics => k8s.io/metrics v0.34.4\n\
             replace gopkg.in/yaml.v2 => gopkg.in/yaml.v2 v2.4.0\n"
        );
    }

    #[test]
    fn a_failing_command_is_an_error_and_leaves_its_output_in_the_log() {
        let scratch = tempfile::tempdir().unwrap();
        let log = scratch.path().join("log");
        let place = Place {
            name: "sample",
            version: "v1",
            folder: scratch.path(),
            scratch: scratch.path(),
            out: scratch.path(),
            log: &File::create(&log).unwrap(),
        };
        let error = place
            .run(Command::new("sh").args(["-c", "echo said; exit 3"]))
            .unwrap_err();
        assert_eq!(error.to_string(), "sh ended with exit status: 3");
        assert!(fs::read_to_string(log).unwrap().ends_with("said\n"));
        assert!(place.run(&mut Command::new("/no/such/program")).is_err());
    }
}
