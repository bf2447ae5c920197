//! Commands that end by themselves, and those that only keep a container open for people.
//!
//! A service that runs one needs no probe. Only what is known to end counts; a script ends if every
//! command in it does.

use crate::shell::{self, Script, base_name};

/// Programs that end whatever they are told.
#[rustfmt::skip]
const ENDING: &[&str] = &[
    "aerich", "alembic", "ansible-playbook", "behave", "chgrp", "chmod", "chown", "cp", "curl",
    "false", "goose", "install", "jest", "liquibase", "ln", "mkdir", "mongodump", "mongorestore",
    "mv", "mysqldump", "newman", "nox", "pg_dump", "pg_dumpall", "pg_restore", "phpunit", "psql",
    "pytest", "rm", "robot", "rspec", "tar", "touch", "tox", "unzip", "wget",
];

/// Programs that end with one of these arguments; those that end with a colon are beginnings.
#[rustfmt::skip]
const ENDING_WITH: &[(&str, &[&str])] = &[
    ("airflow", &["db"]),
    ("artisan", &["cache:", "config:", "db:", "key:", "migrate", "migrate:", "storage:"]),
    ("atlas", &["migrate", "schema"]),
    ("cargo", &["test"]),
    ("certbot", &["certonly", "renew"]),
    ("console", &["cache:", "doctrine:"]),
    ("cypress", &["run"]),
    ("dbmate", &["down", "drop", "load", "migrate", "up"]),
    ("django-admin", DJANGO),
    ("drizzle-kit", &["generate", "migrate", "push"]),
    ("flask", &["db"]),
    ("flyway", &["baseline", "clean", "info", "migrate", "repair", "validate"]),
    ("go", &["test"]),
    ("k6", &["run"]),
    ("knex", &["migrate:", "seed:"]),
    ("manage.py", DJANGO),
    ("npm", &["ci", "install", "test"]),
    ("playwright", &["install", "test"]),
    ("prisma", &["db", "generate", "migrate"]),
    ("rails", &["assets:", "db:", "runner", "test"]),
    ("rake", &["assets:", "db:", "spec", "test"]),
    ("restic", &["backup", "forget", "init", "prune"]),
    ("sequelize", &["db:"]),
    ("sequelize-cli", &["db:"]),
    ("typeorm", &["migration:"]),
    ("vitest", &["run"]),
    ("wp", &[
        "cache", "config", "core", "cron", "db", "language", "option", "plugin", "post", "rewrite",
        "search-replace", "site", "theme", "user",
    ]),
];

const DJANGO: &[&str] = &[
    "check",
    "collectstatic",
    "compilemessages",
    "createsuperuser",
    "dumpdata",
    "flush",
    "loaddata",
    "makemigrations",
    "migrate",
    "test",
];

/// Parts of scripts that wait for nothing.
const ASIDE: &[&str] = &[
    "cd", "echo", "exit", "export", "printf", "set", "test", "true", "[",
];

/// Returns whether a command line is known to end.
pub(crate) fn ends(words: &[&str]) -> bool {
    let Some(script) = shell::script_of(words) else {
        return is_ending(words);
    };
    let Some(script) = Script::parse(script) else {
        return false;
    };
    let mut does_something = false;
    for command in script.commands() {
        let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
        let Some(program) = words.first() else {
            continue;
        };
        if is_ending(&words) {
            does_something = true;
        } else if !ASIDE.contains(program) {
            return false;
        }
    }
    does_something
}

/// Returns whether a command line waits until somebody runs others beside it. A shell does where it
/// has a terminal.
pub(crate) fn waits(words: &[&str], has_terminal: bool) -> bool {
    const SHELLS: &[&str] = &["ash", "bash", "fish", "sh", "zsh"];
    match words {
        [program, "infinity" | "inf"] => base_name(program) == "sleep",
        [program, "-f" | "-F", "/dev/null"] => base_name(program) == "tail",
        [program, options @ ..] => {
            let is_shell = SHELLS.contains(&base_name(program));
            has_terminal && is_shell && options.iter().all(|one| matches!(*one, "-l" | "-i"))
        }
        [] => false,
    }
}

