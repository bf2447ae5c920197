//! Bundles in the hands of Helmfile: what it installs and in which groups, what it changes and
//! removes, and what it does where something is missing or never ready.
//!
//! `sync` and `destroy` are run as the bundle's README says, without any plugin of Helm. `diff` and
//! `apply` need helm-diff, which is not among the programs.

mod groups;
mod late_values;
mod lifecycle;
mod waiting;

use std::path::Path;
use std::process::{Child, Command, Output};

use strata_testkit::output_within;

use crate::bundle::{LIMIT, text};
use crate::stage::{Stage, start_leader};

/// Words that make a bundle for Helmfile.
const FOR_HELMFILE: [&str; 2] = ["--deployer", "helmfile"];

impl Stage {
    fn helmfile_command(&self, bundle: &Path, arguments: &[&str]) -> Command {
        let mut command = self.program("helmfile");
        command.current_dir(bundle).args(arguments);
        command
    }

    /// Runs Helmfile in the directory of a bundle.
    fn helmfile(&self, bundle: &Path, arguments: &[&str]) -> Output {
        let mut command = self.helmfile_command(bundle, arguments);
        output_within(&mut command, LIMIT).expect("helmfile runs and ends")
    }

    /// Starts Helmfile in the directory of a bundle.
    fn start_helmfile(&self, bundle: &Path, arguments: &[&str]) -> Child {
        start_leader(&self.helmfile_command(bundle, arguments))
    }

    /// Runs Helmfile, which must fail, and returns all that it said.
    fn refused_by_helmfile(&self, bundle: &Path, arguments: &[&str]) -> String {
        let output = self.helmfile(bundle, arguments);
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(!output.status.success(), "{said}");
        said
    }

    /// One field of an object in a namespace; empty where there is none.
    fn field(&self, object: &str, namespace: &str, path: &str) -> String {
        let path = format!("--output=jsonpath={{{path}}}");
        let words = ["get", object, "--namespace", namespace, &path];
        let output = self.plane.kubectl(&words);
        text(&output.stdout).trim_end().to_owned()
    }
}
