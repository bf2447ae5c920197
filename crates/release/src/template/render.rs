//! The syntax tree to text.

use std::sync::Arc;

use strata_document::Node;

use super::budget::Budget;
use super::datum::Datum;
use super::fault::Fault;
use super::functions::{Body, Function, Want};
use super::print::natural;
use super::tree::{Choice, Command, Extent, Item, Loop, Operand, Pipeline, Term};

/// Renders a template with a context.
pub(super) fn render(text: &str, items: &[Item], context: &Node) -> Result<String, Fault> {
    let root = Datum::of(context);
    let mut renderer = Renderer {
        text,
        out: String::new(),
        variables: vec![("$".into(), root.clone())],
        budget: Budget::new(),
    };
    renderer.items(items, &root)?;
    Ok(renderer.out)
}

struct Renderer<'a> {
    text: &'a str,
    out: String,
    /// The last of a name counts.
    variables: Vec<(Arc<str>, Datum)>,
    budget: Budget,
}

/// How a piece of the template ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

type Eval<T> = Result<T, Fault>;

fn fault(extent: &Extent, message: impl Into<String>) -> Fault {
    Fault::execution(extent.start, extent.end, message)
}

/// What to do about an action that has no value: what is known does not look as in a chart.
fn help(action: &str) -> &'static str {
    let begins = |with: &str| action.trim_start_matches('$').starts_with(with);
    if begins(".Values.") {
        "values stand below the name of their component: `index .Values \"NAME\" \"KEY\"`"
    } else if begins(".Release.") || begins(".Chart.") || begins(".Capabilities") {
        "known are .Release.Namespace, .Release.Service, .Chart.Name and .Chart.Version"
    } else {
        "state the value, or give the action one with `default`"
    }
}

