//! Properties of everything that compositions claim: who comes or goes changes what is said about
//! that one thing, and the order in which files are read changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use strata_diagnostic::render_json;
use strata_environment::rules::Check;

use crate::support::{Found, check_files, check_in_order};

type Texts = BTreeMap<String, String>;

/// What one composition claims; numbers choose from a few names each, so that they often meet.
#[derive(Clone, Debug)]
struct Composition {
    directory: u8,
    is_named: bool,
    services: BTreeMap<u8, Service>,
    volumes: BTreeSet<u8>,
    subnet: Option<u8>,
}

#[derive(Clone, Debug)]
struct Service {
    ports: Vec<(u8, u8, u8)>,
    container: Option<u8>,
    is_shared: bool,
    profile: Option<u8>,
}

fn service() -> impl Strategy<Value = Service> {
    let ports = prop::collection::vec((0..4u8, 0..3u8, 0..6u8), 0..3);
    (
        ports,
        prop::option::of(0..3u8),
        any::<bool>(),
        prop::option::of(0..2u8),
    )
        .prop_map(|(ports, container, is_shared, profile)| Service {
            ports,
            container,
            is_shared,
            profile,
        })
}

fn composition() -> impl Strategy<Value = Composition> {
    let services = prop::collection::btree_map(0..4u8, service(), 1..4);
    let volumes = prop::collection::btree_set(0..3u8, 0..3);
    (
        0..3u8,
        any::<bool>(),
        services,
        volumes,
        prop::option::of(0..4u8),
    )
        .prop_map(
            |(directory, is_named, services, volumes, subnet)| Composition {
                directory,
                is_named,
                services,
                volumes,
                subnet,
            },
        )
}

fn repository(has_ranges: bool) -> impl Strategy<Value = Texts> {
    prop::collection::vec(composition(), 1..5).prop_map(move |compositions| {
        let files = compositions.iter().enumerate();
        files
            .map(|(index, composition)| {
                let path = format!("d{}/f{index}.yaml", composition.directory);
                (path, text(index, composition, has_ranges))
            })
            .collect()
    })
}

fn text(index: usize, composition: &Composition, has_ranges: bool) -> String {
    let mut text = String::new();
    if composition.is_named {
        text.push_str(&format!("name: p{index}\n"));
    }
    text.push_str("services:\n");
    for (name, service) in &composition.services {
        text.push_str(&format!("  s{name}:\n    image: i\n"));
        let address = ["", "127.0.0.1:", "127.0.0.2:", "0.0.0.0:"];
        let port = |(at, length, number): &(u8, u8, u8)| {
            let first = 8000 + u16::from(*number);
            let length = if has_ranges { u16::from(*length) } else { 0 };
            let last = first + length;
            format!(
                "\"{}{first}-{last}:{first}-{last}\"",
                address[usize::from(*at)]
            )
        };
        let ports: Vec<String> = service.ports.iter().map(port).collect();
        text.push_str(&format!("    ports: [{}]\n", ports.join(", ")));
        if let Some(container) = service.container {
            text.push_str(&format!("    container_name: c{container}\n"));
        }
        if let Some(profile) = service.profile {
            text.push_str(&format!("    profiles: [o{profile}]\n"));
        }
        let shared = if service.is_shared { ", shared" } else { "" };
        text.push_str(&format!("    networks: [own{shared}]\n"));
    }
    text.push_str("volumes:\n  mine:\n");
    for volume in &composition.volumes {
        text.push_str(&format!("  v{volume}:\n"));
    }
    text.push_str("networks:\n  shared: {name: shared}\n  own:\n    driver: bridge\n");
    if let Some(subnet) = composition.subnet {
        text.push_str(&format!(
            "    ipam: {{config: [{{subnet: 10.{subnet}.0.0/16}}]}}\n"
        ));
    }
    text
}

fn is_claim(check: &Check) -> bool {
    let prefix = check.rule.code.split('-').next();
    matches!(prefix, Some("NAM" | "NET" | "PRT"))
}

/// Returns what was found, as programs read it, by code and subject.
fn shown(found: &Found) -> BTreeMap<(String, String), Vec<String>> {
    let mut shown: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for finding in &found.findings {
        let key = (finding.rule.code.to_owned(), finding.subject.clone());
        let text = render_json(finding, &found.sources);
        shown.entry(key).or_default().push(text);
    }
    shown
}

/// Something that only one can have, and a composition that claims it.
#[derive(Clone, Copy, Debug)]
enum Claim {
    Port(u16),
    Container(u8),
    Alias(u8),
    Subnet(u8),
}

