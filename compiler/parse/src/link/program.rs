//! The loaded files of an app, with what the machine looks up often worked out once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use klo_source::{FileId, Span, TextRange};

use super::pending::Evaluation;
use super::value::{FileIx, Tag};
use crate::facts::{
    BindTarget, ExprId, ExprKind, FileFacts, ImportNames, Language, Scope, ScopeId, ScopeKind, Step,
};

/// Where an import leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// A file of the project.
    File(FileIx),
    /// A folder of the project without a file of its own.
    Namespace,
    /// Not of the project.
    External,
    /// Neither of the project nor of a library that it depends on.
    Nothing,
}

/// Resolves imports over the loaded files, each by the rules of its language.
pub(crate) trait Modules: Sync {
    /// What `level` dots and `parts` name, seen from `from`.
    fn resolve(&self, from: FileIx, level: u32, parts: &[&str]) -> Resolved;

    /// The import path of a file and the folder it counts from.
    fn name(&self, file: FileIx) -> (String, String);

    /// The files that importing `parts` runs before the last one: packages' own files.
    fn packages(&self, from: FileIx, level: u32, parts: &[&str]) -> Vec<FileIx>;

    /// The modules directly inside a package, sorted by path.
    fn members(&self, from: FileIx, level: u32, parts: &[&str]) -> Vec<FileIx>;

    /// The path of something outside the project, as `from` names it.
    fn outside(&self, from: FileIx, parts: &[&str]) -> String;

    /// The path of a name that nothing defines: the language has it.
    fn built_in(&self, from: FileIx, name: &str) -> String;
}

/// A file with its facts.
#[derive(Debug)]
pub(crate) struct LoadedFile {
    pub(crate) path: String,
    pub(crate) id: FileId,
    pub(crate) facts: FileFacts,
    /// Expressions by the scope in which they are evaluated.
    pub(crate) exprs: Vec<Vec<ExprId>>,
    /// The place of each expression among those of its scope.
    pub(crate) places: Vec<u32>,
    /// Names that a scope binds itself.
    pub(crate) bound: Vec<HashSet<String>>,
    /// Names of attributes that methods give their own instance, by the scope of their class.
    pub(crate) own_attributes: HashMap<u32, HashSet<String>>,
    /// Names of attributes that anything else is given.
    pub(crate) given_attributes: HashSet<String>,
    /// Whether a scope takes over names of a module.
    pub(crate) takes_over: Vec<bool>,
    /// For each class body, the step that first declares or assigns a name.
    pub(crate) fields: Vec<HashMap<String, u32>>,
}

impl LoadedFile {
    pub(crate) fn new(path: String, id: FileId, facts: FileFacts) -> Self {
        let mut exprs = vec![Vec::new(); facts.scopes.len()];
        let mut places = Vec::with_capacity(facts.exprs.len());
        for (index, expr) in facts.exprs.iter().enumerate() {
            let list: &mut Vec<ExprId> = &mut exprs[expr.scope.0 as usize];
            places.push(list.len() as u32);
            list.push(ExprId(index as u32));
        }
        let mut bound: Vec<HashSet<String>> = facts
            .scopes
            .iter()
            .map(|scope| bound_names(scope, &facts))
            .collect();
        // What runs only when the file is started binds the module's names.
        for (index, scope) in facts.scopes.iter().enumerate() {
            if matches!(scope.kind, ScopeKind::Main) {
                let names = std::mem::take(&mut bound[index]);
                bound[0].extend(names);
            }
        }
        let (own_attributes, given_attributes) = assigned_attributes(&facts);
        Self {
            own_attributes,
            given_attributes,
            fields: facts.scopes.iter().map(first_fields).collect(),
            takes_over: facts.scopes.iter().map(takes_over).collect(),
            path,
            id,
            facts,
            exprs,
            places,
            bound,
        }
    }

    /// What its language is like.
    pub(crate) fn language(&self) -> Language {
        self.facts.language
    }

    pub(crate) fn scope(&self, id: ScopeId) -> &Scope {
        self.facts.scope(id)
    }

    pub(crate) fn span(&self, range: TextRange) -> Span {
        range.in_file(self.id)
    }
}

fn takes_over(scope: &Scope) -> bool {
    scope.steps.iter().any(|step| match step {
        Step::Import(import) => matches!(import.names, ImportNames::Star),
        _ => false,
    })
}

fn bound_names(scope: &Scope, facts: &FileFacts) -> HashSet<String> {
    let mut names = HashSet::new();
    if let ScopeKind::Function { parameters, .. } = &scope.kind {
        names.extend(parameters.iter().map(|parameter| parameter.name.clone()));
    }
    for step in &scope.steps {
        match step {
            Step::Bind { target, .. } => bound_by(target, &mut names),
            Step::Define(inner) => {
                names.insert(facts.scope(*inner).name.clone());
            }
            Step::Import(import) => match &import.names {
                ImportNames::Module { alias: Some(alias) } => {
                    names.insert(alias.clone());
                }
                ImportNames::Module { alias: None } => names.extend(import.module.first().cloned()),
                ImportNames::Names(list) => names.extend(list.iter().map(|(_, name)| name.clone())),
                ImportNames::Star => {}
            },
            _ => {}
        }
    }
    for name in &scope.outer_names {
        names.remove(name);
    }
    names
}

