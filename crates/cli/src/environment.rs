//! Environment variables, in one table. The environment is read here and nowhere else.

#![expect(
    clippy::disallowed_methods,
    reason = "this module is where the environment is read"
)]

/// A variable: name, what it is the same as, what it does.
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) flag: &'static str,
    pub(crate) about: &'static str,
}

const fn variable(name: &'static str, flag: &'static str, about: &'static str) -> Variable {
    Variable { name, flag, about }
}

/// Every variable that changes what strata does.
pub(crate) static VARIABLES: &[Variable] = &[
    variable("STRATA_SERVICE", "--service", "Kubernetes service"),
    variable("STRATA_ACCELERATOR", "--accelerator", "GPU model"),
    variable("STRATA_INTENT", "--intent", "what the cluster is for"),
    variable("STRATA_OS", "--os", "operating system of the GPU nodes"),
    variable("STRATA_PLATFORM", "--platform", "framework on top"),
    variable("STRATA_NODES", "--nodes", "number of nodes"),
    variable("STRATA_SNAPSHOT", "--snapshot", "snapshot file"),
    variable(
        "STRATA_ALLOW_UNMATCHED",
        "--allow-unmatched",
        "accept criteria that nothing honors",
    ),
    variable(
        "STRATA_ALLOW_EXCLUDED",
        "--allow-excluded",
        "accept excluded overlays",
    ),
    variable(
        "STRATA_DATA",
        "--data",
        "one directory laid over the catalog",
    ),
    variable(
        "STRATA_CATALOG",
        "--catalog",
        "directory used instead of the compiled-in catalog",
    ),
    variable(
        "STRATA_CRITERIA_STRICT",
        "--criteria-strict",
        "accept only values of the base catalog",
    ),
    variable(
        "AICR_CRITERIA_STRICT",
        "--criteria-strict",
        "the same, where the one above is not set",
    ),
    variable("STRATA_CONFIG", "--config", "configuration file"),
    variable("STRATA_DEPLOYER", "--deployer", "deployment tool"),
    variable("STRATA_COLOR", "--color", "when to use colors"),
    variable(
        "STRATA_MESSAGE_FORMAT",
        "--message-format",
        "how findings are printed",
    ),
    variable(
        "NO_COLOR",
        "--color never",
        "no colors, if set to anything but nothing",
    ),
    variable("COLUMNS", "", "width of the terminal"),
    variable(
        "SOURCE_DATE_EPOCH",
        "",
        "seconds since 1970: the day on which waivers of check are judged",
    ),
];

/// Returns what `--help` says about the environment.
pub(crate) fn help() -> String {
    let mut text = String::from(
        "Example:\n  strata recipe --service eks --accelerator h100 --intent training --os ubuntu\n\n\
         Environment (a flag wins over its variable, a variable over the configuration file):\n",
    );
    for variable in VARIABLES {
        let same = if variable.flag.is_empty() {
            String::new()
        } else {
            format!(" ({})", variable.flag)
        };
        text.push_str(&format!(
            "  {:<24}{}{same}\n",
            variable.name, variable.about
        ));
    }
    text
}

/// Returns whether `NO_COLOR` asks for none.
pub(crate) fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Returns the width that `COLUMNS` states.
pub(crate) fn columns() -> Option<usize> {
    std::env::var("COLUMNS")
        .ok()?
        .parse()
        .ok()
        .filter(|columns| *columns >= 40)
}

/// Returns the time that `SOURCE_DATE_EPOCH` states, if it does.
///
/// # Errors
///
/// The text, where it is no number.
pub(crate) fn source_date_epoch() -> Result<Option<i64>, String> {
    match value("SOURCE_DATE_EPOCH") {
        None => Ok(None),
        Some(text) => text.trim().parse().map(Some).map_err(|_| text),
    }
}

/// Returns whether the reference's variable asks for strict criteria, or for the contrary.
pub(crate) fn reference_criteria_strict() -> Option<bool> {
    match value("AICR_CRITERIA_STRICT")?.to_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Lets variables that are set to nothing count as not set, as scripts expect of them.
pub(crate) fn without_empty(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &clap::Arg| {
        let variable = arg.get_env().and_then(std::env::var_os);
        variable.is_some_and(|value| value.is_empty())
    };
    command
        .mut_args(|arg| if is_empty(&arg) { arg.env(None) } else { arg })
        .mut_subcommands(without_empty)
}

/// Returns the variable that a flag got its value from, if it was not typed.
pub(crate) fn origin_of(flag: &str) -> Option<&'static str> {
    if is_typed(flag) {
        return None;
    }
    let mut known = VARIABLES.iter().filter(|variable| variable.flag == flag);
    known
        .find(|variable| value(variable.name).is_some())
        .map(|variable| variable.name)
}

/// Returns whether a flag was typed, whatever its variable says.
pub(crate) fn is_typed(flag: &str) -> bool {
    let typed = |word: &String| word == flag || word.starts_with(&format!("{flag}="));
    arguments().iter().any(typed)
}

/// Returns the words of the command line as typed; what is not text comes out lossy.
pub(crate) fn arguments() -> Vec<String> {
    let words = std::env::args_os();
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

/// Returns a variable, for completion, which runs before arguments are parsed.
pub(crate) fn value(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
