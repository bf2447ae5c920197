//! Which shape every field of a Compose file has, by the JSON schema of the Compose Specification.
//!
//! The model holds what rules look at. Compose refuses a file for any other field as well, so all of
//! them are looked at here. Scalars are as strict as Compose is: `user: 1000` is a number where text
//! must be, and what a variable makes is text.

use strata_diagnostic::Finding;
use strata_document::{Node, ScalarKind};

use super::{Reader, join};
use crate::codes;

/// A shape; alternatives differ in what they are at first sight.
pub(super) enum Shape {
    /// Whatever it is: something else reads it.
    Any,
    Null,
    Text,
    /// A number, or text that becomes one.
    Number,
    /// A boolean, or text that becomes one.
    Switch,
    /// A scalar that is not nothing.
    Scalar,
    List(&'static Shape),
    Map(&'static Shape),
    /// A mapping with these fields and no others, and those among them that must be there.
    Fields(&'static [(&'static str, Shape)], &'static [&'static str]),
    Either(&'static [Shape]),
}

use Shape::{Any, Either, Fields, List, Map, Null, Number, Scalar, Switch, Text};

const TEXTS: Shape = List(&Text);
const TEXT_OR_TEXTS: Shape = Either(&[Text, TEXTS]);
const PAIRS: Shape = Either(&[TEXTS, Map(&Either(&[Null, Scalar]))]);
const COMMAND: Shape = Either(&[Null, Text, TEXTS]);
const OPTIONS: Shape = Map(&Number);
const HOSTS: Shape = Either(&[TEXTS, Map(&TEXT_OR_TEXTS)]);
const EXTERNAL: Shape = Either(&[Switch, Fields(&[("name", Text)], &[])]);
const ULIMITS: Shape = Map(&Either(&[
    Number,
    Fields(&[("hard", Number), ("soft", Number)], &["soft", "hard"]),
]));
const GRANTS: Shape = List(&Either(&[
    Text,
    Fields(
        &[
            ("source", Text),
            ("target", Text),
            ("uid", Text),
            ("gid", Text),
            ("mode", Number),
        ],
        &[],
    ),
]));
const RATES: Shape = List(&Fields(&[("path", Text), ("rate", Number)], &[]));
const HOOKS: Shape = List(&Fields(
    &[
        ("command", COMMAND),
        ("user", Text),
        ("privileged", Switch),
        ("working_dir", Text),
        ("environment", PAIRS),
        ("per_replica", Switch),
        ("image", Text),
    ],
    &[],
));
const DEVICES: Shape = List(&Fields(
    &[
        ("capabilities", TEXTS),
        ("count", Number),
        ("device_ids", TEXTS),
        ("driver", Text),
        ("options", PAIRS),
    ],
    &[],
));
const ROLLOUT: Shape = Fields(
    &[
        ("parallelism", Number),
        ("delay", Text),
        ("failure_action", Text),
        ("monitor", Text),
        ("max_failure_ratio", Number),
        ("order", Text),
    ],
    &[],
);
const BUILD: Shape = Either(&[
    Text,
    Fields(
        &[
            ("context", Text),
            ("dockerfile", Text),
            ("dockerfile_inline", Text),
            ("entitlements", TEXTS),
            ("args", PAIRS),
            ("ssh", PAIRS),
            ("labels", PAIRS),
            ("cache_from", TEXTS),
            ("cache_to", TEXTS),
            ("no_cache", Switch),
            ("no_cache_filter", TEXT_OR_TEXTS),
            ("additional_contexts", PAIRS),
            ("network", Text),
            ("provenance", Switch),
            ("sbom", Switch),
            ("pull", Switch),
            ("target", Text),
            ("shm_size", Number),
            ("extra_hosts", HOSTS),
            ("isolation", Text),
            ("privileged", Switch),
            ("secrets", GRANTS),
            ("tags", TEXTS),
            ("ulimits", ULIMITS),
            ("platforms", TEXTS),
        ],
        &[],
    ),
]);
const DEPLOY: Shape = Either(&[
    Null,
    Fields(
        &[
            ("mode", Text),
            ("endpoint_mode", Text),
            ("replicas", Number),
            ("labels", PAIRS),
            ("rollback_config", ROLLOUT),
            ("update_config", ROLLOUT),
            (
                "resources",
                Fields(
                    &[
                        (
                            "limits",
                            Fields(&[("cpus", Number), ("memory", Text), ("pids", Number)], &[]),
                        ),
                        (
                            "reservations",
                            Fields(
                                &[
                                    ("cpus", Number),
                                    ("memory", Text),
                                    ("generic_resources", List(&Map(&Any))),
                                    ("devices", DEVICES),
                                ],
                                &[],
                            ),
                        ),
                    ],
                    &[],
                ),
            ),
            (
                "restart_policy",
                Fields(
                    &[
                        ("condition", Text),
                        ("delay", Text),
                        ("max_attempts", Number),
                        ("window", Text),
                    ],
                    &[],
                ),
            ),
            (
                "placement",
                Fields(
                    &[
                        ("constraints", TEXTS),
                        ("preferences", List(&Fields(&[("spread", Text)], &[]))),
                        ("max_replicas_per_node", Number),
                    ],
                    &[],
                ),
            ),
        ],
        &[],
    ),
]);
const HEALTHCHECK: Shape = Fields(
    &[
        ("disable", Switch),
        ("interval", Text),
        ("retries", Number),
        ("test", TEXT_OR_TEXTS),
        ("timeout", Text),
        ("start_period", Text),
        ("start_interval", Text),
    ],
    &[],
);
const PORTS: Shape = List(&Either(&[
    Number,
    Fields(
        &[
            ("name", Text),
            ("mode", Text),
            ("host_ip", Text),
            ("target", Number),
            ("published", Number),
            ("protocol", Text),
            ("app_protocol", Text),
        ],
        &[],
    ),
]));
const VOLUMES: Shape = List(&Either(&[
    Text,
    Fields(
        &[
            ("type", Text),
            ("source", Text),
            ("target", Text),
            ("read_only", Switch),
            ("consistency", Text),
            (
                "bind",
                Fields(
                    &[
                        ("propagation", Text),
                        ("create_host_path", Switch),
                        ("recursive", Text),
                        ("selinux", Text),
                    ],
                    &[],
                ),
            ),
            (
                "volume",
                Fields(
                    &[("labels", PAIRS), ("nocopy", Switch), ("subpath", Text)],
                    &[],
                ),
            ),
            ("tmpfs", Fields(&[("size", Number), ("mode", Number)], &[])),
            ("image", Fields(&[("subpath", Text)], &[])),
        ],
        &["type"],
    ),
]));
const DEPENDS_ON: Shape = Either(&[
    TEXTS,
    Map(&Either(&[
        // What a list became when it was merged with a mapping.
        Null,
        Fields(
            &[
                ("condition", Text),
                ("required", Switch),
                ("restart", Switch),
            ],
            &["condition"],
        ),
    ])),
]);
const ATTACHMENTS: Shape = Either(&[
    TEXTS,
    Map(&Either(&[
        Null,
        Fields(
            &[
                ("aliases", TEXTS),
                ("interface_name", Text),
                ("ipv4_address", Text),
                ("ipv6_address", Text),
                ("link_local_ips", TEXTS),
                ("mac_address", Text),
                ("driver_opts", OPTIONS),
                ("priority", Number),
                ("gw_priority", Number),
                ("use_service_name_alias", Switch),
            ],
            &[],
        ),
    ])),
]);

