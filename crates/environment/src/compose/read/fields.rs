//! Which fields Compose knows and what each may hold, by the Compose Specification as of
//! compose-go 2.16 and by what docker-compose makes of a text where a field wants a number.

use Shape::{
    Any, Boolean, Duration, Either, Fields, Float, Having, Integer, List, Map, Number, Optional,
    PlainNumber, Policy, Scalar, Size, SizeText, Switch, Text, Texts, Word,
};

/// A field: its name and what it holds.
pub(crate) type Field = (&'static str, Shape);

/// What a field may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Anything.
    Any,
    /// Text, and no number.
    Text,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A number, or text.
    Number,
    /// A whole number, or text that is one.
    Integer,
    /// A number, or text that is one.
    Float,
    /// `true` or `false`, or a word for it.
    Switch,
    /// `true` or `false`.
    Boolean,
    /// A number, and no text.
    PlainNumber,
    /// When an image is pulled.
    Policy,
    /// A number of bytes, or text such as `512m`.
    Size,
    /// Text such as `512m`, and no number.
    SizeText,
    /// Text such as `1m30s`.
    Duration,
    /// Text, a number, a boolean or nothing.
    Scalar,
    /// The same, or nothing.
    Optional(&'static Shape),
    /// A list of one shape.
    List(&'static Shape),
    /// One text or a list of texts.
    Texts,
    /// A mapping whose keys are the user's.
    Map(&'static Shape),
    /// A mapping whose keys are these.
    Fields(&'static [Field]),
    /// A mapping that must have these keys.
    Having(&'static [&'static str], &'static Shape),
    /// One of several, told apart by whether it is a scalar, a list or a mapping.
    Either(&'static [Shape]),
}

const STRINGS: Shape = List(&Text);
const PAIRS: Shape = Either(&[List(&Text), Map(&Scalar)]);
const HOSTS: Shape = Either(&[List(&Text), Map(&Texts)]);
const COMMAND: Shape = Optional(&Texts);
const EXTERNAL: Shape = Either(&[Switch, Fields(&[("name", Text)])]);
const OPTIONS: Shape = Map(&Number);
const LIMIT: Shape = Either(&[
    Integer,
    Having(
        &["hard", "soft"],
        &Fields(&[("hard", Integer), ("soft", Integer)]),
    ),
]);
const ULIMITS: Shape = Map(&LIMIT);

/// Fields of a file.
pub(crate) const TOP_LEVEL: &[Field] = &[
    ("version", Text),
    ("name", Text),
    ("include", Any),
    ("services", Map(&Fields(SERVICE))),
    ("jobs", Any),
    ("models", Any),
    ("networks", Map(&Optional(&Fields(NETWORK)))),
    ("volumes", Map(&Optional(&Fields(VOLUME)))),
    ("secrets", Map(&Fields(SECRET))),
    ("configs", Map(&Fields(SECRET))),
];

/// Fields of a service.
pub(crate) const SERVICE: &[Field] = &[
    ("annotations", PAIRS),
    ("attach", Switch),
    ("blkio_config", Fields(BLKIO)),
    ("build", Either(&[Text, Fields(BUILD)])),
    ("cap_add", STRINGS),
    ("cap_drop", STRINGS),
    ("cgroup", Word(&["host", "private"])),
    ("cgroup_parent", Text),
    ("command", COMMAND),
    ("configs", GRANTS),
    ("container_name", Text),
    ("cpu_count", Integer),
    ("cpu_percent", Float),
    ("cpu_period", Float),
    ("cpu_quota", Float),
    ("cpu_rt_period", Float),
    ("cpu_rt_runtime", Float),
    ("cpu_shares", Float),
    ("cpus", Float),
    ("cpuset", Text),
    (
        "credential_spec",
        Fields(&[("config", Text), ("file", Text), ("registry", Text)]),
    ),
    (
        "depends_on",
        Either(&[
            List(&Text),
            Map(&Having(&["condition"], &Fields(DEPENDENCY))),
        ]),
    ),
    ("deploy", Optional(&Fields(DEPLOY))),
    (
        "develop",
        Optional(&Fields(&[("watch", List(&Fields(WATCH)))])),
    ),
    ("device_cgroup_rules", STRINGS),
    (
        "devices",
        List(&Either(&[Text, Having(&["source"], &Fields(DEVICE))])),
    ),
    ("dns", Texts),
    ("dns_opt", STRINGS),
    ("dns_search", Texts),
    ("domainname", Text),
    ("entrypoint", COMMAND),
    (
        "env_file",
        Either(&[
            Text,
            List(&Either(&[Text, Having(&["path"], &Fields(ENV_FILE))])),
        ]),
    ),
    ("environment", PAIRS),
    ("expose", List(&Number)),
    ("extends", Any),
    ("external_links", STRINGS),
    ("extra_hosts", HOSTS),
    ("gpus", Either(&[Word(&["all"]), List(&Fields(GPU))])),
    ("group_add", List(&Number)),
    ("healthcheck", Fields(HEALTHCHECK)),
    ("hostname", Text),
    ("image", Text),
    ("init", Switch),
    ("ipc", Text),
    ("isolation", Text),
    ("label_file", Texts),
    ("labels", PAIRS),
    ("links", STRINGS),
    (
        "logging",
        Fields(&[("driver", Text), ("options", Map(&Optional(&Number)))]),
    ),
    ("mac_address", Text),
    ("mem_limit", Size),
    ("mem_reservation", Size),
    ("mem_swappiness", Size),
    ("memswap_limit", Size),
    ("models", Any),
    ("network_mode", Text),
    (
        "networks",
        Either(&[List(&Text), Map(&Optional(&Fields(ATTACHMENT)))]),
    ),
    ("oom_kill_disable", Switch),
    ("oom_score_adj", Integer),
    ("pid", Optional(&Text)),
    ("pids_limit", Float),
    ("platform", Text),
    ("ports", List(&Either(&[Number, Fields(PORT)]))),
    ("post_start", List(&Fields(HOOK))),
    ("pre_start", List(&Any)),
    ("pre_stop", List(&Fields(HOOK))),
    ("privileged", Switch),
    ("profiles", STRINGS),
    (
        "provider",
        Fields(&[("type", Text), ("options", Map(&Any))]),
    ),
    ("pull_policy", Policy),
    ("pull_refresh_after", Text),
    ("read_only", Switch),
    ("restart", Text),
    ("runtime", Text),
    ("scale", Integer),
    ("secrets", GRANTS),
    ("security_opt", STRINGS),
    ("shm_size", Size),
    ("stdin_open", Switch),
    ("stop_grace_period", Duration),
    ("stop_signal", Text),
    ("storage_opt", Map(&Any)),
    ("sysctls", PAIRS),
    ("tmpfs", Texts),
    ("tty", Switch),
    ("ulimits", ULIMITS),
    ("umask", Optional(&Number)),
    ("use_api_socket", Boolean),
    ("user", Text),
    ("userns_mode", Text),
    ("uts", Text),
    (
        "volumes",
        List(&Either(&[Text, Having(&["type"], &Fields(MOUNT))])),
    ),
    ("volumes_from", STRINGS),
    ("working_dir", Text),
];

const BUILD: &[Field] = &[
    ("additional_contexts", PAIRS),
    ("args", PAIRS),
    ("cache_from", STRINGS),
    ("cache_to", STRINGS),
    ("context", Text),
    ("dockerfile", Text),
    ("dockerfile_inline", Text),
    ("entitlements", STRINGS),
    ("extra_hosts", HOSTS),
    ("isolation", Text),
    ("labels", PAIRS),
    ("network", Text),
    ("no_cache", Switch),
    ("no_cache_filter", Texts),
    ("platforms", STRINGS),
    ("privileged", Switch),
    ("provenance", Scalar),
    ("pull", Switch),
    ("sbom", Scalar),
    ("secrets", GRANTS),
    ("shm_size", Size),
    ("ssh", PAIRS),
    ("tags", STRINGS),
    ("target", Text),
    ("ulimits", ULIMITS),
];

const BLKIO: &[Field] = &[
    ("device_read_bps", List(&Fields(RATE))),
    ("device_read_iops", List(&Fields(RATE))),
    ("device_write_bps", List(&Fields(RATE))),
    ("device_write_iops", List(&Fields(RATE))),
    ("weight", Number),
    (
        "weight_device",
        List(&Fields(&[("path", Text), ("weight", Number)])),
    ),
];

const RATE: &[Field] = &[("path", Text), ("rate", Size)];

const DEPENDENCY: &[Field] = &[
    ("condition", Text),
    ("required", Boolean),
    ("restart", Switch),
];

const DEPLOY: &[Field] = &[
    ("endpoint_mode", Text),
    ("labels", PAIRS),
    ("mode", Text),
    (
        "placement",
        Fields(&[
            ("constraints", STRINGS),
            ("max_replicas_per_node", Integer),
            ("preferences", List(&Fields(&[("spread", Text)]))),
        ]),
    ),
    ("replicas", Integer),
    (
        "resources",
        Fields(&[
            (
                "limits",
                Fields(&[("cpus", Float), ("memory", SizeText), ("pids", Integer)]),
            ),
            (
                "reservations",
                Fields(&[
                    ("cpus", Float),
                    ("devices", List(&Fields(GPU))),
                    ("generic_resources", List(&Fields(GENERIC))),
                    ("memory", SizeText),
                ]),
            ),
        ]),
    ),
    (
        "restart_policy",
        Fields(&[
            ("condition", Text),
            ("delay", Duration),
            ("max_attempts", Integer),
            ("window", Duration),
        ]),
    ),
    ("rollback_config", Fields(UPDATE)),
    ("update_config", Fields(UPDATE)),
];

const GENERIC: &[Field] = &[(
    "discrete_resource_spec",
    Fields(&[("kind", Text), ("value", Number)]),
)];

const UPDATE: &[Field] = &[
    ("delay", Duration),
    ("failure_action", Text),
    ("max_failure_ratio", Float),
    ("monitor", Duration),
    ("order", Word(&["start-first", "stop-first"])),
    ("parallelism", Integer),
];

const GPU: &[Field] = &[
    ("capabilities", STRINGS),
    ("count", Number),
    ("device_ids", STRINGS),
    ("driver", Text),
    ("options", PAIRS),
];

const WATCH: &[Field] = &[
    (
        "action",
        Word(&["rebuild", "restart", "sync", "sync+exec", "sync+restart"]),
    ),
    ("exec", Fields(HOOK)),
    ("ignore", Texts),
    ("include", Texts),
    ("initial_sync", Boolean),
    ("path", Text),
    ("target", Text),
];

const DEVICE: &[Field] = &[("permissions", Text), ("source", Text), ("target", Text)];

const ENV_FILE: &[Field] = &[("format", Text), ("path", Text), ("required", Switch)];

const HOOK: &[Field] = &[
    ("command", COMMAND),
    ("environment", PAIRS),
    ("privileged", Switch),
    ("user", Text),
    ("working_dir", Text),
];

const ATTACHMENT: &[Field] = &[
    ("aliases", STRINGS),
    ("driver_opts", OPTIONS),
    ("gw_priority", PlainNumber),
    ("interface_name", Text),
    ("ipv4_address", Text),
    ("ipv6_address", Text),
    ("link_local_ips", STRINGS),
    ("mac_address", Text),
    ("priority", PlainNumber),
    ("use_service_name_alias", Switch),
];

const PORT: &[Field] = &[
    ("app_protocol", Text),
    ("host_ip", Text),
    ("mode", Text),
    ("name", Text),
    ("protocol", Text),
    ("published", Number),
    ("target", Number),
];

const MOUNT: &[Field] = &[
    (
        "bind",
        Fields(&[
            ("create_host_path", Switch),
            ("propagation", Text),
            (
                "recursive",
                Word(&["disabled", "enabled", "readonly", "writable"]),
            ),
            ("selinux", Word(&["z", "Z"])),
        ]),
    ),
    ("consistency", Text),
    ("image", Fields(&[("subpath", Text)])),
    ("read_only", Switch),
    ("source", Text),
    ("target", Text),
    ("tmpfs", Fields(&[("mode", Number), ("size", Size)])),
    (
        "type",
        Word(&["bind", "cluster", "image", "npipe", "tmpfs", "volume"]),
    ),
    (
        "volume",
        Fields(&[("labels", PAIRS), ("nocopy", Switch), ("subpath", Text)]),
    ),
];

/// Secrets or configs that are handed to a service.
const GRANTS: Shape = List(&Either(&[
    Text,
    Fields(&[
        ("gid", Text),
        ("mode", Number),
        ("source", Text),
        ("target", Text),
        ("uid", Text),
    ]),
]));

const HEALTHCHECK: &[Field] = &[
    ("disable", Switch),
    ("interval", Duration),
    ("retries", Float),
    ("start_interval", Duration),
    ("start_period", Duration),
    ("test", Texts),
    ("timeout", Duration),
];

const NETWORK: &[Field] = &[
    ("attachable", Switch),
    ("driver", Text),
    ("driver_opts", OPTIONS),
    ("enable_ipv4", Switch),
    ("enable_ipv6", Switch),
    ("external", EXTERNAL),
    ("internal", Switch),
    (
        "ipam",
        Fields(&[
            (
                "config",
                List(&Fields(&[
                    ("aux_addresses", Map(&Text)),
                    ("gateway", Text),
                    ("ip_range", Text),
                    ("subnet", Text),
                ])),
            ),
            ("driver", Text),
            ("options", Map(&Text)),
        ]),
    ),
    ("labels", PAIRS),
    ("name", Text),
];

const VOLUME: &[Field] = &[
    ("driver", Text),
    ("driver_opts", OPTIONS),
    ("external", EXTERNAL),
    ("labels", PAIRS),
    ("name", Text),
];

/// Fields of a secret or a config.
const SECRET: &[Field] = &[
    ("content", Text),
    ("driver", Text),
    ("driver_opts", OPTIONS),
    ("environment", Text),
    ("external", EXTERNAL),
    ("file", Text),
    ("labels", PAIRS),
    ("name", Text),
    ("template_driver", Text),
];
