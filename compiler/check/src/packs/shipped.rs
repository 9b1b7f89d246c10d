//! The packs that come with klo: the files of `rules/`, as they are.

/// Name and text of each.
const SHIPPED: [(&str, &str); 4] = [
    (
        "klo/baseline",
        include_str!("../../../../rules/baseline.yaml"),
    ),
    (
        "klo/production",
        include_str!("../../../../rules/production.yaml"),
    ),
    (
        "klo/residency-eu",
        include_str!("../../../../rules/residency-eu.yaml"),
    ),
    (
        "klo/gpu-budget",
        include_str!("../../../../rules/gpu-budget.yaml"),
    ),
];

/// The names of the packs that come with klo.
pub fn shipped_packs() -> impl Iterator<Item = &'static str> + Clone {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// The text of a pack that comes with klo.
pub(crate) fn text_of(name: &str) -> Option<&'static str> {
    SHIPPED
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}
