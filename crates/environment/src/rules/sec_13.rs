//! `SEC-13`: a service has a device of the host that bypasses every permission.

use strata_diagnostic::{Class, Finding, Place, Rule, Severity};
use strata_document::Node;

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::entries::entries;
use crate::model::{Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "SEC-13",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "service has a raw device of the host",
    cause: "Memory, ports and disks of the host as devices know no files and no permissions: whoever \
            can open them reads and changes everything, also what the kernel keeps. `/dev/kmsg` is less, \
            and a warning: the log of the kernel, which also tells about other containers and the host, \
            and into which its holder can write.",
    example: "services:\n  backup:\n    image: ghcr.io/example/backup:1.4.2\n    \
              devices: [\"/dev/sda:/dev/sda\"]\n",
    remedy: "Mount the directory that is meant instead of the disk that holds it. Devices such as \
             GPUs, sound, serial lines and `/dev/net/tun` are not meant by this rule.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  render:\n    image: ghcr.io/example/render:1.4.2\n    \
            devices: [\"/dev/dri:/dev/dri\", \"/dev/ttyUSB0:/dev/ttyUSB0\"]\n    \
            device_cgroup_rules: [\"c 188:* rmw\"]\n",
    source: "mem(4); Linux allocated devices (admin-guide/devices)",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

/// Devices that are the memory, the ports or the messages of the kernel, or hold volumes.
#[rustfmt::skip]
const EXACT: &[&str] = &[
    "/dev", "/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/dev/loop-control", "/dev/zfs",
];

/// Beginnings of the names of disks.
#[rustfmt::skip]
const DISKS: &[&str] = &[
    "/dev/sd", "/dev/hd", "/dev/vd", "/dev/xvd", "/dev/nvme", "/dev/mmcblk", "/dev/md", "/dev/dm-",
    "/dev/mapper/", "/dev/disk/", "/dev/block/", "/dev/rbd", "/dev/nbd", "/dev/zd", "/dev/zvol/",
    "/dev/mtd", "/dev/loop",
];

fn is_raw(device: &str) -> bool {
    let device = device.trim_end_matches('/');
    EXACT.contains(&device) || DISKS.iter().any(|disk| device.starts_with(disk))
}

/// Returns whether a rule such as `c 1:1 rwm` admits such a device.
fn admits_raw(rule: &str) -> bool {
    let mut words = rule.split_whitespace();
    let (Some(kind), Some(number)) = (words.next(), words.next()) else {
        return false;
    };
    let memory = ["1:1", "1:2", "1:4", "1:11", "1:*"];
    match kind {
        "b" => true,
        "a" => number == "*:*",
        _ => number == "*:*" || memory.contains(&number),
    }
}

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for (device, place, path) in devices(stack, service) {
            if is_raw(&device) {
                let is_log = device.trim_end_matches('/') == "/dev/kmsg";
                let message = if is_log {
                    format!(
                        "`{}` reads what the kernel logs, and can write into it",
                        service.name
                    )
                } else {
                    format!("`{}` has the raw device `{device}`", service.name)
                };
                let finding = Finding::new(&RULE, message).at_path(place, path);
                let finding = finding.about(format!("{}{device}", service.name));
                findings.push(if is_log {
                    let help = "leave `/dev/kmsg` out where nobody looks at what it is read for, \
                                such as kills for want of memory";
                    finding.severity(Severity::Warning).help(help)
                } else {
                    finding.help("mount the directory that is meant instead")
                });
            }
        }
        for text in entries(stack, service, "device_cgroup_rules") {
            if admits_raw(&text.value) {
                let message = format!("`{}` may open raw devices", service.name);
                let finding = Finding::new(&RULE, message).at_path(text.place, &text.path);
                let finding = finding.about(format!("{}/device_cgroup_rules", service.name));
                findings.push(finding.help("name the one device that is needed"));
            }
        }
    }
}

/// Returns the devices of the host that a service has, in both forms.
fn devices(stack: &Stack, service: &Service) -> Vec<(String, Place, String)> {
    let items = service.node.get("devices").and_then(Node::as_sequence);
    let mut found = Vec::new();
    for (index, item) in items.unwrap_or_default().iter().enumerate() {
        let node = item.get("source").unwrap_or(item);
        let Some(text) = stack.text(node, format!("{}.devices[{index}]", service.path)) else {
            continue;
        };
        if text.is_known {
            let device = text.value.split(':').next().unwrap_or_default();
            found.push((device.to_owned(), text.place, text.path));
        }
    }
    found
}
