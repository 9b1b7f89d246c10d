//! What a checked expression yields.

mod functions;
mod loops;
mod operators;

use std::borrow::Cow;
use std::sync::Arc;

use klo_source::TextRange;

use super::budget::Budget;
use super::code::{Code, Missing, Op};
use super::data::{Data, Entries};
use super::fault::{quote, shorten};
use super::reach::Reach;

/// Values of the variables, the graph for `reaches` and `path`, and the steps that are left to this world
/// and its clones.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    variables: Vec<(Cow<'static, str>, Data)>,
    reach: Arc<Reach>,
    budget: Arc<Budget>,
}

impl World {
    /// A world with a graph and no variables yet.
    pub(crate) fn new(reach: Arc<Reach>) -> Self {
        Self {
            variables: Vec::new(),
            reach,
            budget: Arc::default(),
        }
    }

    /// The steps that are left.
    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    #[cfg(test)]
    pub(super) fn set_budget(&mut self, budget: Budget) {
        self.budget = Arc::new(budget);
    }

    /// Sets a variable.
    pub(crate) fn set(&mut self, name: impl Into<Cow<'static, str>>, value: Data) {
        let name = name.into();
        match self.variables.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.variables.push((name, value)),
        }
    }

    fn get(&self, name: &str) -> Option<&Data> {
        self.variables
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }
}

/// Evaluates an expression: true, false, or a sentence that says which part has no value and why.
pub(super) fn evaluate(code: &Code, text: &str, world: &World) -> Result<bool, String> {
    let mut machine = Machine {
        world,
        locals: Vec::new(),
        steps: 0,
        limit: world.budget.left(),
        starts: Vec::new(),
    };
    let result = machine.flag(code);
    world.budget.take(machine.steps);
    result.map_err(|failure| {
        let part = match failure.fatal {
            true => shorten(text, 100),
            false => quote(text, failure.range),
        };
        format!("`{part}` {}", failure.reason)
    })
}

/// Why a part has no value.
#[derive(Debug)]
struct Failure {
    range: TextRange,
    /// What follows the part's text in a sentence.
    reason: Cow<'static, str>,
    /// Whether it ends the evaluation whatever other parts say; the reason is then the whole's.
    fatal: bool,
}

type Evaluated<T> = Result<T, Failure>;

impl Code {
    fn fails(&self, reason: impl Into<Cow<'static, str>>) -> Failure {
        Failure {
            range: self.range,
            reason: reason.into(),
            fatal: false,
        }
    }

    /// This part is not what is needed.
    fn unfit(&self, found: &Data, needed: &str) -> Failure {
        match found {
            Data::Null => self.fails(format!("is null, where {needed} is needed")),
            found => self.fails(format!("is {}, where {needed} is needed", found.noun())),
        }
    }
}

struct Machine<'a> {
    world: &'a World,
    /// The variables of the loops around, outermost first.
    locals: Vec<Data>,
    steps: u64,
    limit: u64,
    /// Nodes of the graph whose ways this evaluation has paid for.
    starts: Vec<u32>,
}

