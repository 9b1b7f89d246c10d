//! Packs that are asked for, with those that they extend, become one rule set.

use std::collections::BTreeMap;

use klo_diagnostics::codes::rules as codes;
use klo_diagnostics::{At, Diagnostic, did_you_mean, list_of};
use klo_source::{EntryKind, SourceMap, Tree, join, normalize, parent};

use super::decode::{Node, decode};
use super::draft::{Draft, Extend, draft};
use super::ruleset::RuleSet;
use super::shipped::{shipped_packs, text_of};

/// Most files of packs in one run.
const MOST_PACKS: usize = 200;

/// A pack, or a folder of packs, that somebody asks for.
pub struct PackRequest<'a> {
    /// A pack that comes with klo, by name, or a path in the tree.
    pub name: &'a str,
    /// Where it is asked for.
    pub at: At,
    /// Where the file is read from.
    pub tree: &'a dyn Tree,
    /// What stands before the tree's paths where they are shown; empty for the app's repository.
    pub prefix: &'a str,
    /// Whether the app has no say in it, so that what it chooses wins over the app's own packs.
    pub mandatory: bool,
}

/// Loads packs with everything that they extend. `None` where one of them has a mistake: a bad pack
/// never means that there are no rules.
pub fn load_packs(
    requests: &[PackRequest<'_>],
    sources: &mut SourceMap,
) -> (Option<RuleSet>, Vec<Diagnostic>) {
    let mut loader = Loader {
        sources,
        drafts: Vec::new(),
        known: BTreeMap::new(),
        diagnostics: Vec::new(),
    };
    let mut roots = Vec::new();
    for request in requests {
        for index in loader.requested(request) {
            if !roots.contains(&(index, request.mandatory)) {
                roots.push((index, request.mandatory));
            }
        }
    }
    let order = loader.order(&roots);
    loader.check_names();
    if loader.diagnostics.iter().any(Diagnostic::blocks) {
        return (None, loader.diagnostics);
    }
    let mut diagnostics = loader.diagnostics;
    let drafts = loader.drafts;
    let nodes: Vec<Node<'_>> = order
        .iter()
        .map(|(index, mandatory)| Node {
            index: *index,
            draft: &drafts[*index].draft,
            parents: &drafts[*index].parents,
            mandatory: *mandatory,
        })
        .collect();
    let (packs, found) = decode(&nodes);
    diagnostics.extend(found);
    let set = (!diagnostics.iter().any(Diagnostic::blocks)).then(|| RuleSet::new(packs));
    (set, diagnostics)
}

/// A draft with where it came from, so that what it extends is found beside it.
struct Found<'a> {
    draft: Draft,
    home: Option<(&'a dyn Tree, &'a str, String)>,
    parents: Vec<usize>,
}

struct Loader<'a, 's> {
    sources: &'s mut SourceMap,
    drafts: Vec<Found<'a>>,
    /// Drafts by the name of a shipped pack, or by the path of a file.
    known: BTreeMap<String, Option<usize>>,
    diagnostics: Vec<Diagnostic>,
}

/// Drafts in order, each with whether the app has no say in it.
type Ordered = Vec<(usize, bool)>;

