use std::sync::Arc;

use super::super::code::{Code, LoopKind};
use super::super::data::Data;
use super::{Evaluated, Failure, Machine};

impl Machine<'_> {
    pub(super) fn iterate(
        &mut self,
        kind: LoopKind,
        over: &Code,
        body: &Code,
        then: Option<&Code>,
    ) -> Evaluated<Data> {
        let items = match self.value(over)? {
            Data::List(items) => items,
            Data::Map(entries) | Data::Object(entries) => {
                Arc::new(entries.iter().map(|(key, _)| Data::text(key)).collect())
            }
            other => return Err(over.unfit(&other, "a list or a map")),
        };
        let depth = self.locals.len();
        let result = match kind {
            LoopKind::All => self.decide(&items, body, false).map(Data::Bool),
            LoopKind::Exists => self.decide(&items, body, true).map(Data::Bool),
            LoopKind::ExistsOne => self.count(&items, body).map(|count| Data::Bool(count == 1)),
            LoopKind::Filter => self.filter(&items, body),
            LoopKind::Map => self.map_items(&items, body, then),
        };
        self.locals.truncate(depth);
        result
    }

    /// A body's value for an item.
    fn with<T>(
        &mut self,
        item: &Data,
        run: impl FnOnce(&mut Self) -> Evaluated<T>,
    ) -> Evaluated<T> {
        self.locals.push(item.clone());
        let value = run(self);
        self.locals.pop();
        value
    }

    /// `all` and `exists`: the first item whose body is `decisive` decides, even where others fail.
    fn decide(&mut self, items: &[Data], body: &Code, decisive: bool) -> Evaluated<bool> {
        let mut first: Option<Failure> = None;
        for item in items {
            match self.with(item, |machine| machine.flag(body)) {
                Ok(flag) if flag == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(failure) if failure.fatal => return Err(failure),
                Err(failure) => {
                    first.get_or_insert(failure);
                }
            }
        }
        first.map_or(Ok(!decisive), Err)
    }

    fn count(&mut self, items: &[Data], body: &Code) -> Evaluated<usize> {
        let mut count = 0;
        for item in items {
            count += usize::from(self.with(item, |machine| machine.flag(body))?);
        }
        Ok(count)
    }

    fn filter(&mut self, items: &[Data], body: &Code) -> Evaluated<Data> {
        let mut kept = Vec::new();
        for item in items {
            if self.with(item, |machine| machine.flag(body))? {
                kept.push(item.clone());
            }
        }
        Ok(Data::list(kept))
    }

    fn map_items(&mut self, items: &[Data], body: &Code, then: Option<&Code>) -> Evaluated<Data> {
        let mut made = Vec::new();
        for item in items {
            let value = self.with(item, |machine| match then {
                None => machine.value(body).map(Some),
                Some(then) => match machine.flag(body)? {
                    true => machine.value(then).map(Some),
                    false => Ok(None),
                },
            })?;
            made.extend(value);
        }
        Ok(Data::list(made))
    }
}
