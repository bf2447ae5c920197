//! The functions of templates: what each takes, and which code answers it.

use super::budget::Budget;
use super::datum::Datum;
use super::{builtin, print, text};

/// What an argument must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Any,
    Text,
    Integer,
}

/// How a function runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    /// Stops at the first argument that is true (`or`) or false (`and`).
    ShortCircuit { stops_at: bool },
    /// Sees all arguments; what it says against them is a message.
    Plain(fn(&[Datum], &mut Budget) -> Result<Datum, String>),
}

/// One function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// Arguments it must have.
    pub(super) fixed: &'static [Want],
    /// Whether any number of arguments of any kind may follow.
    pub(super) has_rest: bool,
    pub(super) body: Body,
}

const fn plain(
    name: &'static str,
    fixed: &'static [Want],
    has_rest: bool,
    body: fn(&[Datum], &mut Budget) -> Result<Datum, String>,
) -> Function {
    Function {
        name,
        fixed,
        has_rest,
        body: Body::Plain(body),
    }
}

static FUNCTIONS: &[Function] = &[
    Function {
        name: "and",
        fixed: &[Want::Any],
        has_rest: true,
        body: Body::ShortCircuit { stops_at: false },
    },
    Function {
        name: "or",
        fixed: &[Want::Any],
        has_rest: true,
        body: Body::ShortCircuit { stops_at: true },
    },
    plain("not", &[Want::Any], false, builtin::not),
    plain("eq", &[Want::Any], true, builtin::eq),
    plain("ne", &[Want::Any, Want::Any], false, builtin::ne),
    plain("lt", &[Want::Any, Want::Any], false, builtin::lt),
    plain("le", &[Want::Any, Want::Any], false, builtin::le),
    plain("gt", &[Want::Any, Want::Any], false, builtin::gt),
    plain("ge", &[Want::Any, Want::Any], false, builtin::ge),
    plain("index", &[Want::Any], true, builtin::index),
    plain("slice", &[Want::Any], true, builtin::slice),
    plain("len", &[Want::Any], false, builtin::len),
    plain("call", &[Want::Any], true, builtin::call),
    plain("print", &[], true, print::print),
    plain("println", &[], true, print::println),
    plain("printf", &[Want::Text], true, print::printf),
    plain("html", &[], true, text::html),
    plain("js", &[], true, text::js),
    plain("urlquery", &[], true, text::urlquery),
    plain("toYaml", &[Want::Any], false, text::to_yaml),
    plain(
        "nindent",
        &[Want::Integer, Want::Text],
        false,
        text::nindent,
    ),
    plain("toString", &[Want::Any], false, text::to_string),
    plain("default", &[Want::Any, Want::Any], false, text::default),
    plain(
        "replace",
        &[Want::Text, Want::Text, Want::Text],
        false,
        text::replace,
    ),
    plain(
        "trimSuffix",
        &[Want::Text, Want::Text],
        false,
        text::trim_suffix,
    ),
    plain("trunc", &[Want::Integer, Want::Text], false, text::trunc),
    plain("quote", &[], true, text::quote),
];

pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}
