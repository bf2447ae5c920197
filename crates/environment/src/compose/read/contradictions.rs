//! Fields that are right each by itself and that Compose refuses together, and names that nothing
//! defines.

use strata_diagnostic::{Finding, Place, nearest};
use strata_document::Node;

use super::Reader;
use crate::codes;
use crate::model::{Resource, Service};

impl Reader<'_> {
    /// Reports what cannot stand together. `is_whole` says whether no other file could add to the
    /// services.
    pub(super) fn contradictions(
        &mut self,
        services: &[Service],
        secrets: &[Resource],
        configs: &[Resource],
        is_whole: bool,
    ) {
        for service in services {
            self.in_service(service, is_whole);
            if is_whole {
                self.undefined(service, "secrets", secrets);
                self.undefined(service, "configs", configs);
            }
        }
        for resource in secrets.iter().chain(configs) {
            let sources = ["file", "environment", "content"];
            let stated = sources
                .iter()
                .filter(|name| resource.node.get(name).is_some());
            if stated.count() > 1 {
                let message = "`file`, `environment` and `content` exclude one another";
                self.refused(resource.place, &resource.path, message);
            }
        }
    }

    fn in_service(&mut self, service: &Service, is_whole: bool) {
        let node = &service.node;
        let mut refused = |message: &str| self.refused(service.place, &service.path, message);
        let has = |name: &str| node.get(name).is_some();
        if is_whole && !["image", "build", "provider"].into_iter().any(has) {
            refused("it has neither an `image` nor a `build`");
        }
        let mode = service.network_mode.as_ref();
        if mode.is_some_and(|mode| !mode.value.is_empty()) && !service.networks.is_empty() {
            refused("`network_mode` and `networks` exclude each other");
        }
        let build = service.build.as_ref();
        if build.is_some_and(|build| build.dockerfile.is_some() && build.inline.is_some()) {
            refused("`dockerfile` and `dockerfile_inline` exclude each other");
        }
        let count = |node: Option<&Node>| node?.as_text()?.parse::<i64>().ok();
        let scale = count(node.get("scale"));
        let replicas = count(node.at(&["deploy", "replicas"]));
        if let (Some(scale), Some(replicas)) = (scale, replicas)
            && scale != replicas
        {
            refused("`scale` and `deploy.replicas` differ");
        }
        if [scale, replicas].into_iter().flatten().any(|one| one < 0) {
            refused("there cannot be fewer containers than none");
        }
        if service.container_name.is_some()
            && let Some(count) = scale.or(replicas).filter(|count| *count > 1)
        {
            refused(&format!(
                "`container_name` is one name for {count} containers"
            ));
        }
    }

    fn undefined(&mut self, service: &Service, section: &str, defined: &[Resource]) {
        let granted = service.node.get(section).and_then(Node::as_sequence);
        for (index, item) in granted.into_iter().flatten().enumerate() {
            let named = item.get("source").unwrap_or(item);
            let Some(name) = named.as_text().filter(|_| !self.is_open(named.place)) else {
                continue;
            };
            let keys = || defined.iter().map(|resource| &*resource.key);
            if keys().any(|key| key == name) {
                continue;
            }
            let path = format!("{}.{section}[{index}]", service.path);
            let message = format!("`{path}`: `{section}` has no `{name}`");
            let finding = Finding::new(&codes::SHAPE, message).at_path(named.place, path);
            self.findings.push(match nearest(name, keys()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("define it under `{section}` of the file")),
            });
        }
    }

    fn refused(&mut self, place: Place, path: &str, reason: &str) {
        let finding = Finding::new(&codes::SHAPE, format!("`{path}`: {reason}"));
        self.findings.push(finding.at_path(place, path));
    }
}
