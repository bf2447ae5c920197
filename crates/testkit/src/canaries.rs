//! A repository of Compose files with a secret in every place where one can stand.
//!
//! Each secret is `c4nary` and a number, so that a test can ask for it in everything that is printed.

/// A repository with a canary in every place that rules look at, each `c4nary` and a number.
const CANARIES: &str = "\
# file: compose.yaml
# An old one: DB_PASSWORD=c4nary01 and postgres://u:c4nary02@db/x
x-env: &env
  X_PASSWORD: c4nary03
services:
  map:
    image: ghcr.io/example/map:${IMAGE_TOKEN:-c4nary04}
    pull_policy: always
    container_name: map-${NAME_SECRET:-c4nary05}
    environment:
      <<: *env
      A_PASSWORD: c4nary06
      B_PASSWORD: \"c4nary07\"
      C_PASSWORD: ${C:-c4nary08}
      D_PASSWORD: ${D:-${E:-c4nary09}}
      E_SETTING: ${E_TOKEN:-c4nary10}
      F_URL: postgresql://u:c4nary11@db/x?password=c4nary12
      G_URL: https://u:${G:-c4nary13}@host/
      H_PASSWORD: $2a$10$c4nary14
      I_PASSWORD: ${c4nary15
      J_SECRET: |
        c4nary16
        c4nary17
      K_PRIVATE_KEY: \"-----BEGIN PRIVATE KEY-----\\nc4nary18\\n-----END PRIVATE KEY-----\"
      L_OPTS: -Dpassword=c4nary19
      M_AUTH: user/c4nary20
    command: server --password c4nary21 --token=c4nary22 --url redis://:c4nary23@cache
    healthcheck: {test: [CMD, mysqladmin, ping, -pc4nary24]}
    labels:
      com.example.password: c4nary25
      com.example.url: https://u:c4nary26@host/
    build:
      context: .
      args: {NPM_TOKEN: c4nary27}
    ports: [\"8080:${PORT_PASSWORD:-c4nary28}\"]
  list:
    image: redis:7.4.1
    environment: [A_PASSWORD=c4nary29, \"B_URL=amqp://u:c4nary30@mq\", \"C_TOKEN=$${C_TOKEN:-c4nary31}\"]
    entrypoint: [sh, -c, \"redis-cli -a c4nary32 ping; PGPASSWORD=c4nary33 psql\"]
    command: [\"--requirepass\", \"c4nary34\"]
    healthcheck: {test: \"curl -u admin:c4nary35 -H 'Authorization: Bearer c4nary36' http://x/\"}
    labels: [com.example.token=c4nary37]
    env_file: conf/list.env
    volumes: [\"${VOLUME_SECRET:-c4nary38}:/x\", \"/etc/${ETC_TOKEN:-c4nary39}:/y\"]
configs:
  app: {content: \"password: c4nary40\\nurl: mysql://u:c4nary41@db\\n\"}
  plain: {content: 'requirepass c4nary42'}
# file: compose.override.yaml
services:
  map:
    environment:
      A_PASSWORD: c4nary43
# file: .env
A_PASSWORD=c4nary44
OTHER_URL=http://u:c4nary45@host/
# file: conf/list.env
export N_PASSWORD='c4nary46'
O_URL=http://u:c4nary47@host/
# file: .env.example
P_PASSWORD=c4nary48
Q_TOKEN=${Q_TOKEN:-c4nary49}
# R_URL=http://u:c4nary50@host/
";

/// How many there are.
pub const COUNT: usize = 50;

/// Returns the secret of a number, from 1.
pub fn canary(number: usize) -> String {
    format!("c4nary{number:02}")
}

/// Returns the files of the repository, as path and text.
pub fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    let parts = CANARIES.split("# file: ").skip(1);
    parts.filter_map(|part| part.split_once('\n'))
}

#[cfg(test)]
mod tests {
    use super::{CANARIES, COUNT, canary, files};

    #[test]
    fn every_canary_is_there_once() {
        for number in 1..=COUNT {
            assert_eq!(CANARIES.matches(&canary(number)).count(), 1, "{number}");
        }
        let paths: Vec<&str> = files().map(|(path, _)| path).collect();
        let expected = [
            "compose.yaml",
            "compose.override.yaml",
            ".env",
            "conf/list.env",
            ".env.example",
        ];
        assert_eq!(paths, expected);
    }
}