impl Renderer<'_> {
    fn step(&mut self, extent: &Extent) -> Eval<()> {
        self.budget.step().map_err(|message| fault(extent, message))
    }

    fn items(&mut self, items: &[Item], dot: &Datum) -> Eval<Flow> {
        for item in items {
            let flow = match item {
                Item::Text(extent) => {
                    self.step(extent)?;
                    self.out.push_str(&self.text[extent.clone()]);
                    self.budget
                        .fits(self.out.len())
                        .map_err(|message| fault(extent, message))?;
                    Flow::Next
                }
                Item::Action(pipeline) => {
                    let value = self.pipeline(pipeline, dot)?;
                    if pipeline.names.is_empty() {
                        self.print(&value, &pipeline.extent)?;
                    }
                    Flow::Next
                }
                Item::Choice(choice) => self.choice(choice, dot)?,
                Item::Range(range) => self.range(range, dot)?,
                Item::Break => Flow::Break,
                Item::Continue => Flow::Continue,
            };
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    /// Appends a value to the output. Go writes `<no value>` for nothing, which would become part of an
    /// object; Helm writes an empty text, which is rarely meant either.
    fn print(&mut self, value: &Datum, extent: &Extent) -> Eval<()> {
        if value.is_nothing() {
            let action = self.text[extent.clone()].trim();
            return Err(fault(extent, format!("`{action}` has no value")).help(help(action)));
        }
        let before = self.out.len();
        natural(value, &mut self.out, &mut self.budget)
            .and_then(|()| self.budget.look(self.out.len() - before))
            .and_then(|()| self.budget.fits(self.out.len()))
            .map_err(|message| fault(extent, message))
    }

    fn choice(&mut self, choice: &Choice, dot: &Datum) -> Eval<Flow> {
        let mark = self.variables.len();
        let mut taken = None;
        for (pipeline, body) in &choice.branches {
            let value = self.pipeline(pipeline, dot)?;
            if value.is_true() {
                taken = Some((value, body));
                break;
            }
        }
        let flow = match taken {
            Some((value, body)) if choice.moves_dot => self.items(body, &value)?,
            Some((_, body)) => self.items(body, dot)?,
            None => self.items(&choice.otherwise, dot)?,
        };
        self.variables.truncate(mark);
        Ok(flow)
    }

    fn range(&mut self, range: &Loop, dot: &Datum) -> Eval<Flow> {
        let mark = self.variables.len();
        let over = self.pipeline(&range.over, dot)?;
        let extent = &range.over.extent;
        let look = |renderer: &mut Self, size| {
            renderer
                .budget
                .look(size)
                .map_err(|message| fault(extent, message))
        };
        let flow = match &over {
            Datum::List(list) => {
                let rounds = list.items().iter().enumerate();
                let index = |index| Datum::Integer(i64::try_from(index).unwrap_or(i64::MAX));
                self.rounds(range, rounds.map(|(at, item)| (index(at), Datum::of(item))))?
            }
            Datum::Map(mapping) => {
                look(self, 8 * mapping.len())?;
                let entries = mapping.sorted().into_iter();
                let key = |text: &Arc<str>| Datum::Text(Arc::clone(text));
                self.rounds(
                    range,
                    entries.map(|e| (key(&e.key.text), Datum::of(&e.value))),
                )?
            }
            Datum::Integer(_) | Datum::Large(_) if range.over.names.len() > 1 => {
                return Err(fault(extent, "a range over a number has one variable"));
            }
            Datum::Integer(count) => self.rounds(
                range,
                (0..*count).map(|n| (Datum::Missing, Datum::Integer(n))),
            )?,
            Datum::Large(text) if text.starts_with('-') => None,
            Datum::Large(_) => self.rounds(
                range,
                (0..i64::MAX).map(|n| (Datum::Missing, Datum::Integer(n))),
            )?,
            Datum::Missing | Datum::Null => None,
            other => return Err(fault(extent, format!("cannot range over {}", other.kind()))),
        };
        let flow = match flow {
            Some(flow) => flow,
            None => self.items(&range.otherwise, dot)?,
        };
        self.variables.truncate(mark);
        // As in Go, a `break` in the `else` ends this range and not the one around it.
        Ok(if flow == Flow::Break {
            Flow::Next
        } else {
            flow
        })
    }

    /// Renders the body for each pair of index and element; nothing if there is none.
    fn rounds(
        &mut self,
        range: &Loop,
        pairs: impl Iterator<Item = (Datum, Datum)>,
    ) -> Eval<Option<Flow>> {
        let mark = self.variables.len();
        let mut has_run = false;
        for (index, element) in pairs {
            has_run = true;
            self.step(&range.over.extent)?;
            self.set_loop_variables(&range.over, index, &element)?;
            let flow = self.items(&range.body, &element)?;
            self.variables.truncate(mark);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(has_run.then_some(Flow::Next))
    }

    fn set_loop_variables(&mut self, over: &Pipeline, index: Datum, element: &Datum) -> Eval<()> {
        let values = match over.names.len() {
            0 => return Ok(()),
            1 => vec![element.clone()],
            _ => vec![index, element.clone()],
        };
        if over.assigns {
            for (name, value) in over.names.iter().zip(values) {
                self.assign(name, value, &over.extent)?;
            }
            return Ok(());
        }
        // The pipeline has just declared them.
        let first = self.variables.len().saturating_sub(values.len());
        for (slot, value) in self.variables[first..].iter_mut().zip(values) {
            slot.1 = value;
        }
        Ok(())
    }

    fn assign(&mut self, name: &str, value: Datum, extent: &Extent) -> Eval<()> {
        let slot = self
            .variables
            .iter_mut()
            .rev()
            .find(|(own, _)| **own == *name);
        match slot {
            Some(slot) => {
                slot.1 = value;
                Ok(())
            }
            None => Err(fault(extent, format!("undefined variable `{name}`"))
                .help("declare it with `:=`, outside the block")),
        }
    }

    /// Evaluates a pipeline and declares its variables, which live until the block ends.
    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Datum) -> Eval<Datum> {
        let mut value: Option<Datum> = None;
        for command in &pipeline.commands {
            self.step(&command.extent)?;
            value = Some(match self.command(command, dot, value)? {
                Datum::Null => Datum::Missing,
                value => value,
            });
        }
        let value = value.unwrap_or(Datum::Missing);
        for name in &pipeline.names {
            if pipeline.assigns {
                self.assign(name, value.clone(), &pipeline.extent)?;
            } else {
                self.variables.push((Arc::clone(name), value.clone()));
            }
        }
        Ok(value)
    }

    /// Evaluates a command; `last` is the value that the pipeline has so far, its last argument.
    fn command(&mut self, command: &Command, dot: &Datum, last: Option<Datum>) -> Eval<Datum> {
        let first = &command.first;
        let has_arguments = !command.arguments.is_empty() || last.is_some();
        if let (Term::Function(function), true) = (&first.term, first.fields.is_empty()) {
            return self.call(function, command, dot, last);
        }
        if first.fields.is_empty() {
            if has_arguments {
                return Err(fault(&first.extent, "only functions take arguments"));
            }
            if matches!(first.term, Term::Nil) {
                return Err(fault(&first.extent, "nil is not a command"));
            }
            return self.term(first, dot);
        }
        let receiver = self.term(first, dot)?;
        self.fields(receiver, first, has_arguments)
    }

    /// Evaluates an operand that is an argument.
    fn operand(&mut self, operand: &Operand, dot: &Datum) -> Eval<Datum> {
        let receiver = self.term(operand, dot)?;
        self.fields(receiver, operand, false)
    }

    /// Evaluates the term of an operand, without its fields.
    fn term(&mut self, operand: &Operand, dot: &Datum) -> Eval<Datum> {
        self.step(&operand.extent)?;
        Ok(match &operand.term {
            Term::Dot => dot.clone(),
            Term::Nil => Datum::Null,
            Term::Boolean(value) => Datum::Boolean(*value),
            Term::Number(number) => match number.integer {
                Some(integer) if !number.is_float => Datum::Integer(integer),
                _ => Datum::Float(super::datum::Float {
                    value: number.float,
                    text: None,
                }),
            },
            Term::Text(text) => Datum::Text(Arc::clone(text)),
            Term::Variable(name) => {
                let found = self.variables.iter().rev().find(|(own, _)| own == name);
                match found {
                    Some((_, value)) => value.clone(),
                    None => {
                        let message = format!("undefined variable `{name}`");
                        return Err(fault(&operand.extent, message));
                    }
                }
            }
            Term::Function(function) => self.run(function, Vec::new(), &operand.extent)?,
            Term::Pipeline(pipeline) => self.pipeline(pipeline, dot)?,
        })
    }

    /// Looks up the fields of an operand, one in the other.
    fn fields(&mut self, mut value: Datum, operand: &Operand, has_arguments: bool) -> Eval<Datum> {
        let extent = &operand.extent;
        for (index, field) in operand.fields.iter().enumerate() {
            let is_last = index + 1 == operand.fields.len();
            value = match &value {
                Datum::Missing => Datum::Missing,
                Datum::Map(_) if is_last && has_arguments => {
                    return Err(fault(extent, format!("`{field}` takes no arguments")));
                }
                Datum::Map(mapping) => {
                    let look = self.budget.look(mapping.len());
                    look.map_err(|message| fault(extent, message))?;
                    mapping.get(field).map_or(Datum::Missing, Datum::of)
                }
                other => {
                    let message = format!("{} has no field `{field}`", other.kind());
                    return Err(fault(extent, message));
                }
            };
        }
        Ok(value)
    }

    fn call(
        &mut self,
        function: &'static Function,
        command: &Command,
        dot: &Datum,
        last: Option<Datum>,
    ) -> Eval<Datum> {
        if let Body::ShortCircuit { stops_at } = function.body {
            return self.short_circuit(function, stops_at, command, dot, last);
        }
        let count = command.arguments.len() + usize::from(last.is_some());
        check_count(function, count, &command.extent)?;
        let mut values = Vec::with_capacity(count);
        for (index, operand) in command.arguments.iter().enumerate() {
            let want = function.fixed.get(index).copied().unwrap_or(Want::Any);
            let value = self.argument(operand, want, dot)?;
            values.push(fit(value, want, function, &operand.extent)?);
        }
        if let Some(last) = last {
            let want = function
                .fixed
                .get(values.len())
                .copied()
                .unwrap_or(Want::Any);
            values.push(fit(last, want, function, &command.extent)?);
        }
        self.run(function, values, &command.extent)
    }

    /// A literal such as `2.0` is an integer where a function takes one.
    fn argument(&mut self, operand: &Operand, want: Want, dot: &Datum) -> Eval<Datum> {
        match (&operand.term, want) {
            (Term::Number(number), Want::Integer) => match number.integer {
                Some(integer) => Ok(Datum::Integer(integer)),
                None => self.operand(operand, dot),
            },
            _ => self.operand(operand, dot),
        }
    }

    fn short_circuit(
        &mut self,
        function: &Function,
        stops_at: bool,
        command: &Command,
        dot: &Datum,
        last: Option<Datum>,
    ) -> Eval<Datum> {
        let count = command.arguments.len() + usize::from(last.is_some());
        check_count(function, count, &command.extent)?;
        let mut value = Datum::Missing;
        for operand in &command.arguments {
            value = self.operand(operand, dot)?;
            if value.is_true() == stops_at {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    fn run(&mut self, function: &Function, values: Vec<Datum>, extent: &Extent) -> Eval<Datum> {
        check_count(function, values.len(), extent)?;
        match function.body {
            Body::Plain(body) => body(&values, &mut self.budget)
                .map_err(|message| fault(extent, format!("`{}`: {message}", function.name))),
            Body::ShortCircuit { .. } => {
                Ok(values.into_iter().next_back().unwrap_or(Datum::Missing))
            }
        }
    }
}

fn check_count(function: &Function, count: usize, extent: &Extent) -> Eval<()> {
    let least = function.fixed.len();
    if count == least || count > least && function.has_rest {
        return Ok(());
    }
    let at_least = if function.has_rest { "at least " } else { "" };
    let message = format!(
        "`{}` takes {at_least}{least} arguments, not {count}",
        function.name
    );
    Err(fault(extent, message))
}

fn fit(value: Datum, want: Want, function: &Function, extent: &Extent) -> Eval<Datum> {
    let wanted = match (want, &value) {
        (Want::Any, _) | (Want::Text, Datum::Text(_)) | (Want::Integer, Datum::Integer(_)) => {
            return Ok(value);
        }
        (Want::Text, _) => "text",
        (Want::Integer, _) => "an integer",
    };
    let message = format!(
        "`{}` takes {wanted} here, and this is {}",
        function.name,
        value.kind()
    );
    let fault = fault(extent, message);
    Err(if want == Want::Text && !value.is_nothing() {
        fault.help("turn it into text with `toString`")
    } else if want == Want::Text {
        fault.help("give it a value with `default`")
    } else {
        fault
    })
}