/// Names of attributes that methods assign to their own instance, by the scope of their class, and those
/// assigned to anything else.
fn assigned_attributes(facts: &FileFacts) -> (HashMap<u32, HashSet<String>>, HashSet<String>) {
    let mut own: HashMap<u32, HashSet<String>> = HashMap::new();
    let mut given = HashSet::new();
    for scope in &facts.scopes {
        let this = instance_of(scope, facts);
        for step in &scope.steps {
            let Step::Bind { target, .. } = step else {
                continue;
            };
            let mut targets = vec![target];
            while let Some(target) = targets.pop() {
                match target {
                    BindTarget::Attribute(base, name) => {
                        let base = match &facts.expr(*base).kind {
                            ExprKind::Name(base) => base,
                            _ => "",
                        };
                        let names = match this {
                            Some((class, this)) if this == base => own.entry(class.0).or_default(),
                            _ => &mut given,
                        };
                        names.insert(name.clone());
                    }
                    BindTarget::Tuple(inner) => targets.extend(inner),
                    _ => {}
                }
            }
        }
    }
    (own, given)
}

/// The class of a method, and the parameter that is its instance.
fn instance_of<'f>(scope: &'f Scope, facts: &FileFacts) -> Option<(ScopeId, &'f str)> {
    let ScopeKind::Function { parameters, .. } = &scope.kind else {
        return None;
    };
    let class = scope.parent?;
    let in_class = matches!(facts.scope(class).kind, ScopeKind::Class { .. });
    let first = parameters
        .first()
        .filter(|_| in_class && scope.decorators.is_empty())?;
    Some((class, &first.name))
}

fn first_fields(scope: &Scope) -> HashMap<String, u32> {
    let mut found = HashMap::new();
    if !matches!(scope.kind, ScopeKind::Class { .. }) {
        return found;
    }
    for (at, step) in scope.steps.iter().enumerate() {
        if let Step::Bind {
            target: BindTarget::Name(name),
            value,
            annotation,
            ..
        } = step
            && (annotation.is_some() || value.is_some())
        {
            found.entry(name.clone()).or_insert(at as u32);
        }
    }
    found
}

fn bound_by(target: &BindTarget, names: &mut HashSet<String>) {
    match target {
        BindTarget::Name(name) => {
            names.insert(name.clone());
        }
        BindTarget::Tuple(targets) => targets.iter().for_each(|target| bound_by(target, names)),
        _ => {}
    }
}

/// What the linker knows of a resource before it has read any code.
#[derive(Debug, Clone)]
pub(crate) struct TagInfo {
    /// The kind, where the capability or a `kind` key says it.
    pub(crate) kind: Option<klo_intent::Kind>,
    /// Where the annotation stands.
    pub(crate) file: FileIx,
}

/// The whole app.
pub(crate) struct Program<'a> {
    pub(crate) files: Vec<LoadedFile>,
    pub(crate) modules: &'a dyn Modules,
    /// Annotated values, by file and expression.
    pub(crate) tagged: HashMap<(FileIx, ExprId), Vec<Tag>>,
    /// Calls that annotated values are made by, with the value's tags: `get_queue_by_name(…)`.
    pub(crate) making: HashMap<(FileIx, ExprId), Vec<Tag>>,
    /// Annotated fields of classes and bare declarations, by file, scope and name.
    pub(crate) tagged_names: BTreeMap<(FileIx, u32, String), Vec<Tag>>,
    pub(crate) tags: Vec<TagInfo>,
    /// Names of attributes that anything but a method's own instance is given.
    pub(crate) given_attributes: HashSet<String>,
    /// Functions that annotations make units of.
    pub(crate) units: BTreeSet<(FileIx, ScopeId)>,
    /// When its parts are evaluated.
    pub(crate) evaluation: Evaluation,
}

impl Program<'_> {
    pub(crate) fn file(&self, file: FileIx) -> &LoadedFile {
        &self.files[file.0 as usize]
    }

    pub(crate) fn by_path(&self, path: &str) -> Option<FileIx> {
        self.files
            .iter()
            .position(|file| file.path == path)
            .map(|index| FileIx(index as u32))
    }

    /// Every file that loading `start` may load: imports anywhere in them, followed to the end.
    pub(crate) fn closure(&self, start: &BTreeSet<FileIx>) -> BTreeSet<FileIx> {
        let mut seen = start.clone();
        let mut queue: Vec<FileIx> = start.iter().copied().collect();
        while let Some(file) = queue.pop() {
            for target in self.imports_of(file) {
                if seen.insert(target) {
                    queue.push(target);
                }
            }
        }
        seen
    }

    fn imports_of(&self, file: FileIx) -> Vec<FileIx> {
        let mut found = Vec::new();
        let facts = &self.file(file).facts;
        for step in facts.scopes.iter().flat_map(|scope| &scope.steps) {
            let Step::Import(import) = step else { continue };
            if import.types_only {
                continue;
            }
            let parts: Vec<&str> = import.module.iter().map(String::as_str).collect();
            found.extend(self.modules.packages(file, import.level, &parts));
            if let Resolved::File(target) = self.modules.resolve(file, import.level, &parts) {
                found.push(target);
            }
            if let ImportNames::Names(names) = &import.names {
                for (name, _) in names {
                    let mut longer = parts.clone();
                    longer.push(name);
                    if let Resolved::File(target) =
                        self.modules.resolve(file, import.level, &longer)
                    {
                        found.push(target);
                    }
                }
            }
        }
        found
    }
}
