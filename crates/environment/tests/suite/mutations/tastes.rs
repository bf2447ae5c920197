//! A composition in which nothing is wrong by any rule, matters of taste included, and what one
//! change makes of it.

use super::Change::Replace;
use super::Seed;

const NOTES: &str = "compose.yaml";

/// Files, as in the other repository.
pub(super) const FILES: &str = r#"# file: compose.yaml
name: notes

services:
  app:
    image: ghcr.io/example/notes:1.4.2
    build: ./app
    depends_on:
      cache:
        condition: service_healthy
      index:
        condition: service_healthy
    volumes:
      - ./app.conf:/etc/app.conf:ro
      - uploads:/srv/uploads
    ports:
      - "127.0.0.1:8080:8000"
      - "127.0.0.1:8443:8443"
    networks: [front, back]
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "/app/health"]
    cap_drop: [ALL]
    cpus: "0.5"
    mem_limit: 256m
    pids_limit: 100
    pull_policy: build
    read_only: true
    security_opt: ["no-new-privileges:true"]

  cache:
    image: ghcr.io/example/cache:2.0.1@D
    networks: [back]
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "/cache", "ping"]
    cap_drop: [ALL]
    cpus: "0.5"
    mem_limit: 64m
    pids_limit: 20
    read_only: true
    security_opt: ["no-new-privileges:true"]

  index:
    image: ghcr.io/example/index:3.1.0@D
    volumes:
      - uploads:/srv/uploads:ro
    networks: [back]
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "/index", "ping"]
    cap_drop: [ALL]
    cpus: "0.5"
    mem_limit: 64m
    pids_limit: 20
    read_only: true
    security_opt: ["no-new-privileges:true"]

networks:
  front: {}
  back:
    internal: true

volumes:
  uploads: {}
# file: app.conf
listen 8000
# file: app/Dockerfile
FROM python:3.12.8-slim@D
COPY . /app
USER 1000
EXPOSE 8000 8443
CMD ["python", "-m", "app"]
"#;

#[rustfmt::skip]
pub(super) const SEEDS: &[Seed] = &[
    ("BLD-2", "pulled or built", &[Replace(NOTES, "    pull_policy: build\n", "")]),
    ("BLD-3", "no user", &[Replace("app/Dockerfile", "USER 1000\n", "")]),
    ("NAM-6", "no name", &[Replace(NOTES, "name: notes\n\n", "")]),
    ("NET-6", "no network", &[Replace(NOTES, "image: ghcr.io/example/cache:2.0.1@D\n    networks: [back]\n", "image: ghcr.io/example/cache:2.0.1@D\n")]),
    ("RES-2", "memory alone", &[Replace(NOTES, "    cpus: \"0.5\"\n", "")]),
    ("RES-2", "processors alone", &[Replace(NOTES, "    mem_limit: 256m\n", "")]),
    ("RES-3", "any number of processes", &[Replace(NOTES, "    pids_limit: 100\n", "")]),
    ("RES-3", "as many processes as there can be", &[Replace(NOTES, "pids_limit: 100", "pids_limit: -1")]),
    ("SEC-7", "new privileges", &[Replace(NOTES, "    security_opt: [\"no-new-privileges:true\"]\n", "")]),
    ("SEC-8", "capabilities", &[Replace(NOTES, "    cap_drop: [ALL]\n", "    cap_drop: [NET_RAW]\n")]),
    ("SEC-9", "a root that is written to", &[Replace(NOTES, "read_only: true", "read_only: false")]),
    ("STY-1", "a mount in quotes", &[Replace(NOTES, "- uploads:/srv/uploads\n", "- \"uploads:/srv/uploads\"\n")]),
    ("STY-2", "a port without quotes", &[Replace(NOTES, "\"127.0.0.1:8080:8000\"", "127.0.0.1:8080:8000")]),
    ("STY-3", "fields in another order", &[Replace(NOTES, "    cap_drop: [ALL]\n    cpus: \"0.5\"\n", "    cpus: \"0.5\"\n    cap_drop: [ALL]\n")]),
    ("STY-4", "sections in another order", &[Replace(NOTES, "\nvolumes:\n  uploads: {}\n", ""), Replace(NOTES, "name: notes\n", "name: notes\n\nvolumes:\n  uploads: {}\n")]),
    ("STY-5", "services in another order", &[Replace(NOTES, "  cache:\n    image", "  xcache:\n    image"), Replace(NOTES, "      cache:\n        condition: service_healthy\n      index:\n        condition: service_healthy\n", "      index:\n        condition: service_healthy\n      xcache:\n        condition: service_healthy\n")]),
    ("STY-6", "dependencies in another order", &[Replace(NOTES, "      cache:\n        condition: service_healthy\n      index:\n        condition: service_healthy\n", "      index:\n        condition: service_healthy\n      cache:\n        condition: service_healthy\n")]),
    ("STY-7", "ports in another order", &[Replace(NOTES, "127.0.0.1:8080:8000", "127.0.0.1:8843:8000")]),
    ("VOL-6", "two writers", &[Replace(NOTES, "uploads:/srv/uploads:ro", "uploads:/srv/uploads")]),
];
