//! Heads of packs, parents before children, become packs: parameters settled, rules decoded and held
//! against those that they tighten.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use klo_diagnostics::codes::rules as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{Literal, LiteralKind};

use super::draft::Draft;
use super::model::{Check, Condition, Pack, Rule};
use super::reader::{Param, Params, Reader};
use crate::cel::Direction;
use crate::layers::PackLayers;

/// Most rules of one pack.
const MOST_RULES: usize = 2000;

/// A draft in its order.
pub(crate) struct Node<'d> {
    /// Its number, which `parents` of others name.
    pub(crate) index: usize,
    pub(crate) draft: &'d Draft,
    pub(crate) parents: &'d [usize],
    pub(crate) mandatory: bool,
}

/// Decodes every pack, in the order given.
pub(crate) fn decode(nodes: &[Node<'_>]) -> (Vec<Pack>, Vec<Diagnostic>) {
    let position: BTreeMap<usize, usize> = nodes
        .iter()
        .enumerate()
        .map(|(position, node)| (node.index, position))
        .collect();
    let ancestors = ancestors(nodes, &position);
    let mut diagnostics = Vec::new();
    let mut packs: Vec<Pack> = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let params = params(nodes, &ancestors, at, &mut diagnostics);
        let inherited: Vec<usize> = ancestors[at].clone();
        let (pack, found) = pack(node, &params, inherited, &packs);
        diagnostics.extend(found);
        for rule in &pack.rules {
            replace(&mut packs, &pack.ancestors, &rule.id);
        }
        packs.push(pack);
    }
    diagnostics.extend(duplicates(&packs));
    (packs, diagnostics)
}

/// Positions of everything that each node builds on.
fn ancestors(nodes: &[Node<'_>], position: &BTreeMap<usize, usize>) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    for node in nodes {
        let mut own: Vec<usize> = Vec::new();
        for parent in node.parents.iter().filter_map(|index| position.get(index)) {
            own.extend(all.get(*parent).into_iter().flatten());
            own.push(*parent);
        }
        own.sort_unstable();
        own.dedup();
        all.push(own);
    }
    all
}

