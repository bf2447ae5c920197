//! `VOL-7`: a volume is mounted where another version of the image keeps its data.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::probe_fixes::from;
use crate::evidence::settings::Settings;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "VOL-7",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "volume is mounted where another version keeps its data",
    cause: "Images move their data between versions: that of PostgreSQL is in /var/lib/postgresql/data \
            up to 17 and below /var/lib/postgresql from 18. Mounted at the old place, a volume stays \
            empty; the data is in the container and goes with it, or the server refuses to start.",
    example: "services:\n  db:\n    image: postgres:18.1\n    environment:\n      \
              POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n    volumes: [\"data:/var/lib/postgresql/data\"]\n\
              volumes:\n  data:\n",
    remedy: "Mount the volume at the directory that the finding names. Data of an older version has to \
             be taken over as the image's page says.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  db:\n    image: postgres:18.1\n    environment:\n      \
            POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n    volumes: [\"data:/var/lib/postgresql\"]\n\
            volumes:\n  data:\n",
    source: "the catalog: Dockerfiles of the images, `VOLUME`",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let Some(image) = context.image(service) else {
            continue;
        };
        let settings = Settings::of(context, stack, service);
        let every = image.facts().map_or(&[][..], |facts| &facts.state);
        for mount in &service.mounts {
            let target = mount.target.trim_end_matches('/');
            let mut own = image.state();
            let Some(fact) = own.next() else { continue };
            let is_own = fact.is == target || own.any(|one| one.is == target);
            // Elsewhere the user may have put whatever they like.
            let is_of_another = every.iter().any(|one| one.is == target);
            let holds_own = service.mounts.iter().any(|one| {
                image
                    .state()
                    .any(|fact| one.target.trim_end_matches('/') == fact.is)
            });
            // A variable may say where the data is.
            let is_told = settings.begin_with(target);
            if is_own || !is_of_another || holds_own || is_told {
                continue;
            }
            let message = format!(
                "`{}` keeps its data in `{}`, and a volume is mounted at `{target}`",
                service.name, fact.is
            );
            let finding = Finding::new(&RULE, message).about(&*service.name);
            let finding = finding.at_path(mount.place, &mount.path);
            let help = format!("mount it at `{}`", fact.is);
            findings.push(finding.help(help).help(from(fact)));
        }
    }
}
