//! Filters of web frameworks that are put together out of parts: what each asks of a request, what it
//! hands to the function behind it, and the routes that come of it.

use super::frame::Arguments;
use super::machine::Machine;
use super::value::{FrameIx, Site, Value, ValueId, Values};
use crate::facts::ScopeKind;
use crate::knowledge::rust::{self, Filter};

/// How deep filters are looked into that are made of others.
const MAX_DEPTH: usize = 300;
/// Filters that are looked into at a time, each as often as it is part of another.
const MAX_FILTERS: usize = 20_000;
/// Ways through the filters of a program after which it counts as too large to follow.
const MAX_WAYS: usize = 2_000;

/// Where the object keeps what the function behind a filter makes.
const MADE: &str = "(made)";

/// A part of a path.
#[derive(Debug, Clone)]
enum Segment {
    Text(String),
    /// A parameter, once its name is known with that.
    Hole(Option<String>),
}

/// What a filter hands on.
#[derive(Debug, Clone)]
struct Extract {
    values: Values,
    /// The part of the path that it is.
    segment: Option<usize>,
    /// What made it, where a function did or a filter that answers by itself.
    answer: Option<Answer>,
}

impl Extract {
    fn of(values: Values) -> Self {
        Self {
            values,
            segment: None,
            answer: None,
        }
    }
}

/// What may answer a request that came through.
#[derive(Debug, Clone, Copy)]
struct Answer {
    /// The function, where it is one of the project's.
    handler: Option<ValueId>,
    site: Site,
    /// Whether anything was asked of the request: what is handed to every request is no answer where
    /// another function stands behind it.
    asked: bool,
}

/// The filters that are being looked into, and how many were.
#[derive(Debug, Default)]
struct Walk {
    inside: Vec<ValueId>,
    seen: usize,
}

/// One way through a filter.
#[derive(Debug, Clone, Default)]
struct Way {
    path: Vec<Segment>,
    method: Option<&'static str>,
    extracts: Vec<Extract>,
}

impl Way {
    fn extracting(values: Values) -> Self {
        Self {
            extracts: vec![Extract::of(values)],
            ..Self::default()
        }
    }

    /// Through this filter and then the other.
    fn and(&self, other: &Self) -> Self {
        let before = self.path.len();
        let path = self.path.iter().chain(&other.path).cloned().collect();
        let behind = other.extracts.iter().map(|extract| Extract {
            segment: extract.segment.map(|segment| segment + before),
            ..extract.clone()
        });
        Self {
            path,
            method: self.method.or(other.method),
            extracts: self.extracts.iter().cloned().chain(behind).collect(),
        }
    }

    /// What answers: the maker of all that is handed on in the end.
    fn answer(&self) -> Option<Answer> {
        match self.extracts.as_slice() {
            [only] => only.answer,
            _ => None,
        }
    }

    /// The path as routes write it.
    fn written(&self) -> String {
        let mut path = String::new();
        for segment in &self.path {
            path.push('/');
            match segment {
                Segment::Text(text) => path.push_str(text),
                Segment::Hole(name) => {
                    path.push('{');
                    path.push_str(name.as_deref().unwrap_or("param"));
                    path.push('}');
                }
            }
        }
        path
    }
}

