//! Runs a program without running it: frames are evaluated over sets of possible values until
//! nothing changes. Branches and order inside a scope are ignored; calls, objects and closures are
//! kept apart, so that two units which share a package get only what each reaches.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use foldhash::fast::RandomState;
use klo_source::{Span, TextRange};

use super::cells::grow;
use super::frame::{Context, Frame, FrameKey};
use super::pending::{Cell, Pending};
use super::program::Program;
use super::registry::Registry;
use super::uses::Uses;
use super::value::{FileIx, FrameIx, Interner, Site, Sym, Tag, Value, ValueId, Values};
use super::wants::Want;
use crate::facts::{BindTarget, ExprId, ExprKind, ScopeId, ScopeKind, Step};

/// Maps whose order is never looked at.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;

/// The state of one run.
pub(crate) struct Machine<'p> {
    pub(crate) program: &'p Program<'p>,
    pub(crate) values: Interner,
    pub(crate) frames: Vec<Frame>,
    pub(crate) index: HashMap<FrameKey, FrameIx>,
    pub(crate) contexts: HashMap<(FileIx, ScopeId), u32>,
    pub(crate) fields: HashMap<(ValueId, Sym), Values>,
    pub(crate) field_readers: HashMap<(ValueId, Sym), BTreeSet<FrameIx>>,
    /// The names of each value's fields, in the order in which they came.
    pub(crate) field_names: HashMap<ValueId, Vec<Sym>>,
    pub(crate) queue: VecDeque<FrameIx>,
    pub(crate) queued: Vec<bool>,
    pub(crate) pending: Pending,
    pub(crate) modules: BTreeMap<FileIx, FrameIx>,
    pub(crate) registry: Registry,
    pub(crate) uses: Uses,
    /// The web applications that the unit serves, for `request.app`, `current_app` and the like.
    pub(crate) apps: Values,
    /// The web applications whose context the unit enters, for the same.
    pub(crate) entered_apps: Values,
    /// Values of annotated expressions, by tag.
    pub(crate) evaluated: BTreeMap<Tag, Evaluated>,
    /// Expressions whose values the caller wants to know.
    pub(crate) watched: BTreeMap<(FileIx, ExprId), Values>,
    /// Annotated expressions that had no value yet, and those that are given an unknown one.
    pub(crate) starved: BTreeSet<(Site, FrameIx)>,
    pub(crate) fed: BTreeSet<Site>,
    /// Indexes that have no entry yet, and those that are taken for unknown.
    pub(crate) waiting: BTreeSet<(Site, FrameIx)>,
    pub(crate) given_up: BTreeSet<(Site, FrameIx)>,
    pub(crate) overflow: bool,
    /// Parameters that callers passed and that have no value yet, with the sites of calls.
    pub(crate) hungry: BTreeSet<(FrameIx, usize, Site)>,
    /// Calls of what klo knows nothing of.
    pub(crate) unfollowed: BTreeSet<(FrameIx, Site)>,
    /// Imports by names that reading does not show.
    pub(crate) unnamed: BTreeSet<(FrameIx, Site)>,
    /// Methods that the project gives to types of libraries, by name.
    pub(crate) foreign_methods: BTreeMap<Sym, Values>,
    /// Whether code calls `django.setup()`, or is a command that Django runs.
    pub(crate) starts_django: bool,
    /// The settings module that was found around code which names none.
    pub(crate) settings_module: Option<String>,
    /// Where a program of commands is run with whatever arguments the process has.
    pub(crate) asks_arguments: BTreeSet<Span>,
    /// Resources whose address is asked for by the name that the code is given.
    pub(crate) asked_by_name: BTreeSet<Tag>,
    /// What only a declared type may tell the value of.
    pub(crate) wants: BTreeSet<Want>,
    /// Where several values fit, with the resources that they stand for.
    pub(crate) undecided: BTreeSet<(Span, BTreeSet<Tag>)>,
    /// What it leaves out of the program.
    pub(crate) leaves_out: LeavesOut,
    /// Where functions are called, in a run that is to show that.
    pub(crate) callers: Option<BTreeMap<(FileIx, ScopeId), BTreeSet<Site>>>,
    pub(crate) changed: bool,
}

/// Code that other units of the same program run, and this one does not.
#[derive(Debug, Clone, Default)]
pub(crate) struct LeavesOut {
    /// Functions that are not run.
    pub(crate) functions: BTreeSet<(FileIx, ScopeId)>,
    /// Branches that are not taken.
    pub(crate) branches: Vec<(FileIx, TextRange)>,
}

impl LeavesOut {
    fn branch_of(&self, file: FileIx, range: TextRange) -> bool {
        self.branches.iter().any(|(found, branch)| {
            *found == file && branch.start <= range.start && range.end <= branch.end
        })
    }
}

/// What became of an annotated expression.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evaluated {
    /// Its values before they were tagged.
    pub(crate) values: Values,
    /// The calls that made them, with their arguments' values.
    pub(crate) sites: BTreeSet<(FrameIx, Site)>,
}

