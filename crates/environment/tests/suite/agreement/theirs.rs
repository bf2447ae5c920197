//! Facts of a composition as docker-compose writes them down.

use serde_json::{Map, Value};

use super::facts::Facts;

pub(super) fn facts(answer: &Value) -> Facts {
    let mut facts = Facts::new();
    facts.insert("project".to_owned(), text(&answer["name"]));
    for (name, service) in entries(&answer["services"]) {
        self::service(name, service, &mut facts);
    }
    for section in ["networks", "volumes"] {
        for (key, resource) in entries(&answer[section]) {
            // It is there for every composition with a service that states no network.
            if section == "networks" && key == "default" {
                continue;
            }
            let external = resource["external"] == true;
            let external = if external { " external" } else { "" };
            let shown = format!("{}{external}", text(&resource["name"]));
            facts.insert(format!("{section}.{key}"), shown);
        }
    }
    facts
}

fn service(name: &str, service: &Value, facts: &mut Facts) {
    let mut add =
        |field: &str, value: String| facts.insert(format!("services.{name}.{field}"), value);
    add("", String::new());
    for field in ["image", "container_name", "network_mode", "restart"] {
        if !service[field].is_null() {
            add(field, text(&service[field]));
        }
    }
    let build = &service["build"];
    if !build.is_null() {
        add("build", text(&build["context"]));
        if !build["target"].is_null() {
            add("build.target", text(&build["target"]));
        }
    }
    for port in items(&service["ports"]) {
        let or = |field: &str, other: &str| match text(&port[field]) {
            value if value.is_empty() => other.to_owned(),
            value => value,
        };
        let (address, published) = (or("host_ip", "*"), or("published", "-"));
        let (target, protocol) = (text(&port["target"]), text(&port["protocol"]));
        add(
            &format!("port {address} {published} -> {target}/{protocol}"),
            or("mode", "ingress"),
        );
    }
    for mount in items(&service["volumes"]) {
        let kind = text(&mount["type"]);
        let source = text(&mount["source"]);
        let shown = match kind.as_str() {
            "bind" | "volume" => format!("{kind} {source}"),
            "tmpfs" => kind,
            _ => "other".to_owned(),
        };
        let mode = if mount["read_only"] == true {
            " ro"
        } else {
            ""
        };
        add(
            &format!("mount {}", text(&mount["target"])),
            format!("{shown}{mode}"),
        );
    }
    for (name, value) in entries(&service["environment"]) {
        let shown = match value {
            Value::Null => "none".to_owned(),
            value => format!("{:?}", text(value)),
        };
        add(&format!("environment.{name}"), shown);
    }
    for (network, attachment) in entries(&service["networks"]) {
        let mut aliases: Vec<String> = items(&attachment["aliases"]).iter().map(text).collect();
        aliases.sort_unstable();
        add(&format!("network {network}"), aliases.join(" "));
    }
    for (other, dependency) in entries(&service["depends_on"]) {
        let optional = if dependency["required"] == false {
            " optional"
        } else {
            ""
        };
        add(
            &format!("depends_on {other}"),
            format!("{}{optional}", text(&dependency["condition"])),
        );
    }
    let profiles: Vec<String> = items(&service["profiles"]).iter().map(text).collect();
    if !profiles.is_empty() {
        add("profiles", profiles.join(" "));
    }
    for field in ["command", "entrypoint"] {
        if !service[field].is_null() {
            let words: Vec<String> = items(&service[field]).iter().map(text).collect();
            add(field, format!("{words:?}"));
        }
    }
    let check = &service["healthcheck"];
    if !check.is_null() {
        let test: Vec<String> = items(&check["test"]).iter().map(text).collect();
        let shown = match test.split_first() {
            _ if check["disable"] == true => "none".to_owned(),
            None => "inherited".to_owned(),
            Some((first, _)) if first == "NONE" => "none".to_owned(),
            Some((first, rest)) => format!("{first} {rest:?}"),
        };
        add("healthcheck", shown);
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().map(Map::iter).into_iter().flatten()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