impl<'a> Loader<'a, '_> {
    fn error(&mut self, at: &At, message: String, help: impl Into<String>) {
        let error = Diagnostic::error(codes::NO_SUCH_PACK, at.clone(), message);
        self.diagnostics.push(error.help(help));
    }

    /// The drafts of a request.
    fn requested(&mut self, request: &PackRequest<'a>) -> Vec<usize> {
        if request.name.starts_with("klo/") {
            return self
                .shipped(request.name, &request.at)
                .into_iter()
                .collect();
        }
        match request.tree.kind(request.name) {
            EntryKind::Directory => self.folder(request),
            _ => self
                .file(request.tree, request.prefix, request.name, &request.at)
                .into_iter()
                .collect(),
        }
    }

    fn shipped(&mut self, name: &str, at: &At) -> Option<usize> {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let Some(text) = text_of(name) else {
            let help = match did_you_mean(name, shipped_packs()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("the packs are {}", list_of(shipped_packs())),
            };
            let message = format!("no rule pack `{}` comes with klo", name.escape_debug());
            self.error(at, message, help);
            return None;
        };
        let file = self.sources.add_built_in(name, text);
        let (draft, found) = draft(file, text, true);
        self.diagnostics.extend(found);
        self.keep(name.to_owned(), draft, None)
    }

    fn keep(
        &mut self,
        key: String,
        draft: Option<Draft>,
        home: Option<(&'a dyn Tree, &'a str, String)>,
    ) -> Option<usize> {
        let index = draft.map(|draft| {
            self.drafts.push(Found {
                draft,
                home,
                parents: Vec::new(),
            });
            self.drafts.len() - 1
        });
        self.known.insert(key, index);
        index
    }

    /// Every pack that lies directly in a folder.
    fn folder(&mut self, request: &PackRequest<'a>) -> Vec<usize> {
        let files = packs_in(request.tree, request.name);
        if files.is_empty() {
            let message = format!(
                "the folder `{}` holds no rule pack",
                request.name.escape_debug()
            );
            self.error(&request.at, message, "packs are files that end in `.yaml`");
        }
        let found = files
            .iter()
            .filter_map(|path| self.file(request.tree, request.prefix, path, &request.at));
        found.collect()
    }

    fn file(&mut self, tree: &'a dyn Tree, prefix: &'a str, path: &str, at: &At) -> Option<usize> {
        let shown = join(prefix, path);
        if let Some(known) = self.known.get(&shown) {
            return *known;
        }
        if self.known.len() >= MOST_PACKS {
            let message = format!("there are more than {MOST_PACKS} rule packs");
            self.error(at, message, "name the ones that are meant");
            return None;
        }
        match tree.read_text(path) {
            Ok(text) => {
                let file = self.sources.add(&shown, text);
                let text = self.sources.file(file).text().clone();
                let (draft, found) = draft(file, &text, false);
                self.diagnostics.extend(found);
                self.keep(shown, draft, Some((tree, prefix, path.to_owned())))
            }
            Err(fault) => {
                let message = format!(
                    "the rule pack `{}` cannot be read: {fault}",
                    shown.escape_debug()
                );
                self.error(at, message, "klo does not go on without rules that were asked for; mend the file or the name");
                self.known.insert(shown, None);
                None
            }
        }
    }

    /// Parents before children, each once.
    fn order(&mut self, roots: &[(usize, bool)]) -> Ordered {
        let mut order = Ordered::new();
        for (root, mandatory) in roots {
            self.visit(*root, *mandatory, &mut Vec::new(), &mut order);
        }
        order
    }

    fn visit(&mut self, index: usize, mandatory: bool, path: &mut Vec<usize>, order: &mut Ordered) {
        if order.iter().any(|(done, _)| *done == index) {
            return;
        }
        path.push(index);
        for extend in self.drafts[index].draft.extends.clone() {
            let Some(parent) = self.extended(index, &extend) else {
                continue;
            };
            if let Some(start) = path.iter().position(|other| *other == parent) {
                let names = path[start..].iter().chain([&parent]);
                let names: Vec<&str> = names
                    .map(|index| self.drafts[*index].draft.name.as_str())
                    .collect();
                let message = format!("packs extend each other in a circle: {}", names.join(" → "));
                self.diagnostics.push(
                    Diagnostic::error(codes::NO_SUCH_PACK, extend.at.clone(), message)
                        .help("a pack builds on others that do not build on it; remove one of the entries"),
                );
                continue;
            }
            self.drafts[index].parents.push(parent);
            self.visit(parent, mandatory, path, order);
        }
        path.pop();
        order.push((index, mandatory));
    }

    /// The pack that an entry of `extends` names.
    fn extended(&mut self, child: usize, extend: &Extend) -> Option<usize> {
        let index = if extend.name.starts_with("klo/") {
            self.shipped(&extend.name, &extend.at)?
        } else if extend.is_path() {
            self.beside(child, extend)?
        } else {
            self.by_name(child, extend)?
        };
        let draft = &self.drafts[index].draft;
        if !extend.accepts(&draft.version) {
            let message = format!(
                "`{}` has the version {}, not {}",
                draft.name,
                draft.version,
                extend.version.as_deref().unwrap_or_default().escape_debug()
            );
            self.error(
                &extend.at,
                message,
                "read what changed in the pack, then name its version here",
            );
            return None;
        }
        Some(index)
    }

    fn beside(&mut self, child: usize, extend: &Extend) -> Option<usize> {
        let (tree, prefix, path) = self.drafts[child].home.clone()?;
        let Some(path) = normalize(parent(&path), &extend.name) else {
            let message = format!(
                "`{}` leads out of the repository",
                extend.name.escape_debug()
            );
            self.error(
                &extend.at,
                message,
                "packs from elsewhere come by the flag `--rules`",
            );
            return None;
        };
        self.file(tree, prefix, &path, &extend.at)
    }

    /// A pack by its name: one that is asked for, or one in the same folder.
    fn by_name(&mut self, child: usize, extend: &Extend) -> Option<usize> {
        let named = |loader: &Self| {
            let mut drafts = loader.drafts.iter();
            drafts.position(|found| found.draft.name == extend.name)
        };
        if let Some(found) = named(self) {
            return Some(found);
        }
        if let Some((tree, prefix, path)) = self.drafts[child].home.clone() {
            for sibling in packs_in(tree, parent(&path)) {
                // Only what names the pack is opened for good: mistakes in others are not this app's.
                let wanted = tree
                    .read_text(&sibling)
                    .is_ok_and(|text| text.contains(&extend.name));
                if wanted {
                    self.file(tree, prefix, &sibling, &extend.at);
                }
            }
        }
        if let Some(found) = named(self) {
            return Some(found);
        }
        let drafts = self.drafts.iter().map(|found| found.draft.name.clone());
        let known: Vec<String> = drafts.chain(shipped_packs().map(str::to_owned)).collect();
        let help = match did_you_mean(&extend.name, known.iter().map(String::as_str)) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "name a pack in the same folder, one that klo.yaml or `--rules` names, or a path such as `./org.yaml`".to_owned(),
        };
        let message = format!("there is no pack `{}`", extend.name.escape_debug());
        self.error(&extend.at, message, help);
        None
    }

    fn check_names(&mut self) {
        let mut taken: BTreeMap<&str, &At> = BTreeMap::new();
        let mut found = Vec::new();
        for Found { draft, .. } in &self.drafts {
            if let Some(first) = taken.insert(&draft.name, &draft.at) {
                let message = format!("two packs are named `{}`", draft.name);
                found.push(
                    Diagnostic::error(codes::WRONG_IN_PACK, draft.at.clone(), message)
                        .help("give one of them another name")
                        .related(first.clone(), "the other one"),
                );
            }
        }
        self.diagnostics.extend(found);
    }
}

/// Files in a folder that can be packs, sorted.
fn packs_in(tree: &dyn Tree, folder: &str) -> Vec<String> {
    let files = tree.files(folder).files.into_iter();
    files
        .filter(|path| parent(path) == folder)
        .filter(|path| path.ends_with(".yaml") || path.ends_with(".yml"))
        .filter(|path| !path.ends_with("waivers.yaml") && !path.ends_with("klo.yaml"))
        .collect()
}
