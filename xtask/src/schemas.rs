//! `cargo xtask schemas`: the schemas that an API server publishes, as an image that the program carries.
//!
//! A real API server is started twice, once as it comes and once with every version switched on, so that the
//! image knows which versions are on by default. What the documents mean is for `strata-objects` to say.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use strata_diagnostic::SourceId;
use strata_document::{Limits, Node, read};
use strata_objects::{Definitions, read_openapi, served};
use strata_testkit::control_plane::{ControlPlane, Options};

use crate::repository::root;

pub(crate) const SUMMARY: &str = "Make the image of an API server's schemas, or check it";

const HELP: &str = "\
Usage: cargo xtask schemas [--check] [--documents DIR]

Starts the real API server, reads the documents at its /openapi/v3 and writes the schemas in them,
without descriptions, to catalog/kubernetes/MINOR.image. The program carries every image that
crates/catalog lists.

  --check          Write nothing; exit 1 where the image says something else than the API server
  --documents DIR  Also write the documents themselves, one file each, as served by default

The API server is that of `cargo xtask tools`. For another minor version, set STRATA_TOOLS to a
folder with etcd, kubectl, openssl's place on the search path, and a kube-apiserver of that version.
";

/// Where the images are.
const FOLDER: &str = "catalog/kubernetes";

/// The largest document is 2 MiB, of which most is text for people.
const LIMITS: Limits = Limits {
    bytes: 64 << 20,
    nodes: 4_000_000,
    ..Limits::DOCUMENT
};

pub(crate) fn run(arguments: Vec<String>) -> Result<ExitCode> {
    let mut is_check = false;
    let mut documents = None;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--check" => is_check = true,
            "--documents" => {
                let folder = arguments.next().context("`--documents` needs a folder")?;
                documents = Some(PathBuf::from(folder));
            }
            "-h" | "--help" => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            other => bail!("unknown option `{other}`; see `cargo xtask schemas --help`"),
        }
    }
    let default = Published::of(false)?;
    if let Some(folder) = &documents {
        default.write(folder)?;
    }
    let all = Published::of(true)?;
    ensure!(all.version == default.version, "two servers, two versions");
    let kinds = served(&default.nodes()?);
    let definitions = read_openapi(&all.version, &all.nodes()?, Some(&kinds));
    let definitions = definitions.map_err(|error| anyhow::anyhow!("{error}"))?;
    let image = definitions.to_image();
    let name = format!("{FOLDER}/{}.image", all.version);
    let path = root().join(&name);
    let is_same =
        fs::read(&path).is_ok_and(|known| content(&known) == Some(definitions.to_content()));
    if is_check {
        let verdict = if is_same {
            "up to date"
        } else {
            "not up to date"
        };
        println!("{name}: {verdict}");
        return Ok(ExitCode::from(u8::from(!is_same)));
    }
    if !is_same {
        fs::create_dir_all(root().join(FOLDER))?;
        fs::write(&path, &image).with_context(|| format!("{}", path.display()))?;
    }
    println!(
        "{name}: {} kinds, {} on by default, {} KiB",
        definitions.kinds(),
        kinds.len(),
        image.len() >> 10
    );
    Ok(ExitCode::SUCCESS)
}

/// Returns what an image says: its bytes depend on the compressor as well.
fn content(image: &[u8]) -> Option<Vec<u8>> {
    Some(Definitions::from_image(image).ok()?.to_content())
}

/// What an API server publishes.
pub(crate) struct Published {
    /// Such as `1.34`.
    version: String,
    /// Name, such as `apis/apps/v1`, and text of each document.
    pub(crate) documents: Vec<(String, String)>,
}

impl Published {
    /// Starts an API server and asks it.
    pub(crate) fn of(serves_all: bool) -> Result<Self> {
        let options = Options {
            serves_all,
            ..Options::default()
        };
        let plane = ControlPlane::start(options)?;
        let raw = |path: &str| -> Result<String> {
            let output = plane.kubectl(&["get", "--raw", path]);
            ensure!(
                output.status.success(),
                "{path}: {}",
                String::from_utf8_lossy(&output.stderr).trim_end()
            );
            Ok(String::from_utf8(output.stdout)?)
        };
        let version: Value = serde_json::from_str(&raw("/version")?)?;
        let part = |key: &str| version[key].as_str().map(str::to_owned).context("/version");
        let minor = part("minor")?;
        let version = format!("{}.{}", part("major")?, minor.trim_end_matches('+'));
        let index: Value = serde_json::from_str(&raw("/openapi/v3")?)?;
        let paths = index["paths"].as_object().context("/openapi/v3")?;
        let mut documents = Vec::new();
        for (name, entry) in paths {
            let url = entry["serverRelativeURL"].as_str().context("/openapi/v3")?;
            let is_of_version = name.starts_with("api/") || name.split('/').count() == 3;
            if is_of_version && name.starts_with("api") {
                documents.push((name.clone(), raw(url)?));
            }
        }
        documents.sort();
        ensure!(!documents.is_empty(), "the API server publishes nothing");
        Ok(Self { version, documents })
    }

    fn nodes(&self) -> Result<Vec<Node>> {
        let read = |(name, text): &(String, String)| {
            let outcome = read(text.as_bytes(), SourceId(0), &LIMITS);
            outcome
                .value
                .with_context(|| format!("{name}: {:?}", outcome.findings))
        };
        self.documents.iter().map(read).collect()
    }

    fn write(&self, folder: &std::path::Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        for (name, text) in &self.documents {
            let path = folder.join(format!("{}.json", name.replace('/', "__")));
            fs::write(&path, text).with_context(|| format!("{}", path.display()))?;
        }
        Ok(())
    }
}
