use klo_diagnostics::Diagnostic;
use klo_intent::Tier;

use super::model::{Pack, Rule};
use super::tiers::tier_of;
use crate::layers::PackLayers;

/// Every pack that holds for an app, parents before children.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    packs: Vec<Pack>,
    layers: PackLayers,
}

impl RuleSet {
    pub(crate) fn new(packs: Vec<Pack>) -> Self {
        let layers = layers(&packs);
        Self { packs, layers }
    }

    /// A rule set that only chooses and fills in.
    #[cfg(test)]
    pub(crate) fn of_layers(layers: PackLayers) -> Self {
        Self {
            packs: Vec::new(),
            layers,
        }
    }

    /// The packs, parents before children.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// The rules that are judged: of one that a child tightens, the child's.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let all = self.packs.iter().flat_map(|pack| &pack.rules);
        all.filter(|rule| !rule.replaced)
    }

    /// The rule of an id or name, in the form in which it is judged.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules()
            .find(|rule| rule.id.eq_ignore_ascii_case(id))
            .or_else(|| self.rules().find(|rule| rule.name == id))
    }

    /// A pack by itself, with those that it extends: what its tests are judged by. `index` is a
    /// position in [`RuleSet::packs`].
    pub fn below(&self, index: usize) -> Self {
        let Some(pack) = self.packs.get(index) else {
            return Self::default();
        };
        let kept: Vec<usize> = pack.ancestors.iter().copied().chain([index]).collect();
        let position = |old: &usize| kept.iter().position(|kept| kept == old);
        let packs = kept.iter().filter_map(|old| {
            let mut pack = self.packs.get(*old)?.clone();
            pack.ancestors = pack.ancestors.iter().filter_map(position).collect();
            Some(pack)
        });
        let mut packs: Vec<Pack> = packs.collect();
        // What only a pack outside of these tightens holds in its first form here.
        let ids: Vec<Vec<String>> = packs.iter().map(ids).collect();
        for index in 0..packs.len() {
            for rule in 0..packs[index].rules.len() {
                let id = &packs[index].rules[rule].id;
                let later = ids.iter().enumerate().skip(index + 1);
                let mut later = later.filter(|(other, _)| packs[*other].ancestors.contains(&index));
                let replaced = later.any(|(_, ids)| ids.contains(id));
                packs[index].rules[rule].replaced = replaced;
            }
        }
        Self::new(packs)
    }

    /// What the packs choose and fill in.
    pub fn layers(&self) -> &PackLayers {
        &self.layers
    }

    /// The tier of an environment: `prod` where a pack says so, else `dev`; and what is wrong when a
    /// child says `dev` of what its parent says `prod`.
    pub fn tier(&self, environment: &str) -> (Tier, Vec<Diagnostic>) {
        let tiers = self
            .packs
            .iter()
            .map(|pack| (pack.name.as_str(), &pack.tiers));
        tier_of(tiers, environment)
    }
}

/// Choices and defaults, strongest first: packs that the app has no say in, then children before
/// their parents and later packs before earlier ones.
fn layers(packs: &[Pack]) -> PackLayers {
    let mut layers = PackLayers::default();
    let (mandatory, own): (Vec<&Pack>, Vec<&Pack>) =
        packs.iter().rev().partition(|pack| pack.mandatory);
    for pack in mandatory.into_iter().chain(own) {
        layers.choose.extend(pack.layers.choose.iter().cloned());
        layers.modules.extend(pack.layers.modules.iter().cloned());
        layers.defaults.extend(pack.layers.defaults.iter().cloned());
    }
    layers
}

fn ids(pack: &Pack) -> Vec<String> {
    pack.rules.iter().map(|rule| rule.id.clone()).collect()
}
