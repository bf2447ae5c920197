//! When names, networks and subnets of several compositions stand against each other, and when not.

use std::collections::BTreeMap;

use strata_environment::rules::example_files;

use crate::support::check_files;

/// Checks what a rule says about some files: the subject and the paths of each finding.
fn check(code: &str, files: &str, expected: &[&str]) {
    let files: BTreeMap<String, Vec<u8>> = example_files(files)
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .collect();
    let found = check_files(&files, &|check| check.rule.code == code);
    let shown = found.findings.iter().map(|finding| {
        let paths: Vec<&str> = finding.places.iter().map(|label| &*label.path).collect();
        format!("{} {}", finding.subject, paths.join(" "))
    });
    let shown: Vec<String> = shown.map(|text| text.trim_start().to_owned()).collect();
    assert_eq!(shown, expected, "{code}");
}

const TWO: &str = "# file: a.yaml\nname: a\nservices: {x: {image: a, FIELD}}\n\
                   # file: b.yaml\nname: b\nservices: {y: {image: a, FIELD}}\n";

#[test]
fn containers_share_a_name_only_as_alternatives() {
    let name = "container_name: front";
    let path = "services.x.container_name services.y.container_name";
    check(
        "NAM-1",
        &TWO.replace("FIELD", name),
        &[&format!("front {path}")],
    );
    let one = |x: &str, y: &str| {
        format!("services:\n  x: {{image: a, {name}{x}}}\n  y: {{image: a, {name}{y}}}\n")
    };
    let both = format!("front {path}");
    check("NAM-1", &one("", ""), &[&both]);
    check("NAM-1", &one(", profiles: [a]", ""), &[&both]);
    check("NAM-1", &one(", profiles: [a]", ", profiles: [b]"), &[]);
    check(
        "NAM-1",
        &one(", profiles: [a, b]", ", profiles: [b]"),
        &[&both],
    );
    // Nobody knows yet whether they are the same.
    check(
        "NAM-1",
        &TWO.replace("FIELD", "container_name: \"${N:?}\""),
        &[],
    );
}

#[test]
fn variants_of_one_composition_stand_against_nobody() {
    let base = "# file: compose.yaml\nservices:\n  x: {image: a, container_name: front}\n  \
                y: {image: a, volumes: [\"v:/v\"]}\nvolumes: {v: {}}\n";
    let layers = "# file: one.compose.yaml\nservices: {x: {tty: true}}\n\
                  # file: two.compose.yaml\nservices: {x: {tty: true}}\n";
    for code in ["NAM-1", "NAM-2", "NAM-3", "NAM-4", "NET-3"] {
        check(code, &format!("{base}{layers}"), &[]);
    }
}

#[test]
fn files_that_only_environments_tell_apart_stand_against_nobody_of_their_set() {
    let codes = ["NAM-1", "NAM-2", "NAM-3", "NAM-4", "NET-3", "PRT-2"];
    let file = |path: &str, name: &str| {
        format!(
            "# file: {path}\n{name}services:\n  web:\n    image: a\n    container_name: w\n    \
             ports: [\"80:80\"]\n    volumes: [\"v:/v\"]\n    networks: [n]\nvolumes: {{v: {{}}}}\n\
             networks: {{n: {{name: s, ipam: {{config: [{{subnet: 10.0.0.0/16}}]}}}}}}\n"
        )
    };
    for (one, other) in [
        ("docker-compose.yml", "docker-compose.dev.yml"),
        ("compose.prod.yaml", "docker-compose-staging.yml"),
        ("d/local.yml", "d/production.yml"),
        ("compose.edge.yml", "compose.edge.gpu.yml"),
    ] {
        for name in ["", "name: shop\n"] {
            for code in codes {
                check(code, &(file(one, name) + &file(other, name)), &[]);
            }
        }
    }
    // Another directory, another project, or another thing that is started.
    let web = "services.web services.web";
    let subject = |project: &str| format!("{project}/web {web}");
    let (main, dev) = ("shop/compose.yml", "dev/shop/compose.dev.yml");
    check(
        "NAM-2",
        &(file(main, "") + &file(dev, "")),
        &[&subject("shop")],
    );
    let named = file("compose.yml", "name: a\n") + &file("compose.dev.yml", "name: b\n");
    let ports = "services.web.ports[0] services.web.ports[0]";
    check("PRT-2", &named, &[&format!("80/tcp {ports}")]);
    let others = file("shop/compose.yml", "") + &file("shop/compose.edge.yml", "");
    check("NAM-2", &others, &[&subject("shop")]);
    // Each of the set stands against others.
    let three = others + &file("shop/compose.dev.yml", "");
    check(
        "NAM-2",
        &three,
        &[&format!("{} services.web", subject("shop"))],
    );
}

