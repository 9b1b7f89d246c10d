//! What names mean, and what imports bring in.

use super::frame::Frame;
use super::machine::Machine;
use super::pending::Cell;
use super::program::Resolved;
use super::value::{FileIx, FrameIx, Site, Value, ValueId, Values};
use crate::facts::{ExprId, Import, ImportNames};
use crate::knowledge::{MODULE_NAME, rust};

impl Machine<'_> {
    /// What a name means in a frame, once everything there is bound.
    pub(crate) fn lookup(&mut self, frame: FrameIx, name: &str) -> Values {
        self.lookup_at(frame, name, u32::MAX)
    }

    /// Whether a variable of a frame begins only behind a place in the text.
    fn begins_behind(&self, frame: FrameIx, name: &str, at: u32) -> bool {
        let Frame { file, scope, .. } = self.frame(frame);
        let begins = &self.program.file(*file).scope(*scope).begins;
        begins.get(name).is_some_and(|begins| at < *begins)
    }

    /// What a name means in a frame at a place in the text.
    pub(crate) fn lookup_at(&mut self, frame: FrameIx, name: &str, place: u32) -> Values {
        let sym = self.values.sym(name);
        let mut at = Some(frame);
        let mut module = frame;
        let mut stars = Vec::new();
        while let Some(current) = at {
            module = current;
            let own_class = current == frame;
            if self.binds(current, name)
                && (own_class || !self.is_class(current))
                && !self.begins_behind(current, name, place)
            {
                return self.var(current, sym, frame);
            }
            at = self.frame(current).closure;
            if self.takes_over(current) {
                if at.is_none() {
                    break;
                }
                let found = self.starred(current, name, frame);
                if !found.is_empty() {
                    return found;
                }
                stars.extend(self.frame(current).external_stars.iter().copied());
            }
        }
        let found = self.var(module, sym, frame);
        if !found.is_empty() {
            return found;
        }
        let found = self.starred(module, name, frame);
        if !found.is_empty() {
            return found;
        }
        stars.extend(self.frame(module).external_stars.iter().copied());
        if !stars.is_empty() && !is_builtin(name) {
            let paths: Vec<String> = stars
                .iter()
                .map(|star| format!("{}.{name}", self.values.text(*star)))
                .collect();
            return paths.iter().map(|path| self.external(path)).collect();
        }
        let file = self.frame(module).file;
        let path = self.program.modules.built_in(file, name);
        if path == MODULE_NAME {
            let (_, name) = self.program.modules.name(file);
            return Values::from([self.values.literal(&name)]);
        }
        Values::from([self.values.external(&path)])
    }

    /// A library's member by its canonical path.
    pub(crate) fn external(&mut self, path: &str) -> ValueId {
        let canonical = crate::knowledge::canonical(path);
        self.values.external(&canonical)
    }

    /// Something outside the project, as code of a file names it.
    fn outside(&mut self, from: FileIx, parts: &[&str]) -> ValueId {
        let path = self.program.modules.outside(from, parts);
        self.external(&path)
    }

    /// A name of a module, `import *` included.
    pub(crate) fn module_var(&mut self, module: FrameIx, name: &str, reader: FrameIx) -> Values {
        let sym = self.values.sym(name);
        let found = self.var(module, sym, reader);
        if !found.is_empty() || self.binds(module, name) {
            return found;
        }
        self.starred(module, name, reader)
    }

    /// Whether a frame's own code takes over names of a module.
    fn takes_over(&self, frame: FrameIx) -> bool {
        let Frame { file, scope, .. } = self.frame(frame);
        self.program.file(*file).takes_over[scope.0 as usize]
    }

    /// A name that `import *` brings into a module.
    pub(crate) fn starred(&mut self, module: FrameIx, name: &str, reader: FrameIx) -> Values {
        let sym = self.values.sym(name);
        let mut seen = vec![module];
        let mut at = 0;
        // A module hands on what it takes over itself.
        while let Some(module) = seen.get(at).copied() {
            self.pending.read(Cell::Stars(module));
            if module != reader {
                self.frame_mut(module).readers.insert(reader);
            }
            for star in self.frame(module).stars.clone() {
                if seen.contains(&star) {
                    continue;
                }
                let found = self.var(star, sym, reader);
                if !found.is_empty() {
                    return found;
                }
                if !self.binds(star, name) {
                    seen.push(star);
                }
            }
            at += 1;
        }
        // What a build script generates is seen nowhere else.
        let generated = format!("{}{}", rust::CRATE, rust::GENERATED.join("."));
        let external = self.frame(module).external_stars.clone();
        let is_generated = |star: &&super::value::Sym| self.values.text(**star) == generated;
        match external.iter().find(is_generated) {
            Some(_) => Values::from([self.external(&format!("{generated}.{name}"))]),
            None => Values::new(),
        }
    }

    pub(crate) fn run_import(&mut self, frame: FrameIx, file: FileIx, import: &Import) {
        let parts: Vec<&str> = import.module.iter().map(String::as_str).collect();
        if !import.types_only {
            for package in self.program.modules.packages(file, import.level, &parts) {
                self.import(package);
            }
        }
        match &import.names {
            ImportNames::Module { alias: Some(alias) } => {
                if self.program.modules.resolve(file, import.level, &parts) == Resolved::Nothing {
                    return;
                }
                let value = self.module_value(file, import.level, &parts, import.types_only);
                let sym = self.values.sym(alias);
                self.bind_name(frame, sym, Values::from([value]), frame);
            }
            ImportNames::Module { alias: None } => {
                self.module_value(file, import.level, &parts, import.types_only);
                let root = self.module_value(
                    file,
                    import.level,
                    &parts[..1.min(parts.len())],
                    import.types_only,
                );
                if let Some(first) = parts.first() {
                    let sym = self.values.sym(first);
                    self.bind_name(frame, sym, Values::from([root]), frame);
                }
            }
            ImportNames::Names(names) => {
                for (name, bound) in names {
                    let values = self.imported(frame, file, import, &parts, name);
                    let sym = self.values.sym(bound);
                    self.bind_name(frame, sym, values, frame);
                }
            }
            ImportNames::Star => self.import_star(frame, file, import, &parts),
        }
    }

    fn import_star(&mut self, frame: FrameIx, file: FileIx, import: &Import, parts: &[&str]) {
        match self.program.modules.resolve(file, import.level, parts) {
            Resolved::File(target) => {
                let module = self.import(target);
                self.frame_mut(module).readers.insert(frame);
                if !self.frame(frame).stars.contains(&module) {
                    self.frame_mut(frame).stars.push(module);
                    self.pending.grew(Cell::Stars(frame));
                    self.changed = true;
                }
            }
            Resolved::Namespace => {}
            Resolved::Nothing => self.import_star_of_value(frame, file, import, parts),
            Resolved::External => {
                let path = self.program.modules.outside(file, parts);
                let path = self.values.sym(&path);
                if !self.frame(frame).external_stars.contains(&path) {
                    self.frame_mut(frame).external_stars.push(path);
                    self.pending.grew(Cell::Stars(frame));
                    self.changed = true;
                }
            }
        }
    }

    /// `use crate::a::*` where no file is called after the module: it is written inside another, or
    /// known by a name that another gives it.
    fn import_star_of_value(
        &mut self,
        frame: FrameIx,
        file: FileIx,
        import: &Import,
        parts: &[&str],
    ) {
        let site = Site {
            file,
            expr: ExprId(0),
        };
        let is_file = |length: &usize| {
            let (before, _) = parts.split_at(*length);
            matches!(
                self.program.modules.resolve(file, import.level, before),
                Resolved::File(_)
            )
        };
        let least = usize::from(import.level == 0);
        let of_file = (least..=parts.len()).rev().find(is_file);
        let (mut values, rest) = match (of_file, parts.split_first()) {
            (Some(length), _) => {
                let (before, rest) = parts.split_at(length);
                let module = self.module_value(file, import.level, before, false);
                (Values::from([module]), rest)
            }
            (None, Some((first, rest))) => (self.lookup(frame, first), rest),
            (None, None) => return,
        };
        for name in rest {
            let mut found = Values::new();
            for value in values {
                found.extend(self.attribute(frame, site, value, name));
            }
            values = found;
        }
        for value in values {
            let module = match *self.values.get(self.values.untagged(value)) {
                Value::Module(target) => self.import(target),
                Value::Class { body, .. } => body,
                _ => continue,
            };
            if module != frame && !self.frame(frame).stars.contains(&module) {
                self.frame_mut(module).readers.insert(frame);
                self.frame_mut(frame).stars.push(module);
                self.pending.grew(Cell::Stars(frame));
                self.changed = true;
            }
        }
    }

    /// `from parts import name`.
    fn imported(
        &mut self,
        frame: FrameIx,
        file: FileIx,
        import: &Import,
        parts: &[&str],
        name: &str,
    ) -> Values {
        let mut longer = parts.to_vec();
        longer.push(name);
        match self.program.modules.resolve(file, import.level, parts) {
            Resolved::File(target) => {
                let module = match self.modules.get(&target) {
                    Some(module) => *module,
                    // A module that is only named in types is not run; its names stay unknown.
                    None if import.types_only => {
                        self.pending.read_at_large();
                        return Values::new();
                    }
                    None => self.import(target),
                };
                let values = self.module_var(module, name, frame);
                if values.is_empty()
                    && (target == file || !self.binds(module, name))
                    && let Resolved::File(_) =
                        self.program.modules.resolve(file, import.level, &longer)
                {
                    let value = self.module_value(file, import.level, &longer, import.types_only);
                    return Values::from([value]);
                }
                values
            }
            Resolved::Namespace => {
                Values::from([self.module_value(file, import.level, &longer, import.types_only)])
            }
            Resolved::External | Resolved::Nothing => Values::from([self.outside(file, &longer)]),
        }
    }

    /// The value of a module by its path; a file of the project is run.
    pub(crate) fn module_value(
        &mut self,
        from: FileIx,
        level: u32,
        parts: &[&str],
        types_only: bool,
    ) -> ValueId {
        match self.program.modules.resolve(from, level, parts) {
            Resolved::File(target) => {
                if !types_only {
                    for package in self.program.modules.packages(from, level, parts) {
                        self.import(package);
                    }
                    self.import(target);
                }
                self.values.value(Value::Module(target))
            }
            Resolved::Namespace => {
                let path = format!("{}{}", ".".repeat(level as usize), parts.join("."));
                let path = self.values.sym(&path);
                self.values.value(Value::Namespace(path, from))
            }
            Resolved::External | Resolved::Nothing => self.outside(from, parts),
        }
    }
}

/// Names that Python has without an import, as far as they matter here.
fn is_builtin(name: &str) -> bool {
    matches!(
        name,
        "str"
            | "int"
            | "float"
            | "bool"
            | "bytes"
            | "dict"
            | "list"
            | "tuple"
            | "set"
            | "len"
            | "print"
            | "open"
            | "getattr"
            | "setattr"
            | "isinstance"
            | "super"
            | "property"
            | "staticmethod"
            | "classmethod"
            | "range"
            | "map"
            | "filter"
            | "sorted"
            | "zip"
            | "enumerate"
            | "type"
            | "object"
            | "Exception"
            | "ValueError"
            | "__name__"
            | "__file__"
            | "None"
            | "True"
            | "False"
            | "min"
            | "max"
            | "sum"
            | "any"
            | "all"
    )
}
