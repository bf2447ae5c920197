//! Fixes that are not offered, or not as safe ones, because somebody said otherwise.

use strata_diagnostic::Safety;

use crate::support::{check_files, files_of};

/// Returns safety and new text of the only fix that a rule offers for a composition.
fn fix(code: &str, services: &str) -> Option<(Safety, String)> {
    let files = files_of(&format!("services:\n{services}"));
    let found = check_files(&files, &|check| check.rule.code == code);
    assert!(
        found.import.findings.is_empty(),
        "{:#?}",
        found.import.findings
    );
    let [finding] = found.findings.as_slice() else {
        panic!("{code}: {:#?}", found.findings);
    };
    let fix = finding.fix.as_ref()?;
    let texts: Vec<&str> = fix.edits.iter().map(|edit| edit.text.trim()).collect();
    Some((fix.safety, texts.join(" ")))
}

fn keycloak(environment: &str) -> String {
    format!(
        "  k:\n    image: quay.io/keycloak/keycloak:26.0.7\n    command: start\n    environment: {environment}\n    \
         healthcheck:\n      test: [CMD, curl, -f, \"http://localhost:9000/health/ready\"]\n"
    )
}

#[test]
fn a_probe_is_replaced_only_where_the_known_one_passes() {
    let known = fix("KBF-1", &keycloak("{KC_HEALTH_ENABLED: \"true\"}"));
    assert!(known.is_some_and(|(safety, _)| safety == Safety::Safe));
    for environment in [
        "{KC_DB: postgres}",
        "{KC_HEALTH_ENABLED: \"false\"}",
        "{KC_HEALTH_ENABLED: \"${HEALTH}\"}",
        "{KC_HEALTH_ENABLED: \"true\", KC_HTTP_MANAGEMENT_PORT: \"9999\"}",
        "{KC_HEALTH_ENABLED: \"true\", KC_HTTPS_CERTIFICATE_FILE: /c}",
    ] {
        assert_eq!(fix("KBF-1", &keycloak(environment)), None, "{environment}");
    }
    let by_option = keycloak("{KC_HEALTH_ENABLED: \"true\"}");
    let by_option = by_option.replace("start", "start --http-management-port=9999");
    assert_eq!(fix("KBF-1", &by_option), None);
}

#[test]
fn a_probe_asks_as_the_service_is_set_up() {
    let of = |fields: &str| fix("HLT-1", &format!("  s:\n{fields}")).map(|(_, text)| text);
    let holds = |fields: &str, part: &str| of(fields).is_some_and(|text| text.contains(part));
    let postgres = "    image: postgres:17.2\n";
    assert!(holds(postgres, r#""-U", "postgres""#));
    let user = format!("{postgres}    environment: {{POSTGRES_USER: shop}}\n");
    assert!(holds(&user, r#""-U", "shop""#));
    for field in [
        "environment: {POSTGRES_USER: \"${U}\"}",
        "command: postgres -p 5433",
    ] {
        assert_eq!(of(&format!("{postgres}    {field}\n")), None, "{field}");
    }
    let redis = "    image: redis:7.4.1\n";
    assert!(holds(redis, "redis-cli"));
    let moved = format!("{redis}    command: [redis-server, --port, \"6380\"]\n");
    assert_eq!(of(&moved), None);
    let vault = "    image: hashicorp/vault:1.18\n";
    assert_eq!(of(vault), None);
    let told = format!("{vault}    environment: [\"VAULT_ADDR=http://127.0.0.1:8200\"]\n");
    assert!(holds(&told, r#""vault", "status""#));
}

const WAITS: &str = "  app:\n    image: httpd:2.4.62\n    depends_on: @\n  proxy:\n    \
                     image: nginx:1.27.3-alpine\n    healthcheck: {test: [CMD, wget, -q, \"http://#/\"]}\n";

#[test]
fn what_was_said_of_waiting_is_not_overruled() {
    let of = |depends_on: &str, host: &str| {
        let text = WAITS.replace('@', depends_on).replace('#', host);
        fix("DEP-4", &text).map(|(safety, _)| safety)
    };
    assert_eq!(of("[proxy]", "localhost"), Some(Safety::Safe));
    let stated = "{proxy: {condition: service_started}}";
    assert_eq!(of(stated, "localhost"), Some(Safety::Unsafe));
    // The proxy is well when the service answers, which waits for the proxy.
    assert_eq!(of("[proxy]", "app:8000"), None);
    assert_eq!(of("[proxy]", "app-of-others:8000"), Some(Safety::Safe));
}

#[test]
fn jobs_are_not_started_again() {
    let job = "  seed:\n    image: x:1\n  app:\n    image: y:1\n    restart: always\n    depends_on: \
               {seed: {condition: service_completed_successfully}}\n";
    assert_eq!(
        fix("RST-1", job),
        Some((Safety::Safe, "restart: \"no\"".to_owned()))
    );
    let server = fix("RST-1", "  web: {image: \"nginx:1.27.3\"}\n");
    assert!(server.is_some_and(|(safety, _)| safety == Safety::Unsafe));
}

#[test]
fn ports_that_are_there_for_all_are_not_taken_from_them() {
    let of = |service: &str| fix("PRT-4", &format!("  s:\n{service}")).map(|(_, text)| text);
    let own = |port: &str| of(&format!("    image: x:1\n    ports: [\"{port}\"]\n"));
    assert_eq!(own("8080:80").as_deref(), Some("\"127.0.0.1:8080:80\""));
    assert_eq!(
        own("0.0.0.0:8080:80").as_deref(),
        Some("\"127.0.0.1:8080:80\"")
    );
    assert_eq!(own("[::]:8080:80").as_deref(), Some("\"[::1]:8080:80\""));
    assert_eq!(
        own("${PORT:-8080}:80").as_deref(),
        Some("\"127.0.0.1:${PORT:-8080}:80\"")
    );
    for port in [
        "${BIND:-0.0.0.0}:8080:80",
        "443:8443",
        "80:80",
        "22:22",
        "53:53/udp",
    ] {
        assert_eq!(own(port), None, "{port}");
    }
    let edge = "    image: traefik:v3.2.1\n    ports: [\"8080:8080\"]\n";
    assert_eq!(of(edge), None);
    let swarm = "    image: x:1\n    ports: [\"8080:80\"]\n    deploy: {mode: global}\n";
    assert_eq!(of(swarm), None);
}

#[test]
fn files_for_swarm_keep_their_version() {
    let of = |more: &str| {
        let files = files_of(&format!(
            "version: \"3.8\"\nservices:\n  s:\n    image: x:1\n{more}"
        ));
        let found = check_files(&files, &|check| check.rule.code == "CMP-1");
        found.findings[0].fix.is_some()
    };
    assert!(of(""));
    assert!(of("    deploy: {resources: {limits: {memory: 1g}}}\n"));
    assert!(!of(
        "    deploy: {placement: {constraints: [node.role == manager]}}\n"
    ));
    assert!(!of("    deploy: {update_config: {order: start-first}}\n"));
}
