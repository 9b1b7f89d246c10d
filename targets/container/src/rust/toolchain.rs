//! Which toolchain a project is built with.

use klo_source::{Tree, join, parent};
use toml::{Table, Value};

use super::facts::RELEASES;

/// The base image and what rustup has to add to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Toolchain {
    /// The tag of Docker's official `rust` image.
    pub(crate) image: String,
    /// A toolchain that no image has, by rustup's name for it.
    pub(crate) channel: Option<String>,
}

/// Chooses by the nearest `rust-toolchain.toml` or `rust-toolchain` from `project` up to the root,
/// as rustup does; without one it is the newest release, which builds all that older ones do.
/// `least` is the package's `rust-version`.
pub(crate) fn choose(tree: &dyn Tree, project: &str, least: Option<&str>) -> Toolchain {
    let mut folder = project;
    loop {
        if let Some(channel) = stated(tree, folder) {
            return of(&channel);
        }
        if folder.is_empty() {
            break;
        }
        folder = parent(folder);
    }
    match least.and_then(version) {
        Some((minor, patch)) if known(minor).is_none() && minor > newest().0 => Toolchain {
            image: image(newest()),
            channel: Some(format!("1.{minor}.{}", patch.unwrap_or(0))),
        },
        _ => Toolchain {
            image: image(newest()),
            channel: None,
        },
    }
}

fn stated(tree: &dyn Tree, folder: &str) -> Option<String> {
    // rustup prefers the file without an ending (The rustup book, "Overrides").
    for name in ["rust-toolchain", "rust-toolchain.toml"] {
        let Ok(text) = tree.read_text(&join(folder, name)) else {
            continue;
        };
        let table: Option<Table> = text.parse().ok();
        let channel = table
            .as_ref()
            .and_then(|table| table.get("toolchain")?.get("channel"))
            .and_then(Value::as_str);
        let channel = match channel {
            Some(channel) => channel,
            None if name == "rust-toolchain" && text.trim().lines().count() == 1 => text.trim(),
            None => continue,
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if channel.starts_with(|c: char| c.is_ascii_alphanumeric()) && channel.chars().all(is_name)
        {
            return Some(channel.to_owned());
        }
    }
    None
}

fn of(channel: &str) -> Toolchain {
    if channel == "stable" {
        return Toolchain {
            image: image(newest()),
            channel: None,
        };
    }
    let found = version(channel).and_then(|(minor, patch)| {
        let (_, last) = known(minor)?;
        let patch = patch.unwrap_or(last);
        (patch <= last).then_some((minor, patch))
    });
    match found {
        Some(release) => Toolchain {
            image: image(release),
            channel: None,
        },
        None => Toolchain {
            image: image(newest()),
            channel: Some(channel.to_owned()),
        },
    }
}

/// `1.85` and `1.85.1`: minor and patch.
fn version(text: &str) -> Option<(u32, Option<u32>)> {
    let mut parts = text.split('.');
    (parts.next()? == "1").then_some(())?;
    let minor = parts.next()?.parse().ok()?;
    let patch = match parts.next() {
        Some(patch) => Some(patch.parse().ok()?),
        None => None,
    };
    parts.next().is_none().then_some((minor, patch))
}

fn known(minor: u32) -> Option<(u32, u32)> {
    RELEASES.iter().copied().find(|(known, _)| *known == minor)
}

fn newest() -> (u32, u32) {
    RELEASES[RELEASES.len() - 1]
}

fn image((minor, patch): (u32, u32)) -> String {
    format!("rust:1.{minor}.{patch}-slim-bookworm")
}

#[cfg(test)]
mod tests {
    use klo_source::MemoryTree;

    use super::*;

    fn chosen(files: &[(&str, &str)], least: Option<&str>) -> String {
        let tree = MemoryTree::new(files.iter().map(|(p, t)| (*p, t.as_bytes())));
        let found = choose(&tree, "app/orders", least);
        let version = found.image.trim_start_matches("rust:");
        let version = version.trim_end_matches("-slim-bookworm");
        match found.channel {
            Some(channel) => format!("{version} + {channel}"),
            None => version.to_owned(),
        }
    }

    #[test]
    fn releases_are_sorted() {
        assert!(RELEASES.is_sorted());
    }

    #[test]
    fn the_nearest_statement_decides() {
        let file = |channel: &str| format!("[toolchain]\nchannel = \"{channel}\"\n");
        let at_root = |channel: &str| chosen(&[("rust-toolchain.toml", &file(channel))], None);
        assert_eq!(chosen(&[], None), "1.98.0");
        assert_eq!(chosen(&[], Some("1.70")), "1.98.0");
        assert_eq!(chosen(&[], Some("1.103")), "1.98.0 + 1.103.0");
        assert_eq!(at_root("stable"), "1.98.0");
        assert_eq!(at_root("1.85"), "1.85.1");
        assert_eq!(at_root("1.85.0"), "1.85.0");
        assert_eq!(at_root("1.85.9"), "1.98.0 + 1.85.9");
        assert_eq!(at_root("1.60.0"), "1.98.0 + 1.60.0");
        assert_eq!(at_root("nightly-2026-01-31"), "1.98.0 + nightly-2026-01-31");
        assert_eq!(at_root("$(rm -rf /)"), "1.98.0");
        let near = [
            ("rust-toolchain.toml", file("1.80")),
            ("app/orders/rust-toolchain", "1.81.0\n".to_owned()),
        ];
        let near = near.each_ref().map(|(path, text)| (*path, text.as_str()));
        assert_eq!(chosen(&near, None), "1.81.0");
    }
}
