use std::cmp::Ordering;

use super::super::code::{Arithmetic, Code, Order};
use super::super::data::{Data, Entries};
use super::{Evaluated, Machine};

impl Machine<'_> {
    pub(super) fn equal(&mut self, code: &Code, left: &Code, right: &Code) -> Evaluated<bool> {
        let a = self.value(left)?;
        let b = self.value(right)?;
        self.same(code, &a, &b)
    }

    /// Whether two values are equal; what is of different types is not.
    fn same(&mut self, code: &Code, a: &Data, b: &Data) -> Evaluated<bool> {
        match (a, b) {
            (Data::Int(_) | Data::Float(_), Data::Int(_) | Data::Float(_)) => {
                Ok(compare(a, b) == Some(Ordering::Equal))
            }
            (Data::Text(a), Data::Text(b)) => {
                self.pay(code, a.len().min(b.len()) / 64)?;
                Ok(a == b)
            }
            (Data::List(a), Data::List(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (a, b) in a.iter().zip(b.iter()) {
                    self.pay(code, 1)?;
                    if !self.same(code, a, b)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Data::Map(a), Data::Map(b)) | (Data::Object(a), Data::Object(b)) => {
                self.same_entries(code, a, b)
            }
            (a, b) => Ok(a == b),
        }
    }

    fn same_entries(&mut self, code: &Code, a: &Entries, b: &Entries) -> Evaluated<bool> {
        if a.len() != b.len() {
            return Ok(false);
        }
        for ((name, a), (other, b)) in a.iter().zip(b.iter()) {
            self.pay(code, 1)?;
            if name != other || !self.same(code, a, b)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn order(&mut self, order: Order, left: &Code, right: &Code) -> Evaluated<bool> {
        let a = self.value(left)?;
        let b = self.value(right)?;
        let Some(ordering) = compare(&a, &b) else {
            return Err(match (&a, &b) {
                (Data::Int(_) | Data::Float(_), b) => right.unfit(b, "a number"),
                (Data::Text(_), b) => right.unfit(b, "text"),
                (Data::Version(_), b) => right.unfit(b, "a version"),
                (a, _) => left.unfit(a, "something with an order"),
            });
        };
        Ok(match order {
            Order::Less => ordering.is_lt(),
            Order::LessEqual => ordering.is_le(),
            Order::Greater => ordering.is_gt(),
            Order::GreaterEqual => ordering.is_ge(),
        })
    }

    pub(super) fn contained(&mut self, code: &Code, left: &Code, right: &Code) -> Evaluated<bool> {
        let item = self.value(left)?;
        match self.value(right)? {
            Data::List(items) => {
                for known in items.iter() {
                    self.pay(code, 1)?;
                    if self.same(code, &item, known)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Data::Map(entries) | Data::Object(entries) => match item {
                Data::Text(key) => Ok(entries.get(&key).is_some()),
                other => Err(left.unfit(&other, "text")),
            },
            other => Err(right.unfit(&other, "a list or a map")),
        }
    }

    pub(super) fn negate(&mut self, code: &Code, of: &Code) -> Evaluated<Data> {
        match self.value(of)? {
            Data::Int(number) => match number.checked_neg() {
                Some(number) => Ok(Data::Int(number)),
                None => Err(too_large(code)),
            },
            Data::Float(number) => Ok(Data::Float(-number)),
            other => Err(of.unfit(&other, "a number")),
        }
    }

    pub(super) fn arithmetic(
        &mut self,
        code: &Code,
        what: Arithmetic,
        left: &Code,
        right: &Code,
    ) -> Evaluated<Data> {
        let a = self.value(left)?;
        let b = self.value(right)?;
        match (what, &a, &b) {
            (_, Data::Int(a), Data::Int(b)) => whole(code, what, *a, *b),
            (Arithmetic::Add, Data::Text(a), Data::Text(b)) => {
                self.pay(code, (a.len() + b.len()) / 16)?;
                Ok(Data::text(format!("{a}{b}")))
            }
            (Arithmetic::Add, Data::List(a), Data::List(b)) => {
                self.pay(code, a.len() + b.len())?;
                Ok(Data::list(a.iter().chain(b.iter()).cloned()))
            }
            (what, a, b) => match (float(a), float(b)) {
                (Some(a), Some(b)) => fraction(code, what, a, b),
                (None, _) => Err(left.unfit(a, "a number")),
                (_, None) => Err(right.unfit(b, "a number")),
            },
        }
    }
}

fn too_large(code: &Code) -> super::Failure {
    code.fails("is no number that fits into 64 bits")
}

fn by_zero(code: &Code) -> super::Failure {
    code.fails("divides by zero")
}

fn whole(code: &Code, what: Arithmetic, a: i64, b: i64) -> Evaluated<Data> {
    let result = match what {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide | Arithmetic::Remainder if b == 0 => return Err(by_zero(code)),
        Arithmetic::Divide => a.checked_div(b),
        Arithmetic::Remainder => a.checked_rem(b),
    };
    result.map(Data::Int).ok_or_else(|| too_large(code))
}

/// The sum of two numbers.
pub(super) fn add(code: &Code, a: &Data, b: &Data) -> Evaluated<Data> {
    match (a, b) {
        (Data::Int(a), Data::Int(b)) => whole(code, Arithmetic::Add, *a, *b),
        (a, b) => {
            let (a, b) = (float(a).unwrap_or(0.0), float(b).unwrap_or(0.0));
            fraction(code, Arithmetic::Add, a, b)
        }
    }
}

fn fraction(code: &Code, what: Arithmetic, a: f64, b: f64) -> Evaluated<Data> {
    let result = match what {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide if b == 0.0 => return Err(by_zero(code)),
        Arithmetic::Divide => a / b,
        Arithmetic::Remainder => return Err(code.fails("takes the remainder of no whole number")),
    };
    match result.is_finite() {
        true => Ok(Data::Float(result)),
        false => Err(code.fails("is larger than any number")),
    }
}

fn float(data: &Data) -> Option<f64> {
    match data {
        Data::Int(number) => Some(*number as f64),
        Data::Float(number) => Some(*number),
        _ => None,
    }
}

/// The order of two values that have one.
fn compare(a: &Data, b: &Data) -> Option<Ordering> {
    match (a, b) {
        (Data::Int(a), Data::Int(b)) => Some(a.cmp(b)),
        (Data::Text(a), Data::Text(b)) => Some(a.cmp(b)),
        (Data::Version(a), Data::Version(b)) => Some(a.cmp(b)),
        (Data::Int(a), Data::Float(b)) => whole_with_float(*a, *b),
        (Data::Float(a), Data::Int(b)) => whole_with_float(*b, *a).map(Ordering::reverse),
        (Data::Float(a), Data::Float(b)) => a.partial_cmp(b),
        _ => None,
    }
}

/// Exact where a whole number has more digits than a float holds.
fn whole_with_float(a: i64, b: f64) -> Option<Ordering> {
    /// 2^63, one more than the largest whole number.
    const END: f64 = 9_223_372_036_854_775_808.0;
    if b.is_nan() {
        return None;
    }
    if b >= END {
        return Some(Ordering::Less);
    }
    if b < -END {
        return Some(Ordering::Greater);
    }
    let floor = b.floor();
    let of_floor = a.cmp(&(floor as i64));
    Some(match of_floor {
        Ordering::Equal if b > floor => Ordering::Less,
        other => other,
    })
}
