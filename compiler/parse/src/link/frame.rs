//! Frames: one scope in one context each, how they are entered and what their parameters get.

use std::collections::{BTreeMap, BTreeSet};

use smallvec::SmallVec;

use super::cells::grow;
use super::machine::Machine;
use super::pending::{Cell, Part};
use super::value::{FileIx, FrameIx, Site, Sym, Value, ValueId, Values};
use crate::facts::{ScopeId, ScopeKind};

/// Frames after which a unit counts as too large to follow completely.
const MAX_FRAMES: usize = 60_000;

/// Contexts of one function after which further calls share one.
const MAX_CONTEXTS: u32 = 24;

/// How many calls deep frames that importing runs are told apart by their callers.
const MAX_IMPORT_DEPTH: u8 = 3;

/// Contexts of one function that importing runs, after which further calls share one.
const MAX_IMPORT_CONTEXTS: u32 = 400;

/// How deep objects may be told apart by the frames that made them.
const MAX_DEPTH: u8 = 4;

/// What tells runs of one scope apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Context {
    None,
    /// The instance that a method was called on.
    This(ValueId),
    /// The call.
    Call(Site),
    /// A call that importing a module makes, from the caller's own frame: what one decorator
    /// registers is kept apart from what the next does.
    OnImport(FrameIx, Site, Option<ValueId>),
    /// The instance that an attribute of this name is asked of.
    Attribute(ValueId, Sym),
}

pub(crate) type FrameKey = (FileIx, ScopeId, Option<FrameIx>, Context);

/// What one expression is worth in one frame.
#[derive(Debug, Clone, Default)]
pub(crate) struct Worth {
    pub(crate) values: Values,
    /// The parts that read it.
    pub(crate) readers: SmallVec<[Part; 2]>,
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
    pub(crate) exprs: Vec<Worth>,
    /// The number of the first of its parts: its parameters' own values, then its expressions, then
    /// its steps.
    pub(crate) first_part: u32,
    pub(crate) returns: Values,
    pub(crate) yields: Values,
    /// Modules whose names `import *` brings in.
    pub(crate) stars: Vec<FrameIx>,
    pub(crate) external_stars: Vec<Sym>,
    /// Classes: what the bases are worth.
    pub(crate) bases: Values,
    /// Classes: the bodies that extend it (`impl` blocks).
    pub(crate) extensions: Vec<FrameIx>,
    /// Parameters that no caller passes, by position, with the site of a call.
    pub(crate) fallbacks: BTreeMap<usize, Site>,
    pub(crate) readers: BTreeSet<FrameIx>,
    pub(crate) depth: u8,
    /// Whether it runs when its module is imported.
    pub(crate) on_import: bool,
    /// How many calls it is away from code that runs on import; `None` for any other, and too many.
    pub(crate) import_depth: Option<u8>,
}

/// Arguments of a call, evaluated.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Values>,
    pub(crate) keywords: Vec<(Sym, Values)>,
    /// Whether `*` or `**` may give what cannot be read.
    pub(crate) spread: bool,
}

impl Arguments {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Values> {
        self.positional
            .iter()
            .chain(self.keywords.iter().map(|(_, values)| values))
    }
}

impl Machine<'_> {
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
        let full = match context {
            Context::Call(_) => *count > MAX_CONTEXTS,
            Context::OnImport(..) => *count > MAX_IMPORT_CONTEXTS,
            _ => false,
        };
        if full || self.frames.len() > MAX_FRAMES {
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
            ScopeKind::Class { .. } | ScopeKind::Namespace => {
                closure.is_some_and(|c| self.frame(c).on_import)
            }
            ScopeKind::Function { .. } => false,
            ScopeKind::Main => false,
        };
        let import_depth = match context {
            Context::OnImport(caller, ..) => self.frame(caller).import_depth.map(|depth| depth + 1),
            _ => on_import.then_some(0),
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
            extensions: Vec::new(),
            fallbacks: BTreeMap::new(),
            readers: BTreeSet::new(),
            depth: parent_depth.max(this_depth),
            on_import,
            import_depth,
        });
        self.index.insert((file, scope, closure, context), frame);
        self.enqueue(frame);
        frame
    }

    /// What tells a call apart from others of the same function.
    pub(crate) fn call_context(
        &self,
        caller: FrameIx,
        site: Site,
        this: Option<ValueId>,
    ) -> Context {
        let near_import = self
            .frame(caller)
            .import_depth
            .is_some_and(|depth| depth < MAX_IMPORT_DEPTH);
        // What a framework calls has its function's own place, and one frame for all who do.
        if near_import && site.scope().is_none() {
            return Context::OnImport(caller, site, this);
        }
        this.map_or(Context::Call(site), Context::This)
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

    /// Gives parameters that no caller passes what they are worth by themselves.
    pub(crate) fn run_fallbacks(&mut self, frame: FrameIx) {
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
}