impl Machine<'_> {
    /// Whether a value is a filter.
    fn is_filter(&self, value: ValueId) -> bool {
        let inner = self.values.untagged(value);
        matches!(self.values.get(inner), Value::Object { .. })
            && self
                .crate_path(inner)
                .is_some_and(|ty| rust::is_filter(&ty))
    }

    /// A method of a filter; `None` for any other type.
    pub(crate) fn call_filter(
        &mut self,
        frame: FrameIx,
        site: Site,
        base: ValueId,
        method: &str,
        arguments: &Arguments,
    ) -> Option<Values> {
        if !self.is_filter(base) {
            return None;
        }
        let first = arguments.positional.first().cloned().unwrap_or_default();
        Some(match method {
            "and" => {
                let both = Arguments {
                    positional: vec![Values::from([base]), first],
                    ..Arguments::default()
                };
                Values::from([self.crate_object(frame, site, rust::BOTH, &both)])
            }
            "map" | "then" | "and_then" => self.call_behind(frame, site, base, &first),
            "untuple_one" => {
                let of = Arguments {
                    positional: vec![Values::from([base])],
                    ..Arguments::default()
                };
                Values::from([self.crate_object(frame, site, rust::UNPACKS, &of)])
            }
            _ => {
                // `recover` and the like call what they are given, and the filter stays one.
                self.escape_all(frame, site, arguments);
                Values::from([base])
            }
        })
    }

    /// Several filters that one expression may be are one that takes what any of them takes.
    pub(crate) fn one_of_filters(&mut self, frame: FrameIx, site: Site, found: Values) -> Values {
        let (filters, mut others): (Values, Values) = found
            .iter()
            .copied()
            .partition(|value| self.is_filter(*value));
        if filters.len() < 2 {
            return found;
        }
        let of = Arguments {
            positional: vec![filters],
            ..Arguments::default()
        };
        others.insert(self.crate_object(frame, site, rust::ONE_OF, &of));
        others
    }

    /// `value.map(function)`: calls the function with the value, or puts it behind a filter.
    pub(crate) fn pass_on(&mut self, frame: FrameIx, site: Site, arguments: &Arguments) -> Values {
        let [values, functions] = arguments.positional.as_slice() else {
            return Values::new();
        };
        let (filters, others): (Values, Values) = values
            .iter()
            .copied()
            .partition(|value| self.is_filter(*value));
        let mut found = Values::new();
        for filter in &filters {
            found.extend(self.call_behind(frame, site, *filter, functions));
        }
        if !filters.is_empty() && others.is_empty() {
            return found;
        }
        if functions.is_empty() {
            self.unfollowed.insert((frame, site));
            return found;
        }
        self.unfollowed.remove(&(frame, site));
        let with = Arguments {
            positional: vec![others],
            ..Arguments::default()
        };
        for function in functions {
            found.extend(self.call(frame, site, *function, &with));
        }
        found
    }

    /// Calls functions with what a filter hands on; the filter with them behind it.
    fn call_behind(
        &mut self,
        frame: FrameIx,
        site: Site,
        filter: ValueId,
        functions: &Values,
    ) -> Values {
        let of = Arguments {
            positional: vec![Values::from([filter]), functions.clone()],
            ..Arguments::default()
        };
        let object = self.crate_object(frame, site, rust::CALLS, &of);
        let made = self.values.sym(MADE);
        for way in self.ways(frame, &Values::from([filter]), &mut Walk::default()) {
            let extracts = way.extracts.into_iter();
            let given = Arguments {
                positional: extracts.map(|extract| extract.values).collect(),
                ..Arguments::default()
            };
            for function in functions {
                let result = self.call(frame, site, *function, &given);
                self.grow_field(object, made, result);
            }
        }
        Values::from([object])
    }

    /// Every way through filters.
    fn ways(&mut self, frame: FrameIx, filters: &Values, walk: &mut Walk) -> Vec<Way> {
        let mut found = Vec::new();
        for filter in filters {
            let inner = self.values.untagged(*filter);
            // A filter that is made in a loop is part of itself.
            if walk.inside.contains(&inner) {
                continue;
            }
            walk.seen += 1;
            if walk.inside.len() > MAX_DEPTH || walk.seen > MAX_FILTERS {
                self.overflow = true;
                break;
            }
            walk.inside.push(inner);
            found.extend(self.ways_of(frame, inner, walk));
            walk.inside.pop();
        }
        if found.len() > MAX_WAYS {
            self.overflow = true;
            found.truncate(MAX_WAYS);
        }
        found
    }

    fn ways_of(&mut self, frame: FrameIx, inner: ValueId, walk: &mut Walk) -> Vec<Way> {
        let Value::Object { site, .. } = *self.values.get(inner) else {
            return Vec::new();
        };
        let ty = self.crate_path(inner).unwrap_or_default();
        let first = self.option_of(frame, &Values::from([inner]), "0");
        match ty.as_str() {
            rust::BOTH => {
                let second = self.option_of(frame, &Values::from([inner]), "1");
                let before = self.ways(frame, &first, walk);
                let behind = self.ways(frame, &second, walk);
                let all = before
                    .iter()
                    .flat_map(|one| behind.iter().map(|other| one.and(other)));
                all.take(MAX_WAYS + 1).collect()
            }
            rust::ONE_OF => self.ways(frame, &first, walk),
            rust::CALLS => self.ways_behind(frame, inner, &first, walk),
            rust::UNPACKS => {
                let mut ways = self.ways(frame, &first, walk);
                for way in &mut ways {
                    if let [only] = way.extracts.as_slice() {
                        way.extracts = self.unpacked_extracts(frame, &only.values.clone());
                    }
                }
                ways
            }
            ty => match rust::filter(ty) {
                Some(filter) => vec![self.way_of(filter, &first, site)],
                // A filter of another crate.
                None => vec![Way::extracting(Values::from([inner]))],
            },
        }
    }

    /// Ways through a filter with functions behind it.
    fn ways_behind(
        &mut self,
        frame: FrameIx,
        object: ValueId,
        filters: &Values,
        walk: &mut Walk,
    ) -> Vec<Way> {
        let of = Values::from([object]);
        let functions = self.option_of(frame, &of, "1");
        let made = self.values.sym(MADE);
        let made = self.field(object, made, frame);
        let Value::Object { site, .. } = *self.values.get(object) else {
            return Vec::new();
        };
        let mut ways = self.ways(frame, filters, walk);
        let own: Vec<ValueId> = functions
            .iter()
            .copied()
            .filter(|function| self.is_project_callable(*function))
            .collect();
        for way in &mut ways {
            for function in &own {
                self.name_holes(way, *function);
            }
            let asked = !way.path.is_empty() || way.method.is_some();
            let new = Answer {
                handler: own.first().copied(),
                site,
                asked,
            };
            // A function that changes an answer is not the one that gives it.
            let known = way.answer().filter(|answer| answer.asked);
            way.extracts = vec![Extract {
                answer: known.or(Some(new)),
                ..Extract::of(made.clone())
            }];
        }
        ways
    }

    /// Parameters of a path are called what the function calls them that they are handed to.
    fn name_holes(&self, way: &mut Way, function: ValueId) {
        let inner = self.values.untagged(function);
        let (inner, skipped) = match *self.values.get(inner) {
            Value::Bound { function, .. } => (self.values.untagged(function), 1),
            _ => (inner, 0),
        };
        let Value::Function { file, scope, .. } = *self.values.get(inner) else {
            return;
        };
        let ScopeKind::Function { parameters, .. } = &self.program.file(file).scope(scope).kind
        else {
            return;
        };
        for (extract, parameter) in way.extracts.iter().zip(parameters.iter().skip(skipped)) {
            let hole = extract
                .segment
                .and_then(|segment| way.path.get_mut(segment));
            let name = parameter.name.trim_start_matches('_');
            if let Some(Segment::Hole(known @ None)) = hole
                && !name.is_empty()
                && !name.starts_with('#')
            {
                *known = Some(name.to_owned());
            }
        }
    }

    /// The parts of a tuple; nothing for a value that is none.
    fn unpacked_extracts(&mut self, frame: FrameIx, values: &Values) -> Vec<Extract> {
        let mut found = Vec::new();
        loop {
            let key = self.values.sym(&format!("[{}]", found.len()));
            let mut part = Values::new();
            for value in values {
                if let Value::Container { .. } = self.values.get(self.values.untagged(*value)) {
                    part.extend(self.field(*value, key, frame));
                }
            }
            if part.is_empty() {
                return found;
            }
            found.push(Extract::of(part));
        }
    }

    /// The way through a filter that a function of the crate makes.
    fn way_of(&mut self, filter: Filter, given: &Values, site: Site) -> Way {
        let mut way = Way::default();
        let hole = |way: &mut Way, name: Option<&str>| {
            way.path.push(Segment::Hole(name.map(str::to_owned)));
            way.path.len() - 1
        };
        match filter {
            Filter::Path => {
                let text = given
                    .iter()
                    .find_map(|value| self.values.default_text(*value));
                match text {
                    Some(text) => {
                        for part in text.split('/').filter(|part| !part.is_empty()) {
                            if part == rust::HOLE {
                                let segment = Some(hole(&mut way, None));
                                way.extracts.push(Extract {
                                    segment,
                                    ..Extract::of(self.unknown())
                                });
                            } else {
                                way.path.push(Segment::Text(part.to_owned()));
                            }
                        }
                    }
                    None => {
                        hole(&mut way, None);
                    }
                }
            }
            Filter::Parameter => {
                let segment = Some(hole(&mut way, None));
                way.extracts.push(Extract {
                    segment,
                    ..Extract::of(self.unknown())
                });
            }
            Filter::Method(method) => way.method = Some(method),
            Filter::Extracts => way.extracts.push(Extract::of(self.unknown())),
            Filter::Asks => {}
            Filter::Folder | Filter::File => {
                if filter == Filter::Folder {
                    hole(&mut way, Some("path"));
                }
                way.method = Some("GET");
                let answer = Answer {
                    handler: None,
                    site,
                    asked: true,
                };
                way.extracts.push(Extract {
                    answer: Some(answer),
                    ..Extract::of(self.unknown())
                });
            }
        }
        way
    }

    /// The routes of filters that are served.
    pub(crate) fn add_filter_routes(&mut self, frame: FrameIx, filters: &Values) {
        for filter in filters {
            if !self.is_filter(*filter) {
                continue;
            }
            let root = self.values.untagged(*filter);
            for way in self.ways(frame, &Values::from([root]), &mut Walk::default()) {
                let Some(answer) = way.answer() else {
                    continue;
                };
                let handler = answer.handler.map(|handler| self.values.untagged(handler));
                let method = way.method.unwrap_or("ANY").to_owned();
                let routes = &mut self.registry.of(root).routes;
                routes.insert((way.written(), method, handler, answer.site));
            }
        }
    }
}