#[test]
fn what_variants_share_is_one_claim_of_the_file_that_states_it() {
    let service = |extra: &str| {
        format!(
            "services:\n  app: {{image: a, container_name: w, ports: [\"80:80\"], volumes: [\"v:/v\"]}}\n\
             {extra}volumes: {{v: {{}}}}\n"
        )
    };
    let files = format!(
        "# file: docker-compose.yml\n{}# file: docker-compose.gpu.yml\n\
         services: {{app: {{tty: true}}, cuda: {{image: c, container_name: c}}}}\n\
         # file: docker-compose.tty.yml\nservices: {{app: {{tty: true}}}}\n\
         # file: docker-compose.edge.yml\n{}",
        service(""),
        service("  cuda: {image: d}\n")
    );
    let (one, ports) = ("services.app", "services.app.ports[0]");
    let name = "services.app.container_name";
    check("NAM-1", &files, &[&format!("w {name} {name}")]);
    check(
        "NAM-2",
        &files,
        &[
            &format!("app {one} {one}"),
            "cuda services.cuda services.cuda",
        ],
    );
    check("NAM-3", &files, &["v volumes.v volumes.v"]);
    check("PRT-2", &files, &[&format!("80/tcp {ports} {ports}")]);
    let found = check_files(&crate::support::files_of(&files), &|check| {
        check.rule.code == "NAM-2"
    });
    let labels = found.findings.iter().flat_map(|finding| &finding.places);
    let labels: Vec<&str> = labels.map(|label| &*label.text).collect();
    assert_eq!(
        labels,
        [
            "in `docker-compose.edge.yml`",
            "in `docker-compose.yml`",
            "in `docker-compose.edge.yml`",
            "in `docker-compose.gpu.yml`",
        ]
    );
}

#[test]
fn a_development_container_is_laid_over_what_its_description_names() {
    let main = "# file: compose.yaml\nservices:\n  app: {image: a, container_name: w}\n  \
                db: {image: b, ports: [\"5432:5432\"]}\n";
    let own = "# file: .devcontainer/docker-compose.yml\nservices: {app: {depends_on: [db]}}\n";
    let description = "# file: .devcontainer/devcontainer.json\n// a comment\n\
                       {\"dockerComposeFile\": [\"../compose.yaml\", \"docker-compose.yml\",]}\n";
    let path = "services.app.depends_on.db";
    check("DEP-1", &format!("{main}{own}"), &[path]);
    for code in ["DEP-1", "NAM-1", "NAM-2", "PRT-2"] {
        check(code, &format!("{main}{own}{description}"), &[]);
    }
}

#[test]
fn what_several_projects_take_in_is_in_each_of_them() {
    let files = "# file: a/compose.yaml\ninclude: [../c.yaml]\n\
                 # file: b/compose.yaml\ninclude: [../c.yaml]\n\
                 # file: c.yaml\nservices: {x: {image: a, container_name: xx, ports: [\"80:80\"]}}\n";
    let path = "services.x.container_name";
    check("NAM-1", files, &[&format!("xx {path} {path}")]);
    let path = "services.x.ports[0]";
    check("PRT-2", files, &[&format!("80/tcp {path} {path}")]);
    // In one directory they are variants.
    let files = files
        .replace("a/compose", "dev.compose")
        .replace("b/compose", "prod.compose");
    let files = files.replace("../", "");
    check("NAM-1", &files, &[]);
    check("PRT-2", &files, &[]);
}

#[test]
fn ranges_of_ports_are_claimed_as_a_whole() {
    let two = |left: &str, right: &str| {
        let both = TWO.replacen("FIELD", &format!("ports: [{left}]"), 1);
        both.replace("FIELD", &format!("ports: [{right}]"))
    };
    let path = "services.x.ports[0] services.y.ports[0]";
    check(
        "PRT-2",
        &two("3000-3010:80", "3005:80"),
        &[&format!("3000-3010/tcp {path}")],
    );
    let three = format!("{path} services.y.ports[1]");
    let ports = two("3000-3010:80", "3005:80, 3007:80, 3011:80");
    check("PRT-2", &ports, &[&format!("3000-3010/tcp {three}")]);
    check("PRT-2", &two("3000-3010:80/udp", "3005:80"), &[]);
    check("PRT-2", &two("\"[::]:80:80\"", "0.0.0.0:80:80"), &[]);
    // All ports, a thousand times.
    let service =
        |index: usize| format!("  s{index}: {{image: a, ports: [\"1-65535:1-65535\"]}}\n");
    let services: String = (0..1000).map(service).collect();
    let file = format!("services:\n{services}");
    let path = |index: usize| format!(" services.s{index}.ports[0]");
    let paths: String = (0..1000).map(path).collect();
    check("PRT-1", &file, &[&format!("1-65535/tcp{paths}")]);
}