impl<'p> Machine<'p> {
    pub(crate) fn new(program: &'p Program<'p>) -> Self {
        Self {
            program,
            values: Interner::default(),
            frames: Vec::new(),
            index: HashMap::default(),
            contexts: HashMap::default(),
            fields: HashMap::default(),
            field_readers: HashMap::default(),
            field_names: HashMap::default(),
            queue: VecDeque::new(),
            queued: Vec::new(),
            pending: Pending::new(program.evaluation),
            modules: BTreeMap::new(),
            registry: Registry::default(),
            uses: Uses::default(),
            apps: Values::new(),
            entered_apps: Values::new(),
            evaluated: BTreeMap::new(),
            watched: BTreeMap::new(),
            starved: BTreeSet::new(),
            fed: BTreeSet::new(),
            waiting: BTreeSet::new(),
            given_up: BTreeSet::new(),
            overflow: false,
            hungry: BTreeSet::new(),
            unfollowed: BTreeSet::new(),
            unnamed: BTreeSet::new(),
            foreign_methods: BTreeMap::new(),
            starts_django: false,
            settings_module: None,
            asks_arguments: BTreeSet::new(),
            asked_by_name: BTreeSet::new(),
            wants: BTreeSet::new(),
            undecided: BTreeSet::new(),
            leaves_out: LeavesOut::default(),
            callers: None,
            changed: false,
        }
    }

    pub(crate) fn frame(&self, frame: FrameIx) -> &Frame {
        &self.frames[frame.0 as usize]
    }

    pub(crate) fn frame_mut(&mut self, frame: FrameIx) -> &mut Frame {
        &mut self.frames[frame.0 as usize]
    }

    pub(crate) fn span(&self, site: Site) -> Span {
        let file = self.program.file(site.file);
        match site.scope() {
            Some(scope) => file.span(file.scope(scope).head),
            None => file.span(file.facts.expr(site.expr).range),
        }
    }

    /// Runs until nothing changes.
    pub(crate) fn run(&mut self) {
        loop {
            while let Some(frame) = self.queue.pop_front() {
                self.queued[frame.0 as usize] = false;
                self.step(frame);
            }
            let starved = std::mem::take(&mut self.starved);
            for (site, frame) in starved {
                let tags = self.program.tagged.get(&(site.file, site.expr));
                let has_value = tags.into_iter().flatten().any(|tag| {
                    self.evaluated
                        .get(tag)
                        .is_some_and(|found| !found.values.is_empty())
                });
                if !has_value {
                    self.fed.insert(site);
                    self.enqueue(frame);
                }
            }
            self.feed();
            if self.queue.is_empty() && !self.give_up_waiting() {
                return;
            }
        }
    }

    /// Parameters that nothing gave a value get what their types say.
    fn feed(&mut self) {
        for (frame, index, site) in std::mem::take(&mut self.hungry) {
            let (file, scope) = (self.frame(frame).file, self.frame(frame).scope);
            let ScopeKind::Function { parameters, .. } = &self.program.file(file).scope(scope).kind
            else {
                continue;
            };
            let name = self.values.sym(&parameters[index].name);
            let known = self
                .frame(frame)
                .vars
                .get(&name)
                .cloned()
                .unwrap_or_default();
            if self.say_nothing(&known) {
                self.fall_back(frame, index, site);
            }
        }
    }

    /// Runs every frame once more, after something changed that frames do not register for.
    pub(crate) fn requeue_all(&mut self) {
        for frame in 0..self.frames.len() {
            self.enqueue(FrameIx(frame as u32));
        }
    }

    pub(crate) fn enqueue(&mut self, frame: FrameIx) {
        if !std::mem::replace(&mut self.queued[frame.0 as usize], true) {
            self.queue.push_back(frame);
        }
    }

    pub(crate) fn wake_readers(&mut self, frame: FrameIx) {
        let readers: Vec<FrameIx> = self.frame(frame).readers.iter().copied().collect();
        for reader in readers {
            self.enqueue(reader);
        }
    }

    /// Evaluates a frame until it is stable by itself.
    fn step(&mut self, frame: FrameIx) {
        let program = self.program;
        let (file, scope) = (self.frame(frame).file, self.frame(frame).scope);
        let loaded = program.file(file);
        let exprs = &loaded.exprs[scope.0 as usize];
        let steps = &loaded.scope(scope).steps;
        let first = self.frame(frame).first_part;
        for _ in 0..12 {
            if !self.pending.any(first, 1 + exprs.len() + steps.len()) {
                break;
            }
            self.changed = false;
            let mut part = first..;
            let mut next = || part.next().unwrap_or(first);
            if self.pending.begin(next()) {
                self.run_fallbacks(frame);
                self.pending.end();
            }
            for (place, expr) in exprs.iter().enumerate() {
                if self.pending.begin(next()) {
                    if !self
                        .leaves_out
                        .branch_of(file, loaded.facts.expr(*expr).range)
                    {
                        let values = self.eval(frame, file, *expr);
                        self.grow_expr(frame, place, values);
                    }
                    self.pending.end();
                }
            }
            for step in steps {
                if self.pending.begin(next()) {
                    self.run_step(frame, file, step);
                    self.pending.end();
                }
            }
            if !self.changed {
                break;
            }
            self.wake_readers(frame);
        }
    }

