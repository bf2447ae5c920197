//! What a service cannot run without: everything by which Compose makes one service need another.
//!
//! `depends_on` is one of several ways. Who shares the network of a service, its processes or its
//! volumes needs it as well, and Compose refuses both alike.

use std::sync::Arc;

use strata_diagnostic::Place;

use super::{Condition, Service, Stack};

/// That one service needs another.
#[derive(Clone, Debug)]
pub struct Need {
    /// Name of the other service.
    pub service: Arc<str>,
    /// What is waited for.
    pub condition: Condition,
    /// Whether it is an error if the other is not there.
    pub is_required: bool,
    /// The field that says so: `depends_on`, `network_mode`.
    pub field: &'static str,
    /// Whether the place is that of the name alone, so that another name can be put there.
    pub is_name: bool,
    /// Where.
    pub place: Place,
    /// Path: `services.web.depends_on.db`.
    pub path: String,
}

impl Service {
    /// Returns everything that the service needs, in the order `depends_on`, shared namespaces,
    /// `volumes_from`, `links`.
    pub fn needs(&self, stack: &Stack) -> Vec<Need> {
        let stated = self.depends_on.iter().map(|dependency| Need {
            service: Arc::clone(&dependency.service),
            condition: dependency.condition,
            is_required: dependency.is_required,
            field: "depends_on",
            is_name: true,
            place: dependency.place,
            path: dependency.path.clone(),
        });
        let mut needs: Vec<Need> = stated.collect();
        for field in ["network_mode", "ipc", "pid"] {
            let text = self.node.get(field).and_then(|node| {
                let text = stack.text(node, format!("{}.{field}", self.path))?;
                text.is_known.then_some(text)
            });
            let Some(text) = text else { continue };
            if let Some(name) = text.value.strip_prefix("service:") {
                needs.push(implied(name, field, text.place, text.path));
            }
        }
        for field in ["volumes_from", "links"] {
            let items = self.node.get(field).and_then(|node| node.as_sequence());
            for (index, item) in items.unwrap_or_default().iter().enumerate() {
                let Some(text) = stack.text(item, format!("{}.{field}[{index}]", self.path)) else {
                    continue;
                };
                let name = text.value.split(':').next().unwrap_or_default();
                let is_other = field == "volumes_from" && name == "container";
                if text.is_known && !is_other {
                    needs.push(implied(name, field, text.place, text.path));
                }
            }
        }
        needs
    }
}

fn implied(service: &str, field: &'static str, place: Place, path: String) -> Need {
    Need {
        service: service.into(),
        condition: Condition::Started,
        is_required: true,
        field,
        is_name: false,
        place,
        path,
    }
}
