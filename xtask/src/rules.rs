//! `docs/rules.md`: the packs that come with klo, from the packs themselves.

use klo_check::{PackRequest, Rule, RuleSet, load_packs, shipped_packs};
use klo_diagnostics::At;
use klo_intent::Tier;
use klo_source::{MemoryTree, SourceMap};

/// The page.
///
/// # Panics
/// When a pack that comes with klo has a mistake.
pub(crate) fn page() -> String {
    let mut out = String::from(
        "# Rule packs that come with klo\n\n\
         Written by `cargo xtask generate` from the files in `rules/`; do not edit. A pack is named under `rules` in klo.yaml,\n\
         in `extends` of another pack, or by `--rules`. `klo explain ID` says the same of one rule.\n",
    );
    for name in shipped_packs() {
        out.push_str(&section(name));
    }
    out
}

fn section(name: &str) -> String {
    let rules = loaded(name);
    let Some(pack) = rules.packs().iter().find(|pack| pack.name == name) else {
        return String::new();
    };
    let parents: Vec<&str> = pack
        .ancestors
        .iter()
        .filter_map(|index| rules.packs().get(*index))
        .map(|parent| parent.name.as_str())
        .collect();
    let extends = match parents.as_slice() {
        [] => String::new(),
        parents => format!(", with the rules of {}", parents.join(", ")),
    };
    let head = format!("\n## {name}\n\nVersion {}{extends}.\n", pack.version);
    let rules = pack.rules.iter().map(rule);
    format!("{head}{}", rules.collect::<String>())
}

fn rule(rule: &Rule) -> String {
    let tier = rule.tier.map_or("every tier", Tier::name);
    let mut out = format!(
        "\n### {} {}\n\n{}\n\n- on `{}`, in {tier}, level {}\n",
        rule.id, rule.name, rule.why, rule.on, rule.level
    );
    if let Some(condition) = rule.condition() {
        out.push_str(&format!("- when `{condition}`\n"));
    }
    for asked in rule.asks() {
        out.push_str(&format!("- {}\n", words(&asked)));
    }
    if rule.fix {
        out.push_str("- `klo fix` writes the nearest value that it allows\n");
    }
    out
}

/// On one line.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn loaded(name: &str) -> RuleSet {
    let tree = MemoryTree::default();
    let request = PackRequest {
        name,
        at: At::Nowhere,
        tree: &tree,
        prefix: "",
        mandatory: false,
    };
    let (rules, diagnostics) = load_packs(&[request], &mut SourceMap::new());
    rules.unwrap_or_else(|| panic!("{name}: {diagnostics:?}"))
}
