//! `tiers`: which environments are protected.

use klo_diagnostics::codes::rules as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{Literal, Tier};

use super::reader::Reader;

/// Patterns of environments' names, by tier.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tiers(Vec<(Tier, String, At)>);

impl Tiers {
    /// What the pack says of an environment, and where.
    fn says(&self, environment: &str) -> Option<(Tier, At)> {
        let matching = |(_, pattern, _): &&(Tier, String, At)| matches(pattern, environment);
        // A name that stands in full says more than a pattern that it fits.
        let exact = self.0.iter().find(|(_, pattern, _)| pattern == environment);
        let found = exact.or_else(|| self.0.iter().find(matching));
        found.map(|(tier, _, at)| (*tier, at.clone()))
    }
}

/// The tier of an environment by packs, parents before children: `prod` where one of them says so,
/// else `dev`. A child that says `dev` of what a parent says `prod` is reported.
pub(crate) fn tier_of<'p>(
    packs: impl Iterator<Item = (&'p str, &'p Tiers)>,
    environment: &str,
) -> (Tier, Vec<Diagnostic>) {
    let mut prod: Option<(&str, At)> = None;
    let mut diagnostics = Vec::new();
    for (name, tiers) in packs {
        match (tiers.says(environment), &prod) {
            (Some((Tier::Prod, at)), None) => prod = Some((name, at)),
            (Some((Tier::Dev, at)), Some((parent, first))) => {
                let message = format!(
                    "`{name}` says that `{environment}` is `dev`, and `{parent}` that it is `prod`"
                );
                diagnostics.push(
                    Diagnostic::error(codes::LOOSENED_RULE, at, message)
                        .help("a pack cannot move an environment out of `prod`; leave it out here")
                        .related(first.clone(), "`prod` here"),
                );
            }
            _ => {}
        }
    }
    let tier = if prod.is_some() {
        Tier::Prod
    } else {
        Tier::Dev
    };
    (tier, diagnostics)
}

/// Whether a name fits a pattern, in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut left) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

impl Reader<'_> {
    /// `tiers: { dev: […], prod: […] }`.
    pub(crate) fn tiers(&mut self, literal: &Literal) -> Tiers {
        let mut tiers = Tiers::default();
        let Some(fields) = self.fields("`tiers`", literal, &["dev", "prod"], &[]) else {
            return tiers;
        };
        for tier in [Tier::Prod, Tier::Dev] {
            let Some(list) = fields.get(tier.name()) else {
                continue;
            };
            for item in self.list(&format!("`tiers.{}`", tier.name()), list) {
                if let Some(pattern) = self.text(tier.name(), item) {
                    let at = self.at(item.range);
                    tiers.0.push((tier, pattern.to_owned(), at));
                }
            }
        }
        tiers
    }

    /// `dev` or `prod`.
    pub(crate) fn tier(&mut self, literal: &Literal) -> Option<Tier> {
        let text = self.text("tier", literal)?;
        let found = [Tier::Dev, Tier::Prod]
            .into_iter()
            .find(|tier| tier.name() == text);
        if found.is_none() {
            let help = match klo_diagnostics::did_you_mean(text, ["dev", "prod"]) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "the tiers are `dev` and `prod`".to_owned(),
            };
            self.unknown(
                literal.range,
                format!("there is no tier `{}`", text.escape_debug()),
                help,
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        assert!(matches("prod", "prod") && !matches("prod", "prod-eu"));
        assert!(matches("prod-*", "prod-eu") && !matches("prod-*", "prod"));
        assert!(matches("*", "x") && matches("a*b*c", "a1b2c") && !matches("a*b*c", "a1c"));
        assert!(!matches("pr*prod", "prod"));
    }
}