#[test]
fn alternatives_may_publish_one_port() {
    let one = |x: &str, y: &str| {
        format!(
            "services:\n  x: {{image: a, ports: [\"80:80\"], profiles: {x}}}\n  \
             y: {{image: a, ports: [\"80:80\"], profiles: {y}}}\n"
        )
    };
    check("PRT-1", &one("[cpu]", "[gpu]"), &[]);
    let found = "80/tcp services.x.ports[0] services.y.ports[0]";
    check("PRT-1", &one("[cpu]", "[cpu, gpu]"), &[found]);
    check("PRT-1", &one("[]", "[gpu]"), &[found]);
}

#[test]
fn a_project_is_a_name_or_a_directory() {
    let two = "# file: d/a.yaml\nservices: {x: {image: a}}\n# file: d/b.yaml\nservices: {x: {image: b}}\n";
    check("NAM-2", two, &["d/x services.x services.x"]);
    check("NAM-2", &two.replace("d/b.yaml", "e/b.yaml"), &[]);
    // Directories of one name are one project, and so is one name wherever it is stated.
    check(
        "NAM-2",
        &two.replace("d/b.yaml", "e/d/b.yaml"),
        &["d/x services.x services.x"],
    );
    let named = two.replace("services", "name: n\nservices");
    check(
        "NAM-2",
        &named.replace("d/b.yaml", "e/b.yaml"),
        &["n/x services.x services.x"],
    );
    // What the root is called nobody knows, but it is one directory.
    check(
        "NAM-2",
        &two.replace("d/", ""),
        &["x services.x services.x"],
    );
    let with_env = format!("{two}# file: d/.env\nCOMPOSE_PROJECT_NAME=p\n");
    check("NAM-2", &with_env, &["p/x services.x services.x"]);
    check("NAM-6", &with_env, &[]);
    check("NAM-6", two, &["services", "services"]);
}

#[test]
fn a_volume_has_one_maker() {
    let two = "# file: d/a.yaml\nservices: {x: {image: a}}\nvolumes: {v: LEFT}\n\
               # file: d/b.yaml\nservices: {y: {image: b}}\nvolumes: {v: RIGHT}\n";
    let of = |left: &str, right: &str| two.replace("LEFT", left).replace("RIGHT", right);
    check("NAM-3", &of("{}", "{}"), &["d/v volumes.v volumes.v"]);
    check("NAM-3", &of("{name: w}", "{}"), &[]);
    check(
        "NAM-3",
        &of("{name: w}", "{name: w}"),
        &["w volumes.v volumes.v"],
    );
    check(
        "NAM-3",
        &of("{name: d_v}", "{}"),
        &["d_v volumes.v volumes.v"],
    );
    check("NAM-3", &of("{name: w}", "{name: w, external: true}"), &[]);
    check(
        "NAM-3",
        &of("{name: \"${W:?}\"}", "{name: \"${W:?}\"}"),
        &[],
    );
}

#[test]
fn a_name_on_a_shared_network_leads_to_one_service() {
    let two = "# file: a.yaml\nname: a\nservices: {x: {image: a, LEFT}}\nnetworks: {n: {name: n}}\n\
               # file: b.yaml\nname: b\nservices: {y: {image: b, RIGHT}}\nnetworks: {n: {external: true}}\n";
    let of = |left: &str, right: &str| two.replace("LEFT", left).replace("RIGHT", right);
    let alias = "networks: {n: {aliases: [x]}}";
    let found = "n/x services.x services.y.networks.n.aliases[0]";
    check("NAM-4", &of("networks: [n]", alias), &[found]);
    check("NAM-4", &of("networks: [n]", "networks: [n]"), &[]);
    check("NAM-4", &of("tty: true", alias), &[]);
    check("NAM-4", &of("network_mode: host", alias), &[]);
    let container = "networks: [n], container_name: x";
    check(
        "NAM-4",
        &of(container, container),
        &["n/x services.x services.y.container_name"],
    );
    // Of two containers with one name the second is refused, which is for NAM-1 to say.
    let container = "networks: [n], container_name: z";
    check("NAM-4", &of(container, container), &[]);
}

#[test]
fn names_of_containers_are_judged_when_they_are_known() {
    let name = |name: &str| format!("services: {{x: {{image: a, container_name: {name}}}}}\n");
    let path = "services.x.container_name";
    check("NAM-5", &name("-x"), &[path]);
    check("NAM-5", &name("\"${PREFIX}-x\""), &[]);
    check("NAM-5", &name("\"${PREFIX:--x}\""), &[path]);
    check("NAM-5", &name("\"${PREFIX:-x}-x\""), &[]);
}

