//! Opening the catalog a request is about.

use strata_cluster::{BaseLayer, Catalog, Layer, load_catalog};
use strata_diagnostic::Outcome;
use strata_host::read_layer;

use crate::session::Session;

/// Which catalog: the compiled-in one or a directory, and directories laid over it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogRequest {
    /// A directory to use instead of the compiled-in catalog.
    pub catalog: Option<String>,
    /// Directories laid over it, in order.
    pub data: Vec<String>,
}

/// Opens and loads a catalog.
///
/// # Errors
///
/// Findings of reading the directories and of loading them.
pub fn open_catalog(session: &mut Session<'_>, request: &CatalogRequest) -> Outcome<Catalog> {
    let mut findings = Vec::new();
    let base = match &request.catalog {
        None => Some(BaseLayer::Image(strata_catalog::CLUSTER)),
        Some(directory) => layer(session, directory, format!("catalog: {directory}"))
            .take(&mut findings)
            .map(BaseLayer::Directory),
    };
    let mut data = Vec::new();
    for (index, directory) in request.data.iter().enumerate() {
        let label = format!("data {}: {directory}", index + 1);
        data.extend(layer(session, directory, label).take(&mut findings));
    }
    let Some(base) = base.filter(|_| data.len() == request.data.len()) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let loaded = load_catalog(base, data, &mut session.sources);
    findings.extend(loaded.findings);
    Outcome {
        value: loaded.value,
        findings,
    }
}

fn layer(session: &mut Session<'_>, directory: &str, label: String) -> Outcome<Layer> {
    let files = read_layer(session.system, directory, &mut session.sources);
    let prefix = format!("{}/", directory.trim_end_matches('/'));
    files.map(|files| Layer {
        label,
        prefix,
        files,
    })
}
