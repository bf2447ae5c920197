//! One service in all the forms of its fields.

use std::sync::Arc;

use strata_document::{Entry, Node, ScalarKind, Value};

use super::{Reader, flag, join};
use crate::compose::merge::{named, pairs};
use crate::compose::mounts::{ShortMount, is_host_path};
use crate::compose::typed::as_text;
use crate::model::{
    Attachment, Build, Command, Condition, Dependency, EnvFile, Healthcheck, Limits, Mount,
    MountKind, Port, PortRange, Probe, Protocol, Service, Setting, Text,
};

impl Reader<'_> {
    pub(super) fn service(&mut self, entry: &Entry) -> Option<Service> {
        let path = format!("services.{}", entry.key.text);
        let node = &entry.value;
        node.as_mapping()?;
        Some(Service {
            name: Arc::clone(&entry.key.text),
            place: entry.key.place,
            image: self.field(node, "image", &path),
            build: self.build(node, &path),
            container_name: self.field(node, "container_name", &path),
            profiles: self.texts(node, "profiles", &path),
            ports: self.ports(node, &path),
            expose: self.texts(node, "expose", &path),
            mounts: self.mounts(node, &path),
            depends_on: self.dependencies(node, &path),
            networks: self.attachments(node, &path),
            network_mode: self.field(node, "network_mode", &path),
            environment: self.environment(node, &path),
            env_files: self.env_files(node, &path),
            command: self.command(node, "command", &path),
            entrypoint: self.command(node, "entrypoint", &path),
            healthcheck: self.healthcheck(node, &path),
            restart: self.field(node, "restart", &path),
            limits: self.limits(node, &path),
            node: node.clone(),
            path,
        })
    }

    fn build(&self, node: &Node, path: &str) -> Option<Build> {
        let value = node.get("build").filter(|value| !value.is_null())?;
        let path = join(path, "build");
        let mut build = Build {
            context: None,
            dockerfile: None,
            inline: None,
            target: None,
            place: value.place,
            path: path.clone(),
        };
        match &value.value {
            Value::Scalar(_) => build.context = self.text(value, path),
            Value::Mapping(_) => {
                build.context = self.field(value, "context", &path);
                build.dockerfile = self.field(value, "dockerfile", &path);
                build.inline = self.field(value, "dockerfile_inline", &path);
                build.target = self.field(value, "target", &path);
            }
            Value::Sequence(_) => return None,
        }
        Some(build)
    }

    fn ports(&mut self, node: &Node, path: &str) -> Vec<Port> {
        let mut ports = Vec::new();
        for (index, item) in items(node, "ports").iter().enumerate() {
            let path = format!("{path}.ports[{index}]");
            let port = match &item.value {
                Value::Scalar(_) => self.short_port(item, path),
                Value::Mapping(_) => self.long_port(item, path),
                Value::Sequence(_) => None,
            };
            ports.extend(port);
        }
        ports
    }

    fn short_port(&mut self, item: &Node, path: String) -> Option<Port> {
        let kind = item.as_scalar().map(|scalar| scalar.kind);
        if matches!(kind, Some(ScalarKind::Bool | ScalarKind::Null)) {
            return None;
        }
        let text = self.text(item, path)?;
        if !text.is_known {
            return None;
        }
        match Port::parse(&text.value, text.place, text.path.clone()) {
            Ok(mut port) => {
                text.written().clone_into(&mut port.written);
                Some(port)
            }
            Err(reason) => {
                self.grammar(text.place, &text.path, reason);
                None
            }
        }
    }

    fn long_port(&mut self, item: &Node, path: String) -> Option<Port> {
        let field = |reader: &Self, name| reader.field(item, name, &path);
        let target = field(self, "target");
        let published = field(self, "published");
        let host_ip = field(self, "host_ip");
        let protocol = field(self, "protocol");
        let mode = field(self, "mode");
        let is_known = |text: &Option<Text>| text.as_ref().is_none_or(|text| text.is_known);
        if ![&target, &published, &host_ip, &protocol]
            .into_iter()
            .all(is_known)
        {
            return None;
        }
        let Some(target) = target else {
            self.grammar(item.place, &path, "a published port needs a `target`");
            return None;
        };
        let parsed = (|| {
            let range = |text: &Text| PortRange::parse(&text.value);
            let protocol = protocol
                .as_ref()
                .map_or(Ok(Protocol::Tcp), |text| Protocol::parse(&text.value));
            let published = published
                .as_ref()
                .filter(|text| !text.value.is_empty())
                .map(range)
                .transpose()?;
            Ok((range(&target)?, published, protocol?))
        })();
        let published_text = published;
        let (range, published, protocol) = match parsed {
            Ok(parsed) => parsed,
            Err(reason) => {
                if !self.has_open(item) {
                    self.grammar(item.place, &path, reason);
                }
                return None;
            }
        };
        let parts = [&host_ip, &published_text, &Some(target)];
        let written: Vec<&str> = parts
            .into_iter()
            .flatten()
            .filter(|text| !text.value.is_empty())
            .map(Text::written)
            .collect();
        let written = written.join(":");
        Some(Port {
            host_ip: host_ip
                .map(|text| text.value.to_string())
                .filter(|text| !text.is_empty()),
            published: published.filter(|range| range.first != 0),
            target: range,
            protocol,
            is_host_mode: mode.is_some_and(|text| &*text.value == "host"),
            written,
            place: item.place,
            path,
        })
    }

    fn mounts(&mut self, node: &Node, path: &str) -> Vec<Mount> {
        let mut mounts = Vec::new();
        for (index, item) in items(node, "volumes").iter().enumerate() {
            let path = format!("{path}.volumes[{index}]");
            let mount = match &item.value {
                Value::Scalar(_) => self.short_mount(item, path),
                Value::Mapping(_) => self.long_mount(item, path),
                Value::Sequence(_) => None,
            };
            mounts.extend(mount);
        }
        mounts
    }

    fn short_mount(&mut self, item: &Node, path: String) -> Option<Mount> {
        let text = self.text(item, path)?;
        if !text.is_known {
            return None;
        }
        // A source that nobody gives is there all the same.
        let is_open = self.is_open(item.place);
        let guessed = format!(".{}", text.value);
        let begins_open = is_open && text.value.starts_with(':');
        let value = if begins_open { &*guessed } else { &*text.value };
        let Some(mount) = ShortMount::parse(value) else {
            if is_open {
                return None;
            }
            let reason = "a mount is `source:target` or `source:target:options`";
            self.grammar(text.place, &text.path, reason);
            return None;
        };
        let source = mount.source.map(|source| Text {
            value: source.into(),
            is_known: !begins_open,
            template: text
                .template
                .as_deref()
                .map(|template| source_of_template(template).into()),
            place: text.place,
            path: text.path.clone(),
        });
        Some(Mount {
            kind: if mount.is_bind() {
                MountKind::Bind
            } else {
                MountKind::Volume
            },
            source,
            target: mount.target.to_owned(),
            is_read_only: mount.is_read_only(),
            options: mount.options.split(',').map(str::to_owned).collect(),
            creates_source: mount.is_bind(),
            place: text.place,
            path: text.path,
        })
    }

    fn long_mount(&mut self, item: &Node, path: String) -> Option<Mount> {
        let kind = self.field(item, "type", &path);
        let source = self.field(item, "source", &path);
        let target = self.field(item, "target", &path);
        let kind = match kind.as_ref().map(|text| &*text.value) {
            Some("bind") => MountKind::Bind,
            Some("volume") => MountKind::Volume,
            None if source
                .as_ref()
                .is_some_and(|text| is_host_path(&text.value)) =>
            {
                MountKind::Bind
            }
            None => MountKind::Volume,
            Some("tmpfs") => MountKind::Tmpfs,
            Some(_) => MountKind::Other,
        };
        let Some(target) = target else {
            self.grammar(item.place, &path, "a mount needs a `target`");
            return None;
        };
        let bind = item.get("bind");
        let creates = bind.and_then(|bind| flag(bind, "create_host_path"));
        let propagation = bind.and_then(|bind| bind.get("propagation")?.as_text());
        Some(Mount {
            kind,
            source,
            target: target.value.to_string(),
            is_read_only: flag(item, "read_only") == Some(true),
            options: propagation.into_iter().map(str::to_owned).collect(),
            creates_source: kind == MountKind::Bind && creates.unwrap_or(bind.is_none()),
            place: item.place,
            path,
        })
    }

    fn dependencies(&mut self, node: &Node, path: &str) -> Vec<Dependency> {
        let Some(value) = node.get("depends_on").filter(|value| !value.is_null()) else {
            return Vec::new();
        };
        let path = join(path, "depends_on");
        let mut dependencies = Vec::new();
        for entry in &named(value) {
            let path = join(&path, &entry.key.text);
            let condition = self.field(&entry.value, "condition", &path);
            let stated = match condition.as_ref().map(|text| &*text.value) {
                Some("service_started") => Some(Condition::Started),
                Some("service_healthy") => Some(Condition::Healthy),
                Some("service_completed_successfully") => Some(Condition::Completed),
                Some(_) if self.has_open(&entry.value) => None,
                Some(_) => {
                    let reason = "the condition is service_started, service_healthy or \
                                  service_completed_successfully";
                    self.grammar(entry.value.place, &path, reason);
                    None
                }
                None => None,
            };
            dependencies.push(Dependency {
                service: Arc::clone(&entry.key.text),
                condition: stated.unwrap_or(Condition::Started),
                is_stated: stated.is_some(),
                is_required: flag(&entry.value, "required") != Some(false),
                place: entry.key.place,
                path,
            });
        }
        dependencies
    }

    fn attachments(&self, node: &Node, path: &str) -> Vec<Attachment> {
        let Some(value) = node.get("networks").filter(|value| !value.is_null()) else {
            return Vec::new();
        };
        let path = join(path, "networks");
        let mut attachments = Vec::new();
        for entry in &named(value) {
            let path = join(&path, &entry.key.text);
            attachments.push(Attachment {
                network: Arc::clone(&entry.key.text),
                aliases: self.texts(&entry.value, "aliases", &path),
                place: entry.key.place,
                path,
            });
        }
        attachments
    }

    fn environment(&self, node: &Node, path: &str) -> Vec<Setting> {
        let Some(value) = node.get("environment") else {
            return Vec::new();
        };
        let path = join(path, "environment");
        let mut settings = Vec::new();
        for entry in &pairs(value) {
            let path = join(&path, &entry.key.text);
            let mut text = self.text(&entry.value, path.clone());
            if let (Some(text), Some(scalar)) = (&mut text, entry.value.as_scalar()) {
                text.value = as_text(scalar).into();
            }
            // In a list the template is that of the whole item.
            if let Some(template) = text.as_mut().and_then(|text| text.template.as_mut())
                && value.as_sequence().is_some()
                && let Some((_, after)) = template.split_once('=')
            {
                *template = after.into();
            }
            settings.push(Setting {
                name: Arc::clone(&entry.key.text),
                value: text,
                place: entry.key.place,
                path,
            });
        }
        settings
    }

    fn env_files(&self, node: &Node, path: &str) -> Vec<EnvFile> {
        let Some(value) = node.get("env_file").filter(|value| !value.is_null()) else {
            return Vec::new();
        };
        let path = join(path, "env_file");
        let items = match &value.value {
            Value::Sequence(items) => items.to_vec(),
            Value::Scalar(_) | Value::Mapping(_) => vec![value.clone()],
        };
        let mut files = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let file = match &item.value {
                Value::Mapping(_) => self.field(item, "path", &path),
                _ => self.text(item, &path),
            };
            let Some(file) = file else {
                continue;
            };
            files.push(EnvFile {
                file,
                is_required: flag(item, "required") != Some(false),
            });
        }
        files
    }

    fn command(&self, node: &Node, name: &str, path: &str) -> Option<Command> {
        let value = node.get(name).filter(|value| !value.is_null())?;
        let words = self.texts(node, name, path);
        Some(Command {
            words,
            is_shell: value.as_scalar().is_some(),
            place: value.place,
            path: join(path, name),
        })
    }

    fn healthcheck(&mut self, node: &Node, path: &str) -> Option<Healthcheck> {
        let mapping = node.as_mapping()?;
        let entry = mapping.entry("healthcheck")?;
        let value = &entry.value;
        if value.is_null() {
            return None;
        }
        let path = join(path, "healthcheck");
        value.as_mapping()?;
        Some(Healthcheck {
            probe: self.probe(value, &path),
            interval: self.field(value, "interval", &path),
            timeout: self.field(value, "timeout", &path),
            retries: self.field(value, "retries", &path),
            start_period: self.field(value, "start_period", &path),
            place: entry.key.place,
            path,
        })
    }

    fn probe(&mut self, value: &Node, path: &str) -> Probe {
        if flag(value, "disable") == Some(true) {
            return Probe::Disabled;
        }
        let Some(test) = value.get("test").filter(|test| !test.is_null()) else {
            return Probe::Inherited;
        };
        let mut words = self.texts(value, "test", path);
        if test.as_scalar().is_some() {
            return words.pop().map_or(Probe::Inherited, Probe::Shell);
        }
        if words.is_empty() {
            return Probe::Inherited;
        }
        let first = words.remove(0);
        match &*first.value {
            "NONE" => Probe::Disabled,
            "CMD" => Probe::Exec(words),
            "CMD-SHELL" => match words.into_iter().next() {
                Some(line) => Probe::Shell(line),
                None => {
                    self.grammar(test.place, path, "`CMD-SHELL` needs a line for the shell");
                    Probe::Inherited
                }
            },
            _ => {
                let reason = "the list begins with CMD, CMD-SHELL or NONE";
                self.grammar(first.place, &first.path, reason);
                Probe::Inherited
            }
        }
    }

    fn limits(&self, node: &Node, path: &str) -> Limits {
        let limits = node.at(&["deploy", "resources", "limits"]);
        let deep = format!("{path}.deploy.resources.limits");
        let either = |name: &str, others: &[&str]| {
            let found = limits.and_then(|limits| self.field(limits, name, &deep));
            let mut others = others.iter();
            found.or_else(|| others.find_map(|other| self.field(node, other, path)))
        };
        Limits {
            memory: either("memory", &["mem_limit"]),
            cpus: either("cpus", &["cpus", "cpu_quota"]),
            pids: either("pids", &["pids_limit"]),
        }
    }
}

fn items<'a>(node: &'a Node, name: &str) -> &'a [Node] {
    node.get(name).and_then(Node::as_sequence).unwrap_or(&[])
}

/// Returns the source in the template of a short mount: the text up to the first colon that is in
/// no variable.
fn source_of_template(template: &str) -> &str {
    let mut depth = 0_u32;
    for (offset, byte) in template.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => return &template[..offset],
            _ => {}
        }
    }
    template
}
