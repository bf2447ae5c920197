//! Fields of a service that too few rules need to be in the model.

use strata_document::Node;

use crate::model::{Service, Stack, Text};

/// Returns the entries of a list of texts, or the one text that stands instead of a list.
pub(crate) fn entries(stack: &Stack, service: &Service, field: &str) -> Vec<Text> {
    let Some(node) = service.node.get(field) else {
        return Vec::new();
    };
    let path = format!("{}.{field}", service.path);
    match node.as_sequence() {
        Some(items) => {
            let text = |(index, item)| stack.text(item, format!("{path}[{index}]"));
            items.iter().enumerate().filter_map(text).collect()
        }
        None => stack.text(node, path).into_iter().collect(),
    }
}

/// Returns a field that is one text.
pub(crate) fn entry(stack: &Stack, service: &Service, field: &str) -> Option<Text> {
    let text = stack.text(
        service.node.get(field)?,
        format!("{}.{field}", service.path),
    )?;
    Some(text).filter(|text| text.is_known && !text.value.is_empty())
}

/// Returns the name of a capability as the kernel's manual has it, without `CAP_`.
pub(crate) fn capability(written: &str) -> String {
    let upper = written.trim().to_ascii_uppercase();
    upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned()
}

/// Splits an entry of `security_opt`: both `:` and `=` stand between name and value.
pub(crate) fn security_option(written: &str) -> (&str, &str) {
    let (name, value) = written.split_once([':', '=']).unwrap_or((written, ""));
    (name.trim(), value.trim())
}

/// Returns whether the service runs with all privileges, so that there is nothing to take away.
pub(crate) fn is_privileged(service: &Service) -> bool {
    service.flag("privileged")
}

/// Returns the node of a mount, where the list of the service has it at the place that its path says.
pub(crate) fn item_of<'a>(service: &'a Service, field: &str, path: &str) -> Option<&'a Node> {
    let index = path.strip_suffix(']')?.rsplit_once('[')?.1;
    let items = service.node.get(field)?.as_sequence()?;
    items.get(index.parse::<usize>().ok()?)
}
