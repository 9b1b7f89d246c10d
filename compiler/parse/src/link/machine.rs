//! Runs a program without running it: frames are evaluated over sets of possible values until
//! nothing changes. Branches and order inside a scope are ignored; calls, objects and closures are
//! kept apart, so that two units which share a package get only what each reaches.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use foldhash::fast::RandomState;
use klo_source::Span;
use smallvec::SmallVec;

use super::pending::{Cell, Part, Pending};
use super::program::Program;
use super::registry::Registry;
use super::uses::Uses;
use super::value::{FileIx, FrameIx, Interner, Site, Sym, Tag, Value, ValueId, Values};
use crate::facts::{BindTarget, ExprId, ExprKind, ScopeId, ScopeKind, Step};

/// Frames after which a unit counts as too large to follow completely.
const MAX_FRAMES: usize = 60_000;
/// Contexts of one function after which further calls share one.
const MAX_CONTEXTS: u32 = 24;
/// Values after which a set is not grown.
const MAX_VALUES: usize = 48;
/// How deep objects may be told apart by the frames that made them.
const MAX_DEPTH: u8 = 4;

/// Maps whose order is never looked at.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;

/// What tells runs of one scope apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Context {
    None,
    /// The instance that a method was called on.
    This(ValueId),
    /// The call.
    Call(Site),
}

type FrameKey = (FileIx, ScopeId, Option<FrameIx>, Context);

/// What one expression is worth in one frame.
#[derive(Debug, Clone, Default)]
struct Worth {
    values: Values,
    /// The parts that read it.
    readers: SmallVec<[Part; 2]>,
}

/// One scope in one context.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) file: FileIx,
    pub(crate) scope: ScopeId,
    pub(crate) closure: Option<FrameIx>,
    pub(crate) this: Option<ValueId>,
    pub(crate) vars: BTreeMap<Sym, Values>,
    /// What its expressions are worth, in their order.
    exprs: Vec<Worth>,
    /// The number of the first of its parts: its parameters' own values, then its expressions, then
    /// its steps.
    first_part: u32,
    pub(crate) returns: Values,
    pub(crate) yields: Values,
    /// Modules whose names `import *` brings in.
    pub(crate) stars: Vec<FrameIx>,
    pub(crate) external_stars: Vec<Sym>,
    /// Classes: what the bases are worth.
    pub(crate) bases: Values,
    /// Parameters that no caller passes, by position, with the site of a call.
    pub(crate) fallbacks: BTreeMap<usize, Site>,
    pub(crate) readers: BTreeSet<FrameIx>,
    depth: u8,
    /// Whether it runs when its module is imported.
    pub(crate) on_import: bool,
}

/// Arguments of a call, evaluated.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Values>,
    pub(crate) keywords: Vec<(Sym, Values)>,
    /// Whether `*` or `**` may give more.
    pub(crate) spread: bool,
}

impl Arguments {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Values> {
        self.positional
            .iter()
            .chain(self.keywords.iter().map(|(_, values)| values))
    }
}

