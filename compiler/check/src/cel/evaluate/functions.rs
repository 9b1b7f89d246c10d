use std::sync::Arc;

use klo_intent::{Duration, Size};

use super::super::code::{Code, Function, Pattern};
use super::super::data::Data;
use super::super::fault::shorten;
use super::super::reach::Ways;
use super::super::version::Version;
use super::operators::add;
use super::{Evaluated, Machine};

/// Characters of a value that a sentence shows.
const SHOWN: usize = 60;

impl Machine<'_> {
    pub(super) fn call(
        &mut self,
        code: &Code,
        function: Function,
        arguments: &[Code],
    ) -> Evaluated<Data> {
        match (function, arguments) {
            (Function::Size, [of]) => self.size(of),
            (Function::Contains | Function::StartsWith | Function::EndsWith, [of, part]) => {
                let whole = self.text(of)?;
                let part = self.text(part)?;
                self.pay(code, whole.len() / 16)?;
                Ok(Data::Bool(match function {
                    Function::Contains => whole.contains(&*part),
                    Function::StartsWith => whole.starts_with(&*part),
                    _ => whole.ends_with(&*part),
                }))
            }
            (Function::Sum, [of]) => self.sum(code, of),
            (Function::Reaches, [from, to]) => {
                let (ways, to) = self.ways(code, from, to)?;
                Ok(Data::Bool(ways.reach(to)))
            }
            (Function::Path, [from, to]) => {
                let (ways, to) = self.ways(code, from, to)?;
                let path = self.world.reach.path(&ways, to);
                self.pay(code, path.len())?;
                Ok(Data::list(path))
            }
            (Function::Version, [of]) => {
                let text = self.text(of)?;
                let version = Version::parse(&text)
                    .ok_or_else(|| of.fails(format!("is {}, which is no version", show(&text))))?;
                Ok(Data::Version(Arc::new(version)))
            }
            (Function::Bytes, [of]) => {
                let text = self.text(of)?;
                let size = Size::parse(&text).map_err(|why| {
                    of.fails(format!("is {}, which is no size: {why}", show(&text)))
                })?;
                number(code, size.0)
            }
            (Function::Seconds, [of]) => {
                let text = self.text(of)?;
                let duration = Duration::parse(&text).map_err(|why| {
                    of.fails(format!("is {}, which is no duration: {why}", show(&text)))
                })?;
                number(code, duration.seconds())
            }
            (Function::String, [of]) => self.string(of),
            (Function::Int, [of]) => self.int(of),
            (Function::Double, [of]) => self.double(of),
            (Function::Bool, [of]) => self.parse_flag(of),
            _ => Err(code.fails("is called with the wrong number of values")),
        }
    }

    fn size(&mut self, of: &Code) -> Evaluated<Data> {
        let count = match self.value(of)? {
            Data::Text(text) => {
                self.pay(of, text.len() / 16)?;
                text.chars().count()
            }
            Data::List(items) => items.len(),
            Data::Map(entries) | Data::Object(entries) => entries.len(),
            other => return Err(of.unfit(&other, "text, a list or a map")),
        };
        number(of, count as u64)
    }

    fn sum(&mut self, code: &Code, of: &Code) -> Evaluated<Data> {
        let items = match self.value(of)? {
            Data::List(items) => items,
            other => return Err(of.unfit(&other, "a list of numbers")),
        };
        self.pay(code, items.len())?;
        let mut sum = Data::Int(0);
        for item in items.iter() {
            sum = match item {
                Data::Int(_) | Data::Float(_) => add(code, &sum, item)?,
                Data::Null => return Err(of.fails("holds a null; filter it out before the sum")),
                other => {
                    return Err(of.fails(format!("holds {}, not only numbers", other.noun())));
                }
            };
        }
        Ok(sum)
    }

    /// The ways from a node, and the number of another.
    fn ways(&mut self, code: &Code, from: &Code, to: &Code) -> Evaluated<(Arc<Ways>, u32)> {
        let from = self.graph_node(from)?;
        let to = self.graph_node(to)?;
        let ways = self.world.reach.from(from);
        // Paid once for each start, whether other expressions asked for it or not: what an
        // expression costs does not depend on them.
        if let Err(at) = self.starts.binary_search(&from) {
            self.starts.insert(at, from);
            self.pay(code, usize::try_from(ways.cost).unwrap_or(usize::MAX))?;
        }
        Ok((ways, to))
    }

    /// The number of a node that an intent or an id stands for.
    fn graph_node(&mut self, code: &Code) -> Evaluated<u32> {
        let id = match self.value(code)? {
            Data::Text(id) => id,
            Data::Object(fields) => match fields.get("id") {
                Some(Data::Text(id)) => Arc::clone(id),
                _ => return Err(code.fails("has no id")),
            },
            other => return Err(code.unfit(&other, "an intent or an id")),
        };
        let reach = &self.world.reach;
        reach.find(&id).ok_or_else(|| {
            let meant = match reach.nearest(&id) {
                Some(nearest) => format!("; did you mean `{nearest}`?"),
                None => String::new(),
            };
            code.fails(format!(
                "is {}, which is no node of the graph{meant}",
                show(&id)
            ))
        })
    }

    fn string(&mut self, of: &Code) -> Evaluated<Data> {
        Ok(match self.value(of)? {
            Data::Text(text) => Data::Text(text),
            Data::Bool(flag) => Data::text(flag.to_string()),
            Data::Int(number) => Data::text(number.to_string()),
            Data::Float(number) => Data::text(number.to_string()),
            Data::Version(version) => Data::text(version.to_string()),
            other => return Err(of.unfit(&other, "a single value")),
        })
    }

    fn int(&mut self, of: &Code) -> Evaluated<Data> {
        /// Floats from here on are no 64-bit whole numbers.
        const END: f64 = 9_223_372_036_854_775_808.0;
        match self.value(of)? {
            Data::Int(number) => Ok(Data::Int(number)),
            Data::Float(number) if (-END..END).contains(&number) => Ok(Data::Int(number as i64)),
            Data::Float(_) => Err(of.fails("is no number that fits into 64 bits")),
            Data::Text(text) => match text.parse() {
                Ok(number) => Ok(Data::Int(number)),
                Err(_) => Err(of.fails(format!("is {}, which is no whole number", show(&text)))),
            },
            other => Err(of.unfit(&other, "a number or text")),
        }
    }

    fn double(&mut self, of: &Code) -> Evaluated<Data> {
        match self.value(of)? {
            Data::Int(number) => Ok(Data::Float(number as f64)),
            Data::Float(number) => Ok(Data::Float(number)),
            Data::Text(text) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Data::Float(number)),
                _ => Err(of.fails(format!("is {}, which is no number", show(&text)))),
            },
            other => Err(of.unfit(&other, "a number or text")),
        }
    }

    fn parse_flag(&mut self, of: &Code) -> Evaluated<Data> {
        match self.value(of)? {
            Data::Bool(flag) => Ok(Data::Bool(flag)),
            Data::Text(text) => match &*text {
                "true" => Ok(Data::Bool(true)),
                "false" => Ok(Data::Bool(false)),
                text => Err(of.fails(format!("is {}, neither `true` nor `false`", show(text)))),
            },
            other => Err(of.unfit(&other, "`true`, `false` or text")),
        }
    }

    pub(super) fn matches(
        &mut self,
        of: &Code,
        pattern: &Code,
        regex: &Pattern,
    ) -> Evaluated<Data> {
        let text = self.text(of)?;
        let written = self.text(pattern)?;
        // Reading a pattern costs more than most matches; a constant one is read once.
        self.pay(of, 8 + text.len() / 4)?;
        let regex = regex.get(&written).map_err(|why| {
            pattern.fails(format!(
                "is {}, no regular expression: {why}",
                show(&written)
            ))
        })?;
        Ok(Data::Bool(regex.is_match(&text)))
    }
}

fn show(text: &str) -> String {
    format!("`{}`", shorten(text, SHOWN))
}

fn number(code: &Code, number: u64) -> Evaluated<Data> {
    i64::try_from(number)
        .map(Data::Int)
        .map_err(|_| code.fails("is no number that fits into 64 bits"))
}