/// Fields of a service. What is not among them is known or unknown by its name alone.
pub(super) const SERVICE: &[(&str, Shape)] = &[
    ("annotations", PAIRS),
    ("attach", Switch),
    (
        "blkio_config",
        Fields(
            &[
                ("device_read_bps", RATES),
                ("device_read_iops", RATES),
                ("device_write_bps", RATES),
                ("device_write_iops", RATES),
                ("weight", Number),
                (
                    "weight_device",
                    List(&Fields(&[("path", Text), ("weight", Number)], &[])),
                ),
            ],
            &[],
        ),
    ),
    ("build", BUILD),
    ("cap_add", TEXTS),
    ("cap_drop", TEXTS),
    ("cgroup", Text),
    ("cgroup_parent", Text),
    ("command", COMMAND),
    ("configs", GRANTS),
    ("container_name", Text),
    ("cpu_count", Number),
    ("cpu_percent", Number),
    ("cpu_period", Number),
    ("cpu_quota", Number),
    ("cpu_rt_period", Number),
    ("cpu_rt_runtime", Number),
    ("cpu_shares", Number),
    ("cpus", Number),
    ("cpuset", Text),
    ("depends_on", DEPENDS_ON),
    ("deploy", DEPLOY),
    ("device_cgroup_rules", TEXTS),
    (
        "devices",
        List(&Either(&[
            Text,
            Fields(
                &[("source", Text), ("target", Text), ("permissions", Text)],
                &["source"],
            ),
        ])),
    ),
    ("dns", TEXT_OR_TEXTS),
    ("dns_opt", TEXTS),
    ("dns_search", TEXT_OR_TEXTS),
    ("domainname", Text),
    ("entrypoint", COMMAND),
    (
        "env_file",
        Either(&[
            Text,
            List(&Either(&[
                Text,
                Fields(
                    &[("path", Text), ("format", Text), ("required", Switch)],
                    &["path"],
                ),
            ])),
        ]),
    ),
    ("environment", PAIRS),
    ("expose", List(&Number)),
    ("external_links", TEXTS),
    ("extra_hosts", HOSTS),
    ("gpus", Either(&[Text, DEVICES])),
    ("group_add", List(&Number)),
    ("healthcheck", HEALTHCHECK),
    ("hostname", Text),
    ("image", Text),
    ("init", Switch),
    ("ipc", Text),
    ("isolation", Text),
    ("label_file", TEXT_OR_TEXTS),
    ("labels", PAIRS),
    ("links", TEXTS),
    (
        "logging",
        Fields(
            &[("driver", Text), ("options", Map(&Either(&[Null, Number])))],
            &[],
        ),
    ),
    ("mac_address", Text),
    ("mem_limit", Number),
    ("mem_reservation", Number),
    ("mem_swappiness", Number),
    ("memswap_limit", Number),
    ("network_mode", Text),
    ("networks", ATTACHMENTS),
    ("oom_kill_disable", Switch),
    ("oom_score_adj", Number),
    ("pids_limit", Number),
    ("platform", Text),
    ("ports", PORTS),
    ("post_start", HOOKS),
    ("pre_start", HOOKS),
    ("pre_stop", HOOKS),
    ("privileged", Switch),
    ("profiles", TEXTS),
    ("pull_policy", Text),
    ("pull_refresh_after", Text),
    ("read_only", Switch),
    ("restart", Text),
    ("runtime", Text),
    ("scale", Number),
    ("secrets", GRANTS),
    ("security_opt", TEXTS),
    ("shm_size", Number),
    ("stdin_open", Switch),
    ("stop_grace_period", Text),
    ("stop_signal", Text),
    ("storage_opt", Map(&Any)),
    ("sysctls", PAIRS),
    ("tmpfs", TEXT_OR_TEXTS),
    ("tty", Switch),
    ("ulimits", ULIMITS),
    ("use_api_socket", Switch),
    ("user", Text),
    ("userns_mode", Text),
    ("uts", Text),
    ("volumes", VOLUMES),
    ("volumes_from", TEXTS),
    ("working_dir", Text),
];

