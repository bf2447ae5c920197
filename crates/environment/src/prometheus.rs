//! Configurations of Prometheus: the addresses that are written out in them.
//!
//! Addresses that Prometheus finds out itself, and those that relabeling makes, are not known here.

use strata_diagnostic::Place;
use strata_document::Node;

/// An address that Prometheus connects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// What it is for: `` job `web` `` or `alerting`.
    pub(crate) by: String,
    /// Name or number of the host.
    pub(crate) host: String,
    /// Port, also where it is left out.
    pub(crate) port: u16,
    /// As written.
    pub(crate) written: String,
    /// Where.
    pub(crate) place: Place,
    /// Path: `scrape_configs[0].static_configs[0].targets[0]`.
    pub(crate) path: String,
}

/// Returns the addresses that a configuration writes out.
pub(crate) fn addresses(root: &Node) -> Vec<Address> {
    let mut found = Vec::new();
    for (index, job) in items(root, "scrape_configs").iter().enumerate() {
        let by = match job.get("job_name").and_then(Node::as_text) {
            Some(name) => format!("job `{name}`"),
            None => "a job".to_owned(),
        };
        add(job, &by, &format!("scrape_configs[{index}]"), &mut found);
    }
    let alerting = root.get("alerting");
    let managers = alerting.map_or(&[][..], |alerting| items(alerting, "alertmanagers"));
    for (index, manager) in managers.iter().enumerate() {
        let path = format!("alerting.alertmanagers[{index}]");
        add(manager, "alerting", &path, &mut found);
    }
    found
}

fn add(job: &Node, by: &str, path: &str, found: &mut Vec<Address>) {
    // Then the targets are parameters of another address, as with exporters that probe others.
    let moves = |rule: &Node| {
        let target = rule.get("target_label").and_then(Node::as_text);
        target == Some("__address__")
    };
    if items(job, "relabel_configs").iter().any(moves) {
        return;
    }
    let is_tls = job.get("scheme").and_then(Node::as_text) == Some("https");
    for (group, config) in items(job, "static_configs").iter().enumerate() {
        for (index, target) in items(config, "targets").iter().enumerate() {
            let Some(written) = target.as_text() else {
                continue;
            };
            let (host, port) = match written.rsplit_once(':') {
                Some((host, port)) if !port.ends_with(']') => match port.parse() {
                    Ok(port) => (host, port),
                    Err(_) => continue,
                },
                _ => (written, if is_tls { 443 } else { 80 }),
            };
            found.push(Address {
                by: by.to_owned(),
                host: host.trim_matches(['[', ']']).to_owned(),
                port,
                written: written.to_owned(),
                place: target.place,
                path: format!("{path}.static_configs[{group}].targets[{index}]"),
            });
        }
    }
}

fn items<'a>(node: &'a Node, field: &str) -> &'a [Node] {
    node.get(field)
        .and_then(Node::as_sequence)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;
    use strata_document::{Limits, read};

    use super::*;

    #[test]
    fn written_addresses_are_found() {
        let text = "scrape_configs:\n- job_name: a\n  static_configs:\n  - targets: [b:1, c, '[::1]:2', \
                    x:y]\n- static_configs: [{targets: [d]}]\n  scheme: https\n- job_name: probe\n  \
                    static_configs: [{targets: ['https://e']}]\n  relabel_configs:\n  - \
                    {target_label: __address__, replacement: 'f:9115'}\n- kubernetes_sd_configs: \
                    []\nalerting:\n  alertmanagers:\n  - static_configs: [{targets: ['g:9093']}]\n";
        let root = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT)
            .value
            .expect("YAML");
        let found = addresses(&root);
        let shown: Vec<String> = found
            .iter()
            .map(|one| format!("{} {}:{} {}", one.by, one.host, one.port, one.place.line))
            .collect();
        assert_eq!(
            shown,
            [
                "job `a` b:1 4",
                "job `a` c:80 4",
                "job `a` ::1:2 4",
                "a job d:443 5",
                "alerting g:9093 14",
            ]
        );
        assert_eq!(
            found[1].path,
            "scrape_configs[0].static_configs[0].targets[1]"
        );
        let none = read(b"a: [b]", SourceId(0), &Limits::DOCUMENT)
            .value
            .expect("YAML");
        assert_eq!(addresses(&none), Vec::new());
    }
}