#[test]
fn external_networks_need_somebody_who_makes_them() {
    let user = "# file: a.yaml\nname: a\nservices: {x: {image: a, networks: [n]}}\n\
                networks: {n: {external: true, name: NAME}}\n";
    let maker = "# file: b.yaml\nname: b\nservices: {y: {image: b, networks: [m]}}\n\
                 networks: {m: {}}\n";
    check("NET-1", &user.replace("NAME", "n"), &["n networks.n"]);
    check(
        "NET-1",
        &format!("{}{maker}", user.replace("NAME", "b_m")),
        &[],
    );
    check(
        "NET-1",
        &format!("{}{maker}", user.replace("NAME", "m")),
        &["m networks.n"],
    );
    check("NET-1", &user.replace("NAME", "bridge"), &[]);
    check("NET-1", &user.replace("NAME", "\"${N:?}\""), &[]);
    check(
        "NET-1",
        &user.replace("NAME", "n").replace(", networks: [n]", ""),
        &[],
    );
    let old = "services: {x: {image: a, networks: [n]}}\nnetworks: {n: {external: {name: m}}}\n";
    check("NET-1", old, &["m networks.n"]);
    check("NET-2", old, &[]);
    check(
        "NET-2",
        &old.replace("}}}", "}, x-a: 1, internal: true}}"),
        &["networks.n.internal"],
    );
}

#[test]
fn subnets_overlap_where_networks_can_be_side_by_side() {
    let subnet = |subnet: &str| format!("{{ipam: {{config: [{{subnet: {subnet}}}]}}}}");
    let two = |left: &str, right: &str| {
        TWO.replace("FIELD", "networks: [n]").replacen(
            "\n#",
            &format!("\nnetworks: {{n: {}}}\n#", subnet(left)),
            1,
        ) + &format!("networks: {{n: {}}}\n", subnet(right))
    };
    let path = "networks.n.ipam.config[0].subnet";
    let found = |subnet: &str| format!("{subnet} {path} {path}");
    check(
        "NET-3",
        &two("10.1.0.0/16", "10.1.2.0/24"),
        &[&found("10.1.0.0/16")],
    );
    check(
        "NET-3",
        &two("10.1.2.0/24", "10.0.0.0/8"),
        &[&found("10.0.0.0/8")],
    );
    check("NET-3", &two("10.1.0.0/16", "10.2.0.0/16"), &[]);
    check(
        "NET-3",
        &two("fd00::/64", "fd00::/48"),
        &[&found("fd00::/48")],
    );
    check("NET-3", &two("10.1.0.0/16", "${S}"), &[]);
    // One network that both name is one network.
    let same = two("10.1.0.0/16", "10.1.0.0/16");
    check("NET-3", &same.replace("{ipam", "{name: m, ipam"), &[]);
    check(
        "NET-3",
        &same.replace("{ipam", "{external: true, ipam"),
        &[],
    );
    check("NET-3", &same.replace("networks: [n]", "tty: true"), &[]);
    let one = "services: {x: {image: a, networks: [n, m]}}\nnetworks:\n  n: {ipam: {config: \
               [{subnet: 10.0.0.0/9}, {subnet: 10.0.0.0/16}]}}\n  m: {ipam: {config: [{subnet: \
               10.64.0.0/16}]}}\n";
    let expected = format!("10.0.0.0/9 {path} networks.m.ipam.config[0].subnet");
    check("NET-3", one, &[&expected]);
}

#[test]
fn networks_are_declared_and_used() {
    let file = |networks: &str| format!("services: {{x: {{image: a, networks: {networks}}}}}\n");
    check("NET-5", &file("[n]"), &["services.x.networks.n"]);
    check("NET-5", &file("{n: {}}"), &["services.x.networks.n"]);
    check("NET-5", &file("[default]"), &[]);
    check(
        "NET-5",
        &(file("[default]") + "networks: {n: {}}\n"),
        &["networks.n"],
    );
    check(
        "NET-5",
        &(file("[n]") + "networks: {n: , default: }\n"),
        &["networks.default"],
    );
    check(
        "NET-5",
        "services: {x: {image: a}}\nnetworks: {default: {name: n}}\n",
        &[],
    );
    let host = "services: {x: {image: a, network_mode: host}}\nnetworks: {n: {}}\n";
    check("NET-5", host, &["networks.n"]);
    check("NET-6", host, &[]);
    check("NET-6", "services: {x: {image: a}}\n", &[]);
    check(
        "NET-6",
        "services: {x: {image: a}, y: {image: b}}\n",
        &["services.x", "services.y"],
    );
}
