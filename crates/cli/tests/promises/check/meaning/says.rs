//! What each fix says that it changes, in terms of what docker-compose reads out of the files.
//!
//! One row for each rule that repairs something. A difference that no row of an applied fix admits is
//! a fix that changes more than it says.

/// What the fix of a rule may change.
#[derive(Clone, Copy)]
pub(super) struct Says {
    pub(super) code: &'static str,
    /// Whether `--fix` applies it.
    pub(super) is_safe: bool,
    /// What `--fix` may change nevertheless.
    pub(super) safe_fields: &'static [(&'static str, Admits)],
    /// Fields, `*` for any part and `**` for any rest, each with what may happen to it. None where the
    /// composition means the same afterwards.
    pub(super) fields: &'static [(&'static str, Admits)],
    /// Whether the example that breaks the rule is refused by docker-compose, so that there is nothing
    /// to compare it with.
    pub(super) is_refused: bool,
    /// Whether docker-compose reads the example differently afterwards.
    pub(super) is_seen: bool,
}

pub(super) type Admits = fn(&Change<'_>) -> bool;

/// How a field differs; absent where one side has none.
pub(super) struct Change<'a> {
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
    /// Names of the project before and after.
    pub(super) projects: [&'a str; 2],
}

/// Begins the values that the test gives to variables which fixes demand.
pub(super) const GIVEN: &str = "given ";

const fn safe(code: &'static str, fields: &'static [(&'static str, Admits)]) -> Says {
    Says {
        code,
        is_safe: true,
        safe_fields: fields,
        fields,
        is_refused: false,
        is_seen: !fields.is_empty(),
    }
}

const fn consented(code: &'static str, fields: &'static [(&'static str, Admits)]) -> Says {
    Says {
        is_safe: false,
        safe_fields: &[],
        ..safe(code, fields)
    }
}

/// Some of what the fix does needs no consent.
const fn partly_safe(
    code: &'static str,
    safe_fields: &'static [(&'static str, Admits)],
    fields: &'static [(&'static str, Admits)],
) -> Says {
    Says {
        safe_fields,
        ..consented(code, fields)
    }
}

const fn refused(says: Says) -> Says {
    Says {
        is_refused: true,
        ..says
    }
}

const fn unseen(says: Says) -> Says {
    Says {
        is_seen: false,
        ..says
    }
}

/// The test sets the variable, which counts in place of what was written.
const fn demanding(code: &'static str, fields: &'static [(&'static str, Admits)]) -> Says {
    Says {
        is_seen: true,
        ..consented(code, fields)
    }
}

/// Every rule with a fix, by code.
pub(super) const TABLE: &[Says] = &[
    consented("BLD-2", &[("services.*.pull_policy", becomes_build)]),
    safe("CMP-1", &[]),
    refused(consented("DEP-1", &[])),
    safe(
        "DEP-4",
        &[("services.*.depends_on.*.condition", waits_longer)],
    ),
    consented("DEP-5", &[("services.*.profiles.*", is_added)]),
    consented("HLT-1", &[("services.*.healthcheck.**", is_added)]),
    // Part of a hash that was taken for a variable is back; any other sign means the same.
    unseen(safe("INT-1", &[("services.**", has_more_dollars)])),
    safe("KBF-1", &[("services.*.healthcheck.test.*", always)]),
    safe("KBF-2", &[("services.*.healthcheck.test.*", always)]),
    safe(
        "KBF-3",
        &[("services.*.healthcheck.test.*", has_another_number)],
    ),
    consented("KBF-5", &[("services.*.environment.*", is_replaced)]),
    safe("LOG-1", &[("services.*.logging.driver", is_removed)]),
    consented("NAM-1", &[("services.*.container_name", is_removed)]),
    consented("NAM-2", OF_PROJECT),
    consented("NAM-3", OF_PROJECT),
    consented("NAM-6", OF_PROJECT),
    consented("NET-1", &[("networks.*.external", is_removed)]),
    safe(
        "NET-2",
        &[
            ("networks.*.driver", is_removed),
            ("networks.*.driver_opts.**", is_removed),
            ("networks.*.internal", is_removed),
            ("networks.*.ipam.**", is_removed),
            ("networks.*.labels.**", is_removed),
        ],
    ),
    consented("NET-3", SUBNET),
    consented("NET-4", SUBNET),
    // Compose makes no network without services.
    refused(safe("NET-5", &[])),
    consented("OBS-1", &[("services.*.extra_hosts.*", is_added)]),
    consented(
        "PRT-4",
        &[("services.*.ports.*.addresses", goes_to_loopback)],
    ),
    consented("RES-4", &[("services.*.cgroup_parent", is_removed)]),
    partly_safe(
        "RST-1",
        &[("services.*.restart", says_the_default)],
        &[("services.*.restart", |change| {
            starts_again(change) || says_the_default(change)
        })],
    ),
    demanding("SEC-1", &[("services.*.environment.*", is_demanded)]),
    // Fallbacks count neither before nor after.
    demanding("SEC-2", &[]),
    demanding("SEC-3", &[]),
    consented("SEC-7", &[("services.*.security_opt.*", is_added)]),
    consented("SEC-11", &[("services.*.volumes.*.read_only", is_added)]),
    consented("SEC-14", &[("services.*.user", is_removed)]),
    consented(
        "SEC-15",
        &[
            ("services.*.tmpfs.*", always),
            ("volumes.*.driver_opts.o", is_replaced),
        ],
    ),
    safe("STY-1", &[]),
    safe("STY-2", &[]),
    // Orders that mean nothing are none of the facts.
    safe("STY-6", &[]),
    safe("STY-7", &[]),
    // Templates of variables are not read when a composition is.
    safe("VAR-1", &[]),
    consented("VAR-2", &[]),
    safe("VAR-4", &[]),
    consented("VOL-2", &[("services.*.volumes.*.source", is_replaced)]),
    // Nor a volume that nothing mounts.
    consented("VOL-4", &[]),
];

const OF_PROJECT: &[(&str, Admits)] = &[
    ("name", is_replaced),
    ("networks.*.name", is_of_the_project),
    ("volumes.*.name", is_of_the_project),
    ("configs.*.name", is_of_the_project),
    ("secrets.*.name", is_of_the_project),
];

const SUBNET: &[(&str, Admits)] = &[
    ("networks.*.ipam.config.*.subnet", is_removed),
    ("networks.*.ipam", is_left_empty),
];

fn always(_: &Change<'_>) -> bool {
    true
}

fn is_added(change: &Change<'_>) -> bool {
    change.before.is_none()
}

fn is_removed(change: &Change<'_>) -> bool {
    change.after.is_none()
}

fn is_replaced(change: &Change<'_>) -> bool {
    change.before.is_some() && change.after.is_some()
}

fn is_left_empty(change: &Change<'_>) -> bool {
    change.after == Some("{}")
}

fn becomes_build(change: &Change<'_>) -> bool {
    change.after == Some("build")
}

fn waits_longer(change: &Change<'_>) -> bool {
    (change.before, change.after) == (Some("service_started"), Some("service_healthy"))
}

fn has_more_dollars(change: &Change<'_>) -> bool {
    let dollars = |side: Option<&str>| side.map(|text| text.matches('$').count());
    is_replaced(change) && dollars(change.after) > dollars(change.before)
}

fn has_another_number(change: &Change<'_>) -> bool {
    let without =
        |side: Option<&str>| side.map(|text| text.replace(|c: char| c.is_ascii_digit(), ""));
    without(change.before) == without(change.after)
}

fn goes_to_loopback(change: &Change<'_>) -> bool {
    let before = change.before.unwrap_or_default().split(' ');
    let was_open = before.clone().any(|address| address == "any");
    let mut expected: Vec<&str> = before
        .map(|address| {
            if address == "any" {
                "127.0.0.1"
            } else {
                address
            }
        })
        .collect();
    expected.sort_unstable();
    expected.dedup();
    was_open && change.after == Some(&expected.join(" "))
}

fn starts_again(change: &Change<'_>) -> bool {
    (change.before, change.after) == (None, Some("unless-stopped"))
}

fn says_the_default(change: &Change<'_>) -> bool {
    (change.before, change.after) == (None, Some("no"))
}

fn is_demanded(change: &Change<'_>) -> bool {
    is_replaced(change) && change.after.is_some_and(|after| after.contains(GIVEN))
}

fn is_of_the_project(change: &Change<'_>) -> bool {
    let of = |side: Option<&str>, project: &str| {
        let rest = side?.strip_prefix(project)?.strip_prefix('_')?;
        Some(rest.to_owned())
    };
    let [before, after] = change.projects;
    let own = of(change.before, before);
    own.is_some() && own == of(change.after, after)
}
