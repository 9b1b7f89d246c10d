//! Debian packages that the crates of a lock file need.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::facts::{CRATE_NEEDS, LINKERS};

/// The packages of one stage each.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SystemPackages {
    /// To build.
    pub(crate) build: BTreeSet<&'static str>,
    /// To run.
    pub(crate) run: BTreeSet<&'static str>,
}

/// Crates that lock files list though nothing builds them, since cargo lists what weak features name
/// (`sqlx-sqlite?/…`), with the word in the features that do ask for them. Cargo's issue 10801, open
/// in 2026-11.
const WEAK: [(&str, &str); 1] = [("sqlx-sqlite", "sqlite")];

/// A lock file: the crates by name, each with what it depends on.
pub(crate) struct Lock(BTreeMap<String, BTreeSet<String>>);

impl Lock {
    /// Takes out what the lock file lists and nothing builds; `asks` says whether a manifest turns on
    /// a feature with a word in its name.
    pub(crate) fn without_weak(mut self, asks: impl Fn(&str) -> bool) -> Self {
        for (name, _) in WEAK.iter().filter(|(_, word)| !asks(word)) {
            self.0.remove(*name);
        }
        self
    }

    /// Reads `Cargo.lock`; the message says what is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let table: Table = text
            .parse()
            .map_err(|error: toml::de::Error| error.message().to_owned())?;
        let packages = table.get("package").and_then(Value::as_array);
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for package in packages.into_iter().flatten() {
            let Some(name) = package.get("name").and_then(Value::as_str) else {
                continue;
            };
            let needs = package.get("dependencies").and_then(Value::as_array);
            // `name`, or `name version` where the lock has several.
            let needs = needs
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .filter_map(|need| need.split_whitespace().next());
            let known = found.entry(name.to_owned()).or_default();
            known.extend(needs.map(str::to_owned));
        }
        Ok(Self(found))
    }

    /// The crates that building `package` takes: itself and what it depends on.
    pub(crate) fn reached<'a>(&'a self, package: &'a str) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        let mut open = vec![package];
        while let Some(name) = open.pop() {
            if found.insert(name) {
                let needs = self.0.get(name).into_iter().flatten();
                open.extend(needs.map(String::as_str));
            }
        }
        found
    }

    /// What the crates that `package` depends on need, beside what `.cargo/config.toml` names.
    pub(crate) fn packages(&self, package: &str, config: &str) -> SystemPackages {
        let mut found = SystemPackages::default();
        let reached = self.reached(package);
        for needs in &CRATE_NEEDS {
            let Some(own) = self
                .0
                .get(needs.name)
                .filter(|_| reached.contains(needs.name))
            else {
                continue;
            };
            // `cc` builds much else too, so only the crate's own counts.
            let bundles =
                |with: &&str| own.contains(*with) || (*with != "cc" && reached.contains(with));
            if needs.bundled_by.iter().any(bundles) {
                found.build.extend(needs.bundle);
            } else {
                found.build.extend(needs.build);
                found.run.extend(needs.run);
            }
        }
        let linkers = LINKERS
            .iter()
            .filter(|(program, _)| config.contains(program));
        found.build.extend(linkers.map(|(_, package)| *package));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
version = 4
[[package]]
name = "api"
version = "0.1.0"
dependencies = ["native-tls", "libsqlite3-sys 0.30.1", "prost"]
[[package]]
name = "worker"
version = "0.1.0"
dependencies = ["pq-sys"]
[[package]]
name = "native-tls"
version = "0.2.14"
dependencies = ["openssl-sys"]
[[package]]
name = "openssl-sys"
version = "0.9.109"
dependencies = ["cc", "pkg-config"]
[[package]]
name = "libsqlite3-sys"
version = "0.30.1"
dependencies = ["cc", "pkg-config"]
[[package]]
name = "pq-sys"
version = "0.7.0"
"#;

    #[test]
    fn only_what_a_package_reaches_counts() {
        let lock = Lock::read(LOCK).unwrap_or(Lock(BTreeMap::new()));
        let api = lock.packages("api", "linker = \"clang\"");
        assert_eq!(
            api.build,
            BTreeSet::from(["clang", "libssl-dev", "pkg-config"])
        );
        assert_eq!(api.run, BTreeSet::from(["libssl3"]));
        let worker = lock.packages("worker", "");
        assert_eq!(worker.build, BTreeSet::from(["libpq-dev"]));
        assert_eq!(worker.run, BTreeSet::from(["libpq5"]));
    }

    #[test]
    fn what_nothing_asks_for_is_not_built() {
        let text = "[[package]]\nname = \"api\"\ndependencies = [\"sqlx\"]\n\
             [[package]]\nname = \"sqlx\"\ndependencies = [\"sqlx-sqlite\"]\n\
             [[package]]\nname = \"sqlx-sqlite\"\ndependencies = [\"libsqlite3-sys\"]\n\
             [[package]]\nname = \"libsqlite3-sys\"\n";
        let run = |asked: bool| {
            let lock = Lock::read(text).unwrap_or(Lock(BTreeMap::new()));
            lock.without_weak(|_| asked).packages("api", "").run
        };
        assert_eq!(run(false), BTreeSet::new());
        assert_eq!(run(true), BTreeSet::from(["libsqlite3-0"]));
    }

    #[test]
    fn what_is_bundled_is_not_installed() {
        let text = LOCK.replace("[\"cc\", \"pkg-config\"]", "[\"cc\", \"openssl-src\"]");
        let lock = Lock::read(&text).unwrap_or(Lock(BTreeMap::new()));
        let api = lock.packages("api", "");
        assert_eq!(api.build, BTreeSet::from(["make", "perl"]));
        assert_eq!(api.run, BTreeSet::new());
    }

    #[test]
    fn tables_are_sorted() {
        assert!(CRATE_NEEDS.is_sorted_by_key(|needs| needs.name));
    }
}