impl Claim {
    fn file(self) -> String {
        let service = match self {
            Self::Port(port) => format!("ports: [\"127.0.0.1:{port}:80\"]"),
            Self::Container(name) => format!("container_name: c{name}"),
            Self::Alias(name) => format!("networks: {{shared: {{aliases: [s{name}]}}}}"),
            Self::Subnet(_) => "networks: [inner]".to_owned(),
        };
        let networks = match self {
            Self::Alias(_) => "networks: {shared: {name: shared}}\n".to_owned(),
            Self::Subnet(subnet) => {
                format!(
                    "networks: {{inner: {{ipam: {{config: [{{subnet: 10.{subnet}.7.0/24}}]}}}}}}\n"
                )
            }
            Self::Port(_) | Self::Container(_) => String::new(),
        };
        format!("name: newcomer\nservices: {{only: {{image: i, {service}}}}}\n{networks}")
    }

    fn code_and_subject(self) -> (&'static str, String) {
        match self {
            Self::Port(port) => ("PRT-2", format!("{port}/tcp")),
            Self::Container(name) => ("NAM-1", format!("c{name}")),
            Self::Alias(name) => ("NAM-4", format!("shared/s{name}")),
            Self::Subnet(subnet) => ("NET-3", format!("10.{subnet}.0.0/16")),
        }
    }

    /// Returns whether something of a repository stands against the claim.
    fn has_rival(self, files: &Texts) -> bool {
        let mut texts = files.values();
        match self {
            Self::Port(port) => texts.any(|text| {
                let everywhere = [format!("\"{port}-"), format!("127.0.0.1:{port}-")];
                everywhere.iter().any(|it| text.contains(it))
                    || text.contains(&format!("0.0.0.0:{port}-"))
            }),
            Self::Container(name) => {
                texts.any(|text| text.contains(&format!("container_name: c{name}\n")))
            }
            Self::Alias(name) => texts.any(|text| {
                let service = text.split(&format!("  s{name}:\n")).nth(1);
                service.is_some_and(|rest| {
                    rest.lines()
                        .find(|line| line.contains("networks:"))
                        .is_some_and(|line| line.contains("shared"))
                })
            }),
            Self::Subnet(subnet) => {
                texts.any(|text| text.contains(&format!("subnet: 10.{subnet}.0.0/16")))
            }
        }
    }
}

fn bytes(texts: &Texts) -> BTreeMap<String, Vec<u8>> {
    let texts = texts.iter();
    texts
        .map(|(path, text)| (path.clone(), text.clone().into_bytes()))
        .collect()
}

fn claim() -> impl Strategy<Value = Claim> {
    prop_oneof![
        (8000..8006u16).prop_map(Claim::Port),
        (0..3u8).prop_map(Claim::Container),
        (0..4u8).prop_map(Claim::Alias),
        (0..4u8).prop_map(Claim::Subnet),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_claimant_changes_what_is_said_about_its_claim(
        files in repository(false),
        claim in claim(),
    ) {
        let before = check_files(&bytes(&files), &is_claim);
        prop_assert!(before.import.findings.is_empty());
        let mut more = files.clone();
        more.insert("new/compose.yaml".to_owned(), claim.file());
        let after = check_files(&bytes(&more), &is_claim);
        let (mut before, mut after) = (shown(&before), shown(&after));
        let (code, subject) = claim.code_and_subject();
        let key = (code.to_owned(), subject);
        let (old, new) = (before.remove(&key), after.remove(&key));
        prop_assert_eq!(before, after, "{:?}", claim);
        let is_mentioned = |text: &String| text.contains("new/compose.yaml");
        let (mentions, others): (Vec<_>, Vec<_>) =
            new.into_iter().flatten().partition(is_mentioned);
        prop_assert_eq!(mentions.len(), usize::from(claim.has_rival(&files)), "{:?}", claim);
        let old = old.unwrap_or_default();
        prop_assert!(others.iter().all(|text| old.contains(text)), "{others:?}");
        // What is gone went into what now mentions the newcomer.
        let gone = old.len() - others.len();
        prop_assert!(gone == 0 || !mentions.is_empty());
    }

    #[test]
    fn the_order_of_files_changes_nothing(
        (files, order) in repository(true).prop_flat_map(|files| {
            let paths: Vec<String> = files.keys().cloned().collect();
            (Just(files), Just(paths).prop_shuffle())
        }),
    ) {
        let all = |found: &Found| -> Vec<String> {
            let findings = found.findings.iter();
            findings.map(|finding| render_json(finding, &found.sources)).collect()
        };
        let files = bytes(&files);
        let sorted = check_files(&files, &|_| true);
        let order: Vec<&String> = order.iter().collect();
        let shuffled = check_in_order(&files, &order, &|_| true);
        prop_assert_eq!(all(&sorted), all(&shuffled));
    }
}