/// Fields of a network, a volume, a secret or a config.
pub(super) const RESOURCE: &[(&str, Shape)] = &[
    ("attachable", Switch),
    ("content", Text),
    ("driver", Text),
    ("driver_opts", OPTIONS),
    ("enable_ipv4", Switch),
    ("enable_ipv6", Switch),
    ("environment", Text),
    ("external", EXTERNAL),
    ("file", Text),
    ("internal", Switch),
    (
        "ipam",
        Fields(
            &[
                ("driver", Text),
                (
                    "config",
                    List(&Fields(
                        &[
                            ("subnet", Text),
                            ("ip_range", Text),
                            ("gateway", Text),
                            ("aux_addresses", Map(&Text)),
                        ],
                        &[],
                    )),
                ),
                ("options", Map(&Text)),
            ],
            &[],
        ),
    ),
    ("labels", PAIRS),
    ("name", Text),
    ("template_driver", Text),
];

/// Sections and what else a file says about itself.
pub(super) const FILE: &[(&str, Shape)] = &[
    ("configs", Map(&Any)),
    ("name", Text),
    ("networks", Map(&Any)),
    ("secrets", Map(&Any)),
    ("services", Map(&Any)),
    ("version", Text),
    ("volumes", Map(&Any)),
];

impl Shape {
    /// Returns what a node must be looked at as; nothing where it has another shape.
    fn of(&self, node: &Node) -> Option<&Self> {
        let kind = node.as_scalar().map(|scalar| scalar.kind);
        let fits = match self {
            Any => true,
            Null => kind == Some(ScalarKind::Null),
            Text => kind == Some(ScalarKind::String),
            Number => matches!(
                kind,
                Some(ScalarKind::String | ScalarKind::Integer | ScalarKind::Float)
            ),
            Switch => matches!(kind, Some(ScalarKind::String | ScalarKind::Bool)),
            Scalar => kind.is_some_and(|kind| kind != ScalarKind::Null),
            List(_) => node.as_sequence().is_some(),
            Map(_) | Fields(..) => node.as_mapping().is_some(),
            Either(shapes) => return shapes.iter().find_map(|shape| shape.of(node)),
        };
        fits.then_some(self)
    }