    fn run_step(&mut self, frame: FrameIx, file: FileIx, step: &Step) {
        match step {
            Step::Bind {
                target,
                value,
                annotation,
                ..
            } => {
                let mut values = value
                    .map(|value| self.expr(frame, value))
                    .unwrap_or_default();
                if value.is_none() {
                    values = self.declared(frame, file, target, *annotation);
                }
                if let (BindTarget::Name(name), Some(value), Some(ty)) = (target, value, annotation)
                {
                    self.want_variable(frame, name, (*value, *ty), &values);
                }
                self.bind(frame, target, values);
            }
            Step::Do(_) => {}
            Step::Return(value) => {
                let values = self.expr(frame, *value);
                let known = &mut self.frames[frame.0 as usize].returns;
                if grow(known, values) {
                    self.changed = true;
                    self.pending.grew(Cell::Returns(frame));
                }
            }
            Step::Yield(value) => {
                let values = self.expr(frame, *value);
                let known = &mut self.frames[frame.0 as usize].yields;
                if grow(known, values) {
                    self.changed = true;
                    self.pending.grew(Cell::Yields(frame));
                }
            }
            Step::Import(import) => self.run_import(frame, file, import),
            Step::Define(scope) => self.define(frame, file, *scope),
            Step::Extend { target, scope } => self.extend(frame, file, *target, *scope),
            Step::Main(_) => {}
        }
    }

    /// Names of annotated declarations without a value.
    fn declared(
        &mut self,
        frame: FrameIx,
        file: FileIx,
        target: &BindTarget,
        _annotation: Option<ExprId>,
    ) -> Values {
        let BindTarget::Name(name) = target else {
            return Values::new();
        };
        let scope = self.frame(frame).scope.0;
        let key = (file, scope, name.clone());
        let Some(tags) = self.program.tagged_names.get(&key) else {
            return Values::new();
        };
        let unknown = self.values.value(Value::Unknown);
        Values::from([self.values.tagged_all(unknown, tags)])
    }

    pub(crate) fn bind(&mut self, frame: FrameIx, target: &BindTarget, values: Values) {
        match target {
            BindTarget::Name(name) => {
                let sym = self.values.sym(name);
                let owner = self.owner_of(frame, name);
                self.bind_name(owner, sym, values, frame);
            }
            BindTarget::Attribute(base, name) => {
                let bases = self.expr(frame, *base);
                let sym = self.values.sym(name);
                for base in bases {
                    self.uses_by_assignment(frame, base, *name_site(target), &values);
                    self.grow_field(base, sym, values.clone());
                }
            }
            BindTarget::Index(base, index) => {
                let bases = self.expr(frame, *base);
                let keys = self.expr(frame, *index);
                for base in bases {
                    self.put_entry(base, &keys, &values);
                }
            }
            BindTarget::Tuple(targets) => {
                for (index, target) in targets.iter().enumerate() {
                    let element = self.unpacked(frame, &values, index);
                    self.bind(frame, target, element);
                }
            }
            BindTarget::Ignored => {}
        }
    }

    fn define(&mut self, frame: FrameIx, file: FileIx, scope: ScopeId) {
        let loaded = self.program.file(file);
        let inner = loaded.scope(scope);
        let value = match &inner.kind {
            ScopeKind::Class { .. } => self.define_class(frame, file, scope),
            ScopeKind::Namespace => {
                let body = self.enter(file, scope, Some(frame), None, Context::None);
                self.values.value(Value::Class { file, scope, body })
            }
            _ => self.values.value(Value::Function {
                file,
                scope,
                closure: frame,
            }),
        };
        let mut values = Values::from([value]);
        for decorator in inner.decorators.iter().rev() {
            let mut decorated = Values::new();
            for value in values {
                decorated.extend(self.decorate(frame, file, *decorator, value));
            }
            values = decorated;
        }
        if let Some(tags) =
            self.program
                .tagged_names
                .get(&(file, self.frame(frame).scope.0, inner.name.clone()))
        {
            values = values
                .into_iter()
                .map(|v| self.values.tagged_all(v, tags))
                .collect();
        }
        let name = self.values.sym(&inner.name);
        let owner = self.owner_of(frame, &inner.name);
        self.bind_name(owner, name, values, frame);
    }

    /// The scope kind of an expression's syntax, for decorators.
    pub(crate) fn syntax(&self, file: FileIx, expr: ExprId) -> &'p ExprKind {
        &self.program.file(file).facts.expr(expr).kind
    }
}

fn name_site(target: &BindTarget) -> &ExprId {
    match target {
        BindTarget::Attribute(base, _) | BindTarget::Index(base, _) => base,
        _ => unreachable!("only targets with a base are asked"),
    }
}
