//! The addresses that this version gives to what the examples become. Each release's list stays: states
//! of users hold those addresses, so later versions keep them or move them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

/// Where this version's list stands.
pub(crate) const PATH: &str = concat!(
    "compiler/cli/tests/addresses/",
    env!("CARGO_PKG_VERSION"),
    ".txt"
);

/// The list, from the plans under `snapshots`: a line for each managed resource and module, of example,
/// environment, root and address.
pub(crate) fn list(root: &Path) -> std::io::Result<String> {
    let mut lines = BTreeSet::new();
    for example in folders(&root.join("snapshots"))? {
        for environment in folders(&root.join("snapshots").join(&example))? {
            let plan = root
                .join("snapshots")
                .join(&example)
                .join(&environment)
                .join("plan.json");
            if !plan.is_file() {
                continue;
            }
            let plan: Value = serde_json::from_slice(&std::fs::read(plan)?)?;
            for (root, address) in addresses(&plan) {
                lines.insert(format!("{example} {environment} {root} {address}\n"));
            }
        }
    }
    Ok(lines.into_iter().collect())
}

/// The names of the folders in a folder.
fn folders(path: &Path) -> std::io::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        if entry.path().is_dir() {
            found.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(found)
}

/// What Terraform keeps in its state under an address.
fn addresses(plan: &Value) -> Vec<(&str, &str)> {
    let list = |key: &str| plan[key].as_array().into_iter().flatten();
    let managed = list("resources").filter(|resource| resource["mode"] == "managed");
    managed
        .chain(list("modules"))
        .filter_map(|one| Some((one["root"].as_str()?, one["address"].as_str()?)))
        .collect()
}