    fn description(&self) -> String {
        match self {
            Any => "anything".to_owned(),
            Null => "nothing".to_owned(),
            Text => "text".to_owned(),
            Number => "a number".to_owned(),
            Switch => "`true` or `false`".to_owned(),
            Scalar => "text or a number".to_owned(),
            List(_) => "a list".to_owned(),
            Map(_) | Fields(..) => "a mapping".to_owned(),
            Either(shapes) => {
                let shapes = shapes.iter().filter(|shape| !matches!(shape, Null));
                let shapes: Vec<String> = shapes.map(Self::description).collect();
                shapes.join(" or ")
            }
        }
    }
}

impl Reader<'_> {
    /// Reports fields of a mapping that have another shape than the table says. Which names are known
    /// is looked at elsewhere.
    pub(super) fn shapes(&mut self, node: &Node, path: &str, table: &[(&str, Shape)]) {
        for entry in node.as_mapping().into_iter().flatten() {
            let name = &*entry.key.text;
            let known = table.iter().find(|(field, _)| *field == name);
            if let Some((_, shape)) = known {
                self.shape(&entry.value, &join(path, name), shape);
            }
        }
    }

    fn shape(&mut self, node: &Node, path: &str, shape: &Shape) {
        let Some(fitting) = shape.of(node) else {
            if !self.is_told(node.place) {
                self.wrong(node, path, &shape.description());
            }
            return;
        };
        match fitting {
            List(item) => {
                for (index, node) in node.as_sequence().into_iter().flatten().enumerate() {
                    self.shape(node, &format!("{path}[{index}]"), item);
                }
            }
            Map(value) => {
                for entry in node.as_mapping().into_iter().flatten() {
                    self.shape(&entry.value, &join(path, &entry.key.text), value);
                }
            }
            Fields(fields, required) => {
                let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
                self.known_fields(node, path, &names);
                self.shapes(node, path, fields);
                for name in required.iter().filter(|name| node.get(name).is_none()) {
                    let message = format!("`{path}` lacks `{name}`");
                    self.findings
                        .push(Finding::new(&codes::SHAPE, message).at_path(node.place, path));
                }
            }
            Any | Null | Text | Number | Switch | Scalar | Either(_) => {}
        }
    }
}