fn is_ending(words: &[&str]) -> bool {
    let Some((program, arguments)) = told(words).split_first() else {
        return false;
    };
    if arguments.iter().any(|one| one.starts_with("--watch")) {
        return false;
    }
    let program = base_name(program);
    let is_told = |wanted: &&[&str]| {
        arguments.iter().any(|argument| {
            wanted
                .iter()
                .any(|word| argument == word || word.ends_with(':') && argument.starts_with(word))
        })
    };
    let mut with = ENDING_WITH.iter().filter(|(name, _)| *name == program);
    ENDING.contains(&program) || with.any(|(_, wanted)| is_told(wanted))
}

/// Returns a command line without what only runs the rest of it.
fn told<'w, 'a>(words: &'w [&'a str]) -> &'w [&'a str] {
    let mut words = words;
    loop {
        let left = match words {
            [program, rest @ ..] => match (base_name(program), rest) {
                ("exec" | "time" | "tini" | "dumb-init" | "--" | "env" | "npx" | "bunx", _) => {
                    let is_aside = |word: &&&str| word.starts_with('-') || word.contains('=');
                    &rest[rest.iter().take_while(is_aside).count()..]
                }
                (
                    "bundle" | "pdm" | "pipenv" | "poetry" | "uv" | "npm" | "pnpm" | "yarn",
                    ["exec" | "run" | "dlx", rest @ ..],
                ) => rest,
                ("python" | "python3", ["-m", rest @ ..]) => rest,
                ("python" | "python3", [script, ..]) if script.ends_with(".py") => rest,
                ("php" | "ruby" | "node", [_, ..]) => rest,
                ("pnpm" | "yarn", [_, ..]) => rest,
                _ => return words,
            },
            [] => return words,
        };
        words = left;
    }
}

#[cfg(test)]
mod tests {
    use super::{ends, waits};

    fn words(line: &str) -> Vec<String> {
        crate::shell::words(line).expect("quotes are closed")
    }

    #[test]
    fn what_ends_is_told_from_what_serves() {
        let ends = |line: &str| {
            let words = words(line);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            ends(&words)
        };
        for job in [
            "alembic upgrade head",
            "certbot certonly --webroot -w /www",
            "chown -R 1000:1000 /data",
            "/usr/bin/pytest -q",
            "npx playwright test",
            "npx -y playwright test",
            "wp core install --url=x",
            "python manage.py collectstatic --noinput",
            "python -m pytest",
            "bundle exec rails db:migrate",
            "bin/rails db:seed",
            "php artisan migrate --force",
            "sh -c 'mkdir -p /a && chown 1 /a'",
            "bash -ec 'cd /app; ./manage.py migrate'",
            "env A=b alembic upgrade head",
        ] {
            assert!(ends(job), "{job}");
        }
        for service in [
            "",
            "nginx -g 'daemon off;'",
            "python manage.py runserver",
            "sh -c 'alembic upgrade head && uvicorn app:app'",
            "sh -c 'while :; do certbot renew; sleep 12h; done'",
            "certbot",
            "jest --watchAll",
            "rails server",
            "npm run start",
            "sh -c 'echo ready'",
        ] {
            assert!(!ends(service), "{service}");
        }
    }

    #[test]
    fn what_only_waits_is_known() {
        assert!(waits(&["sleep", "infinity"], false));
        assert!(waits(&["tail", "-f", "/dev/null"], false));
        assert!(waits(&["/bin/bash", "-l"], true));
        assert!(!waits(&["bash"], false));
        assert!(!waits(&["bash", "start.sh"], true));
        assert!(!waits(&["sleep", "5"], true));
        assert!(!waits(&[], true));
    }
}
