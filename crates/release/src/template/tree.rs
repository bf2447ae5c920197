//! The syntax tree of a template.

use std::ops::Range;
use std::sync::Arc;

use super::functions::Function;

/// An extent in the template, in bytes.
pub(super) type Extent = Range<usize>;

/// One piece of a template.
#[derive(Debug)]
pub(super) enum Item {
    /// Text that is written as it is.
    Text(Extent),
    /// `{{ pipeline }}`
    Action(Pipeline),
    /// `if` or `with`, and every `else if` or `else with` after it.
    Choice(Choice),
    /// `range`.
    Range(Loop),
    Break,
    Continue,
}

#[derive(Debug)]
pub(super) struct Choice {
    pub(super) branches: Vec<(Pipeline, Vec<Item>)>,
    pub(super) otherwise: Vec<Item>,
    /// Whether the branch that is taken gets the value as its dot, as in `with`.
    pub(super) moves_dot: bool,
}

#[derive(Debug)]
pub(super) struct Loop {
    pub(super) over: Pipeline,
    pub(super) body: Vec<Item>,
    pub(super) otherwise: Vec<Item>,
}

/// `$a, $b := command | command`
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) extent: Extent,
    /// `=` and not `:=`.
    pub(super) assigns: bool,
    pub(super) names: Vec<Arc<str>>,
    pub(super) commands: Vec<Command>,
}

/// An operand and its arguments.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) extent: Extent,
    pub(super) first: Operand,
    pub(super) arguments: Vec<Operand>,
}

#[derive(Debug)]
pub(super) struct Operand {
    pub(super) extent: Extent,
    pub(super) term: Term,
    /// Fields looked up in the term, one after the other.
    pub(super) fields: Vec<Arc<str>>,
}

#[derive(Debug)]
pub(super) enum Term {
    Dot,
    Nil,
    Boolean(bool),
    Number(Number),
    Text(Arc<str>),
    Variable(Arc<str>),
    Function(&'static Function),
    Pipeline(Box<Pipeline>),
}

/// A number of the template: `2.0` serves as the integer 2 where one is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    pub(super) integer: Option<i64>,
    pub(super) float: f64,
    /// What it is where nothing is wanted in particular.
    pub(super) is_float: bool,
}