/// The parameters of a pack, with what its children set in their place.
fn params(
    nodes: &[Node<'_>],
    ancestors: &[Vec<usize>],
    at: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Params {
    let mut params = Params::new();
    // What a pack builds on is known to it by name too.
    let lineage = ancestors[at].iter().copied().chain([at]);
    for position in lineage {
        for (name, range, literal) in &nodes[position].draft.params {
            let place = at_of(nodes[position].draft, *range);
            let own = Param {
                literal: literal.clone(),
                at: place.clone(),
                own: literal.clone(),
                own_at: place,
            };
            params.entry(name.clone()).or_insert(own);
        }
    }
    for (name, param) in &mut params {
        let mut last: Option<usize> = None;
        for position in 0..nodes.len() {
            let related = position == at
                || ancestors[position].contains(&at)
                || ancestors[at].contains(&position);
            let set = nodes[position]
                .draft
                .params
                .iter()
                .find(|(own, _, _)| own == name);
            let Some((_, range, literal)) = set.filter(|_| related) else {
                continue;
            };
            let place = at_of(nodes[position].draft, *range);
            if let Some(other) = last.filter(|other| !ancestors[position].contains(other))
                && param.literal.kind != literal.kind
            {
                diagnostics.push(two_values(
                    name,
                    nodes[other].draft,
                    place.clone(),
                    &param.at,
                ));
            }
            if std::mem::discriminant(&param.own.kind) != std::mem::discriminant(&literal.kind) {
                let message = format!(
                    "the parameter `{name}` is {} here, and {} where it comes from",
                    literal.noun(),
                    param.own.noun()
                );
                let error = Diagnostic::error(codes::WRONG_IN_PACK, place.clone(), message)
                    .help("give it a value of the same type")
                    .related(param.own_at.clone(), "it comes from here");
                if !diagnostics.contains(&error) {
                    diagnostics.push(error);
                }
                continue;
            }
            param.literal = literal.clone();
            param.at = place;
            last = Some(position);
        }
    }
    params
}

fn two_values(name: &str, other: &Draft, at: At, first: &At) -> Diagnostic {
    let message = format!(
        "`{}` sets the parameter `{name}` to another value, and neither pack builds on the other",
        other.name
    );
    Diagnostic::error(codes::WRONG_IN_PACK, at, message)
        .help("let one of the packs extend the other, or set it in one of them only")
        .related(first.clone(), "the other value")
}

fn at_of(draft: &Draft, range: klo_source::TextRange) -> At {
    At::Span(range.in_file(draft.file))
}

fn pack(
    node: &Node<'_>,
    params: &Params,
    ancestors: Vec<usize>,
    packs: &[Pack],
) -> (Pack, Vec<Diagnostic>) {
    let draft = node.draft;
    let mut reader = Reader::new(draft.file, params);
    let section = |key: &str| draft.literal.get(key);
    let mut layers = PackLayers::default();
    if let Some(choose) = section("choose") {
        (layers.choose, layers.modules) = reader.choose(&draft.name, choose);
    }
    if let Some(defaults) = section("defaults") {
        layers.defaults = reader.defaults(&draft.name, defaults);
    }
    let inherited = |id: &str| {
        let mut nearest = ancestors.iter().rev().filter_map(|index| packs.get(*index));
        nearest.find_map(|pack| pack.rules.iter().find(|rule| rule.id == id))
    };
    let mut rules = Vec::new();
    if let Some(list) = section("rules") {
        let items = reader.list("`rules`", list);
        if items.len() > MOST_RULES {
            let message = format!(
                "this pack has {} rules, more than {MOST_RULES}",
                items.len()
            );
            reader.wrong(list.range, message, "split the pack");
        } else {
            for item in items {
                let parent = item.get("id").and_then(Literal::as_str).and_then(inherited);
                if let Some(rule) = reader.rule(&draft.name, item, parent) {
                    loosened_params(&mut reader, &rule, item, parent, &draft.name);
                    rules.push(rule);
                }
            }
        }
    }
    if let Some(exceptions) = section("exceptions") {
        reader.exceptions(exceptions);
    }
    let tests = match section("tests") {
        Some(tests) => {
            let known = ancestors.iter().filter_map(|index| packs.get(*index));
            let known = known.flat_map(|pack| &pack.rules).chain(&rules);
            let known: Vec<&str> = known.map(|rule| rule.id.as_str()).collect();
            reader.pack_tests(tests, &known)
        }
        None => Vec::new(),
    };
    let pack = Pack {
        name: draft.name.clone(),
        version: draft.version.clone(),
        file: draft.file,
        at: draft.at.clone(),
        mandatory: node.mandatory,
        ancestors,
        rules,
        tests,
        params: params
            .iter()
            .map(|(name, param)| (name.clone(), param.literal.clone()))
            .collect(),
        tiers: draft.tiers.clone(),
        layers,
    };
    (pack, reader.diagnostics)
}

/// Marks the rule of an id as tightened by a child.
fn replace(packs: &mut [Pack], ancestors: &[usize], id: &str) {
    for index in ancestors {
        let rules = packs
            .get_mut(*index)
            .into_iter()
            .flat_map(|pack| &mut pack.rules);
        for rule in rules.filter(|rule| rule.id == id) {
            rule.replaced = true;
        }
    }
}

/// Ids that stand in several packs without one tightening the other.
fn duplicates(packs: &[Pack]) -> Vec<Diagnostic> {
    let mut seen: IndexMap<&str, (usize, &Rule)> = IndexMap::new();
    let mut found = Vec::new();
    for (index, pack) in packs.iter().enumerate() {
        for rule in &pack.rules {
            match seen.get(rule.id.as_str()) {
                Some((other, first)) if *other == index || !pack.ancestors.contains(other) => {
                    let message = format!("two rules have the id `{}`", rule.id);
                    let mut error = Diagnostic::error(codes::WRONG_IN_PACK, rule.at.clone(), message)
                        .help("give one of them another id; a pack tightens a rule only of a pack that it extends");
                    if first.at != At::Nowhere {
                        error = error.related(first.at.clone(), "the other one");
                    }
                    found.push(error);
                }
                _ => {
                    seen.insert(&rule.id, (index, rule));
                }
            }
        }
    }
    found
}

/// A child's value of a parameter may only tighten the rules that use it.
fn loosened_params(
    reader: &mut Reader<'_>,
    rule: &Rule,
    literal: &Literal,
    parent: Option<&Rule>,
    pack: &str,
) {
    let changed = |param: &&Param| param.literal.kind != param.own.kind;
    if !reader.params.values().any(|param| changed(&param)) {
        return;
    }
    let own: Params = reader
        .params
        .iter()
        .map(|(name, param)| {
            let literal = param.own.clone();
            (
                name.clone(),
                Param {
                    literal,
                    ..param.clone()
                },
            )
        })
        .collect();
    let mut quiet = Reader::new(reader.file, &own);
    let Some(original) = quiet.rule(pack, literal, parent) else {
        return;
    };
    let mut loosened: Vec<(&str, String)> = Vec::new();
    match (&rule.check, &original.check) {
        (Check::Require(now), Check::Require(before)) => {
            let tests = now.iter().zip(before).flat_map(|(now, before)| {
                let path = &now.path.text;
                now.tests
                    .iter()
                    .zip(&before.tests)
                    .map(move |(now, before)| (path, now, before))
            });
            for (path, now, before) in tests {
                if let Some(name) = &now.param
                    && now.op.tightens(&before.op) != Some(true)
                {
                    loosened.push((
                        name,
                        format!("of `{path}`, {}, and {} before", now.op, before.op),
                    ));
                }
            }
        }
        (Check::Assert(now), Check::Assert(_)) => {
            let used = now.expression.param_use();
            loosened.extend(loosened_expression(reader.params, now, used));
        }
        _ => {}
    }
    if let Some(when) = &rule.when {
        let used = when.expression.param_use_of_condition();
        loosened.extend(loosened_expression(reader.params, when, used));
    }
    let found: Vec<Diagnostic> = loosened
        .into_iter()
        .filter_map(|(name, what)| {
            let param = reader.params.get(name)?;
            let message = format!("the parameter `{name}` would loosen `{}`: {what}", rule.id);
            let error = Diagnostic::error(codes::LOOSENED_RULE, param.at.clone(), message)
                .help("a pack may only tighten what it extends; for anything else write a rule with an id of its own");
            Some(match &param.own_at {
                At::Nowhere => error,
                at => error.related(at.clone(), "the value that it comes with"),
            })
        })
        .collect();
    reader.diagnostics.extend(found);
}

/// Parameters whose new values could make an expression true where it was false.
fn loosened_expression<'p>(
    params: &'p Params,
    condition: &Condition,
    used: Vec<(String, Direction)>,
) -> Vec<(&'p str, String)> {
    let mut found = Vec::new();
    for (name, direction) in used {
        let Some((name, param)) = params.get_key_value(name.as_str()) else {
            continue;
        };
        if param.literal.kind == param.own.kind {
            continue;
        }
        let text = condition.text.trim();
        if !tightens(&param.literal, &param.own, direction) {
            found.push((name.as_str(), format!("it is used in `{text}`")));
        }
    }
    found
}

fn tightens(now: &Literal, before: &Literal, direction: Direction) -> bool {
    let number = |literal: &Literal| match literal.kind {
        LiteralKind::Int(number) => Some(number as f64),
        LiteralKind::Float(number) => Some(number),
        _ => None,
    };
    let within = |inner: &Literal, outer: &Literal| match (&inner.kind, &outer.kind) {
        (LiteralKind::List(inner), LiteralKind::List(outer)) => inner
            .iter()
            .all(|item| outer.iter().any(|other| other.kind == item.kind)),
        _ => false,
    };
    match direction {
        Direction::Lower => number(now)
            .zip(number(before))
            .is_some_and(|(now, before)| now <= before),
        Direction::Raise => number(now)
            .zip(number(before))
            .is_some_and(|(now, before)| now >= before),
        Direction::Narrow => within(now, before),
        Direction::Widen => within(before, now),
        Direction::Unknown => false,
    }
}