/// The state of one run.
pub(crate) struct Machine<'p> {
    pub(crate) program: &'p Program<'p>,
    pub(crate) values: Interner,
    pub(crate) frames: Vec<Frame>,
    index: HashMap<FrameKey, FrameIx>,
    contexts: HashMap<(FileIx, ScopeId), u32>,
    pub(crate) fields: HashMap<(ValueId, Sym), Values>,
    field_readers: HashMap<(ValueId, Sym), BTreeSet<FrameIx>>,
    /// The names of each value's fields, in the order in which they came.
    pub(crate) field_names: HashMap<ValueId, Vec<Sym>>,
    queue: VecDeque<FrameIx>,
    queued: Vec<bool>,
    pub(crate) pending: Pending,
    pub(crate) modules: BTreeMap<FileIx, FrameIx>,
    pub(crate) registry: Registry,
    pub(crate) uses: Uses,
    /// The web applications that the unit serves, for `request.app`, `current_app` and the like.
    pub(crate) apps: Values,
    /// Values of annotated expressions, by tag.
    pub(crate) evaluated: BTreeMap<Tag, Evaluated>,
    /// Expressions whose values the caller wants to know.
    pub(crate) watched: BTreeMap<(FileIx, ExprId), Values>,
    /// Annotated expressions that had no value yet, and those that are given an unknown one.
    pub(crate) starved: BTreeSet<(Site, FrameIx)>,
    pub(crate) fed: BTreeSet<Site>,
    pub(crate) overflow: bool,
    /// Whether code calls `django.setup()`, or is a command that Django runs.
    pub(crate) starts_django: bool,
    /// The settings module that was found around code which names none.
    pub(crate) settings_module: Option<String>,
    /// Where a program of commands is run with whatever arguments the process has.
    pub(crate) asks_arguments: BTreeSet<Span>,
    pub(crate) changed: bool,
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
            pending: Pending::default(),
            modules: BTreeMap::new(),
            registry: Registry::default(),
            uses: Uses::default(),
            apps: Values::new(),
            evaluated: BTreeMap::new(),
            watched: BTreeMap::new(),
            starved: BTreeSet::new(),
            fed: BTreeSet::new(),
            overflow: false,
            starts_django: false,
            settings_module: None,
            asks_arguments: BTreeSet::new(),
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
            if self.queue.is_empty() {
                return;
            }
        }
    }

    /// The web applications that the unit serves. Frames do not register for them: see
    /// [`Self::requeue_all`].
    pub(crate) fn applications(&mut self) -> Values {
        self.pending.read_at_large();
        self.apps.clone()
    }

    /// Runs every frame once more, after something changed that frames do not register for.
    pub(crate) fn requeue_all(&mut self) {
        for frame in 0..self.frames.len() {
            self.enqueue(FrameIx(frame as u32));
        }
    }

    fn enqueue(&mut self, frame: FrameIx) {
        if !std::mem::replace(&mut self.queued[frame.0 as usize], true) {
            self.queue.push_back(frame);
        }
    }

    fn wake_readers(&mut self, frame: FrameIx) {
        let readers: Vec<FrameIx> = self.frame(frame).readers.iter().copied().collect();
        for reader in readers {
            self.enqueue(reader);
        }
    }

    /// The frame of a scope in a context; a new one is run.
    pub(crate) fn enter(
        &mut self,
        file: FileIx,
        scope: ScopeId,
        closure: Option<FrameIx>,
        this: Option<ValueId>,
        mut context: Context,
    ) -> FrameIx {
        if let Some(frame) = self.index.get(&(file, scope, closure, context)) {
            return *frame;
        }
        let count = self.contexts.entry((file, scope)).or_default();
        *count += 1;
        if (*count > MAX_CONTEXTS && matches!(context, Context::Call(_)))
            || self.frames.len() > MAX_FRAMES
        {
            self.overflow |= self.frames.len() > MAX_FRAMES;
            context = Context::None;
            if let Some(frame) = self.index.get(&(file, scope, closure, context)) {
                return *frame;
            }
        }
        let frame = FrameIx(self.frames.len() as u32);
        let parent_depth = closure.map_or(0, |closure| self.frame(closure).depth);
        let this_depth = this.map_or(0, |this| self.value_depth(this) + 1);
        let kind = &self.program.file(file).scope(scope).kind;
        let on_import = match kind {
            ScopeKind::Module => true,
            ScopeKind::Class { .. } => closure.is_some_and(|c| self.frame(c).on_import),
            ScopeKind::Function { .. } => false,
            ScopeKind::Main => false,
        };
        let loaded = self.program.file(file);
        let exprs = loaded.exprs[scope.0 as usize].len();
        let steps = loaded.scope(scope).steps.len();
        self.queued.push(false);
        self.frames.push(Frame {
            file,
            scope,
            closure,
            this,
            vars: BTreeMap::new(),
            exprs: vec![Worth::default(); exprs],
            first_part: self.pending.add(1 + exprs + steps),
            returns: Values::new(),
            yields: Values::new(),
            stars: Vec::new(),
            external_stars: Vec::new(),
            bases: Values::new(),
            fallbacks: BTreeMap::new(),
            readers: BTreeSet::new(),
            depth: parent_depth.max(this_depth),
            on_import,
        });
        self.index.insert((file, scope, closure, context), frame);
        self.enqueue(frame);
        frame
    }

    fn value_depth(&self, value: ValueId) -> u8 {
        match self.values.get(self.values.untagged(value)) {
            Value::Instance {
                maker: Some(frame), ..
            }
            | Value::Object {
                maker: Some(frame), ..
            } => self.frame(*frame).depth,
            _ => 0,
        }
    }

    /// The frame to tell objects apart by, when a site in `frame` makes one.
    pub(crate) fn maker(&self, frame: FrameIx) -> Option<FrameIx> {
        (self.frame(frame).depth < MAX_DEPTH).then_some(frame)
    }

    /// Runs a module, as importing it does.
    pub(crate) fn import(&mut self, file: FileIx) -> FrameIx {
        if let Some(frame) = self.modules.get(&file) {
            return *frame;
        }
        let frame = self.enter(file, ScopeId(0), None, None, Context::None);
        self.modules.insert(file, frame);
        frame
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
                    let values = self.eval(frame, file, *expr);
                    self.grow_expr(frame, place, values);
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

    fn grow_expr(&mut self, frame: FrameIx, place: usize, values: Values) {
        let worth = &mut self.frames[frame.0 as usize].exprs[place];
        if grow(&mut worth.values, values) {
            self.changed = true;
            for part in worth.readers.drain(..) {
                self.pending.call(part);
            }
        }
    }

    /// The values of an expression of this frame, or of a frame around it.
    pub(crate) fn expr(&mut self, frame: FrameIx, expr: ExprId) -> Values {
        let file = self.frame(frame).file;
        let loaded = self.program.file(file);
        let scope = loaded.facts.expr(expr).scope;
        let mut at = Some(frame);
        while let Some(current) = at {
            if self.frame(current).scope == scope && self.frame(current).file == file {
                if current != frame {
                    self.frame_mut(current).readers.insert(frame);
                }
                let place = loaded.places[expr.0 as usize] as usize;
                let worth = &mut self.frames[current.0 as usize].exprs[place];
                if let Some(part) = self.pending.current()
                    && worth.readers.last() != Some(&part)
                {
                    worth.readers.push(part);
                }
                return worth.values.clone();
            }
            at = self.frame(current).closure;
        }
        Values::new()
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
                let key = self.index_key(&keys);
                for base in bases {
                    self.grow_field(base, key, values.clone());
                    let any = self.values.sym("[]");
                    self.grow_field(base, any, values.clone());
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

    pub(crate) fn bind_name(&mut self, owner: FrameIx, name: Sym, values: Values, by: FrameIx) {
        let known = self.frames[owner.0 as usize].vars.entry(name).or_default();
        if grow(known, values) {
            self.pending.grew(Cell::Var(owner, name));
            if owner == by {
                self.changed = true;
            } else {
                self.enqueue(owner);
                self.wake_readers(owner);
            }
        }
    }

    /// The frame that binding a name in `frame` changes.
    fn owner_of(&self, frame: FrameIx, name: &str) -> FrameIx {
        let scope = self
            .program
            .file(self.frame(frame).file)
            .scope(self.frame(frame).scope);
        if matches!(scope.kind, ScopeKind::Main) {
            return self.frame(frame).closure.unwrap_or(frame);
        }
        if !scope.outer_names.iter().any(|outer| outer == name) {
            return frame;
        }
        let mut at = self.frame(frame).closure;
        let mut last = frame;
        while let Some(current) = at {
            last = current;
            if self.binds(current, name) && !self.is_class(current) {
                return current;
            }
            at = self.frame(current).closure;
        }
        last
    }

    /// Whether a frame's own code binds a name.
    pub(crate) fn binds(&self, frame: FrameIx, name: &str) -> bool {
        let Frame { file, scope, .. } = self.frame(frame);
        self.program.file(*file).bound[scope.0 as usize].contains(name)
    }

    pub(crate) fn is_class(&self, frame: FrameIx) -> bool {
        let Frame { file, scope, .. } = self.frame(frame);
        matches!(
            self.program.file(*file).scope(*scope).kind,
            ScopeKind::Class { .. }
        )
    }

    pub(crate) fn grow_field(&mut self, base: ValueId, name: Sym, values: Values) {
        let base = self.values.untagged(base);
        let known = match self.fields.entry((base, name)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                self.field_names.entry(base).or_default().push(name);
                self.pending.grew(Cell::Names(base));
                new.insert(Values::new())
            }
        };
        if grow(known, values) {
            self.pending.grew(Cell::Field(base, name));
            let readers = self
                .field_readers
                .get(&(base, name))
                .cloned()
                .unwrap_or_default();
            for reader in readers {
                self.enqueue(reader);
            }
        }
    }

    /// The values of a field; `reader` is run again when they grow.
    pub(crate) fn field(&mut self, base: ValueId, name: Sym, reader: FrameIx) -> Values {
        let base = self.values.untagged(base);
        self.pending.read(Cell::Field(base, name));
        self.field_readers
            .entry((base, name))
            .or_default()
            .insert(reader);
        self.fields.get(&(base, name)).cloned().unwrap_or_default()
    }

    /// The names of a value's fields, in the order in which they came.
    pub(crate) fn field_names(&mut self, base: ValueId) -> Vec<Sym> {
        self.pending.read(Cell::Names(base));
        self.field_names.get(&base).cloned().unwrap_or_default()
    }

    /// The values of a variable of another frame; `reader` is run again when they grow.
    pub(crate) fn var(&mut self, frame: FrameIx, name: Sym, reader: FrameIx) -> Values {
        if frame != reader {
            self.frame_mut(frame).readers.insert(reader);
        }
        self.pending.read(Cell::Var(frame, name));
        self.frame(frame)
            .vars
            .get(&name)
            .cloned()
            .unwrap_or_default()
    }

    /// What a frame returns; `reader` is run again when it returns more.
    pub(crate) fn returned(&mut self, frame: FrameIx, reader: FrameIx) -> Values {
        self.frame_mut(frame).readers.insert(reader);
        self.pending.read(Cell::Returns(frame));
        self.frame(frame).returns.clone()
    }

    /// What a frame yields; `reader` is run again when it yields more.
    pub(crate) fn yielded(&mut self, frame: FrameIx, reader: FrameIx) -> Values {
        self.frame_mut(frame).readers.insert(reader);
        self.pending.read(Cell::Yields(frame));
        self.frame(frame).yields.clone()
    }

    fn define(&mut self, frame: FrameIx, file: FileIx, scope: ScopeId) {
        let loaded = self.program.file(file);
        let inner = loaded.scope(scope);
        let value = match &inner.kind {
            ScopeKind::Class { bases, .. } => {
                let body = self.enter(file, scope, Some(frame), None, Context::None);
                let worth: Values = bases
                    .iter()
                    .flat_map(|base| self.expr(frame, *base))
                    .collect();
                if grow(&mut self.frames[body.0 as usize].bases, worth) {
                    self.changed = true;
                    self.pending.grew(Cell::Bases(body));
                    self.wake_readers(body);
                }
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

    /// Gives parameters that no caller passes what they are worth by themselves.
    fn run_fallbacks(&mut self, frame: FrameIx) {
        if self.frame(frame).fallbacks.is_empty() {
            return;
        }
        let (file, scope) = (self.frame(frame).file, self.frame(frame).scope);
        let program = self.program;
        let ScopeKind::Function { parameters, .. } = &program.file(file).scope(scope).kind else {
            return;
        };
        for (index, site) in self.frame(frame).fallbacks.clone() {
            let values = self.fallback(site, frame, &parameters[index]);
            let name = self.values.sym(&parameters[index].name);
            let known = self.frames[frame.0 as usize].vars.entry(name).or_default();
            if grow(known, values) {
                self.changed = true;
                self.pending.grew(Cell::Var(frame, name));
            }
        }
    }

    /// Has a frame work out a parameter by itself.
    pub(crate) fn fall_back(&mut self, frame: FrameIx, index: usize, site: Site) {
        if !self.frame(frame).fallbacks.contains_key(&index) {
            self.frame_mut(frame).fallbacks.insert(index, site);
            self.pending.call_number(self.frame(frame).first_part);
            self.enqueue(frame);
        }
    }

    /// Gives a frame's parameter values that a caller passed.
    pub(crate) fn pass(&mut self, frame: FrameIx, name: Sym, values: Values) {
        let known = self.frames[frame.0 as usize].vars.entry(name).or_default();
        if grow(known, values) {
            self.pending.grew(Cell::Var(frame, name));
            self.enqueue(frame);
            self.wake_readers(frame);
        }
    }

    /// The field that stands for an index.
    pub(crate) fn index_key(&mut self, keys: &Values) -> Sym {
        let literal = keys.iter().find_map(|key| match self.values.get(*key) {
            Value::Int(number) => Some(number.to_string()),
            _ => self.values.as_literal(*key).map(str::to_owned),
        });
        match literal {
            Some(text) => self.values.sym(&format!("[{text}]")),
            None => self.values.sym("[]"),
        }
    }

    /// The scope kind of an expression's syntax, for decorators.
    pub(crate) fn syntax(&self, file: FileIx, expr: ExprId) -> &'p ExprKind {
        &self.program.file(file).facts.expr(expr).kind
    }
}

/// Adds values to a set that is not full yet; whether it grew.
pub(crate) fn grow(known: &mut Values, values: Values) -> bool {
    let before = known.len();
    for value in values {
        if known.len() >= MAX_VALUES {
            break;
        }
        known.insert(value);
    }
    known.len() > before
}

fn name_site(target: &BindTarget) -> &ExprId {
    match target {
        BindTarget::Attribute(base, _) | BindTarget::Index(base, _) => base,
        _ => unreachable!("only targets with a base are asked"),
    }
}