impl Machine<'_> {
    /// Counts steps.
    fn pay(&mut self, code: &Code, steps: usize) -> Evaluated<()> {
        self.steps += steps as u64;
        if self.steps <= self.limit {
            return Ok(());
        }
        Err(Failure {
            range: code.range,
            reason: self.world.budget.exhausted(self.limit).into(),
            fatal: true,
        })
    }

    fn value(&mut self, code: &Code) -> Evaluated<Data> {
        self.pay(code, 1)?;
        match &code.op {
            Op::Constant(data) => Ok(data.clone()),
            Op::Variable(name) => match self.world.get(name) {
                Some(data) => Ok(data.clone()),
                None => Err(code.fails("has no value here")),
            },
            Op::Local(at) => Ok(self.locals.get(*at).cloned().unwrap_or_default()),
            Op::Field(of, name, missing) => self.field(of, name, *missing),
            Op::Has(of, name) => self.has(of, name).map(Data::Bool),
            Op::Index(of, by) => self.index(of, by),
            Op::List(items) => {
                let items: Evaluated<Vec<Data>> =
                    items.iter().map(|item| self.value(item)).collect();
                items.map(Data::list)
            }
            Op::Map(entries) => self.map(entries),
            Op::Not(of) => Ok(Data::Bool(!self.flag(of)?)),
            Op::Negate(of) => self.negate(code, of),
            Op::And(left, right) => self.either(left, right, false).map(Data::Bool),
            Op::Or(left, right) => self.either(left, right, true).map(Data::Bool),
            Op::Equal(left, right) => self.equal(code, left, right).map(Data::Bool),
            Op::NotEqual(left, right) => Ok(Data::Bool(!self.equal(code, left, right)?)),
            Op::Order(order, left, right) => self.order(*order, left, right).map(Data::Bool),
            Op::In(left, right) => self.contained(code, left, right).map(Data::Bool),
            Op::Arithmetic(what, left, right) => self.arithmetic(code, *what, left, right),
            Op::Conditional(condition, yes, no) => match self.flag(condition)? {
                true => self.value(yes),
                false => self.value(no),
            },
            Op::Loop {
                kind,
                over,
                body,
                then,
            } => self.iterate(*kind, over, body, then.as_deref()),
            Op::Call(function, arguments) => self.call(code, *function, arguments),
            Op::Matches(of, pattern, regex) => self.matches(of, pattern, regex),
        }
    }

    fn flag(&mut self, code: &Code) -> Evaluated<bool> {
        match self.value(code)? {
            Data::Bool(flag) => Ok(flag),
            other => Err(code.unfit(&other, "true or false")),
        }
    }

    fn text(&mut self, code: &Code) -> Evaluated<Arc<str>> {
        match self.value(code)? {
            Data::Text(text) => Ok(text),
            other => Err(code.unfit(&other, "text")),
        }
    }

    /// `&&` and `||`: either part that is `decisive` decides, even when the other fails.
    fn either(&mut self, left: &Code, right: &Code, decisive: bool) -> Evaluated<bool> {
        let first = self.flag(left);
        match first {
            Ok(flag) if flag == decisive => return Ok(decisive),
            Err(failure) if failure.fatal => return Err(failure),
            _ => {}
        }
        match (first, self.flag(right)) {
            (_, Ok(flag)) if flag == decisive => Ok(decisive),
            (_, Err(failure)) if failure.fatal => Err(failure),
            (Err(failure), _) | (_, Err(failure)) => Err(failure),
            _ => Ok(!decisive),
        }
    }

    fn field(&mut self, of: &Code, name: &str, missing: Missing) -> Evaluated<Data> {
        let whole = self.value(of)?;
        let is_null = match missing {
            Missing::Null => true,
            Missing::Fails => false,
            Missing::Unknown => matches!(whole, Data::Object(_)),
        };
        match whole {
            Data::Object(entries) | Data::Map(entries) if is_null => {
                Ok(entries.get(name).cloned().unwrap_or_default())
            }
            Data::Object(entries) | Data::Map(entries) => key(of, &entries, name),
            Data::Null => Err(of.fails(format!("is null and has no `{}`", shorten(name, 40)))),
            other => Err(of.unfit(&other, "a map")),
        }
    }

    fn has(&mut self, of: &Code, name: &str) -> Evaluated<bool> {
        match self.value(of)? {
            Data::Object(fields) | Data::Map(fields) => {
                Ok(fields.get(name).is_some_and(|value| *value != Data::Null))
            }
            Data::Null => Ok(false),
            other => Err(of.unfit(&other, "a map")),
        }
    }

    fn index(&mut self, of: &Code, by: &Code) -> Evaluated<Data> {
        let whole = self.value(of)?;
        let at = self.value(by)?;
        match (whole, at) {
            (Data::List(items), Data::Int(at)) => {
                let item = usize::try_from(at).ok().and_then(|at| items.get(at));
                let count = items.len();
                item.cloned()
                    .ok_or_else(|| of.fails(format!("has {count} items and none at {at}")))
            }
            (Data::List(_), other) => Err(by.unfit(&other, "a whole number")),
            (Data::Map(entries) | Data::Object(entries), Data::Text(name)) => {
                key(of, &entries, &name)
            }
            (Data::Map(_) | Data::Object(_), other) => Err(by.unfit(&other, "text")),
            (other, _) => Err(of.unfit(&other, "a list or a map")),
        }
    }

    fn map(&mut self, entries: &[(Code, Code)]) -> Evaluated<Data> {
        let mut made = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let name = self.text(key)?;
            if made
                .iter()
                .any(|(known, _): &(String, Data)| **known == *name)
            {
                return Err(key.fails("is twice a key of the same map"));
            }
            made.push((name.to_string(), self.value(value)?));
        }
        Ok(Data::map(made))
    }
}

fn key(of: &Code, entries: &Entries, name: &str) -> Evaluated<Data> {
    let found = entries.get(name).cloned();
    found.ok_or_else(|| of.fails(format!("has no key `{}`", shorten(name, 40))))
}
