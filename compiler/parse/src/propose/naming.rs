//! Names for what is proposed: what the item, the variable or the folder says, without what its kind
//! says already.

use std::collections::BTreeSet;

use klo_config::App;
use klo_intent::{Kind, kebab, name_fault};
use klo_source::{parent, stem};

use crate::declare::derived_name;

/// Words of variables that say how a thing is found, or which kind it is.
const WORDS: [&str; 46] = [
    "URL",
    "URI",
    "DSN",
    "ARN",
    "NAME",
    "HOST",
    "HOSTNAME",
    "USERNAME",
    "SERVER",
    "ENDPOINT",
    "ADDRESS",
    "PORT",
    "USER",
    "DATABASE",
    "DB",
    "POSTGRES",
    "POSTGRESQL",
    "PG",
    "PGSQL",
    "MYSQL",
    "MARIADB",
    "SQL",
    "SQLALCHEMY",
    "REDIS",
    "VALKEY",
    "CACHE",
    "S3",
    "BUCKET",
    "SQS",
    "QUEUE",
    "SNS",
    "TOPIC",
    "DYNAMODB",
    "DYNAMO",
    "TABLE",
    "AWS",
    "ASYNC",
    "CONNECTION",
    "CONN",
    "STRING",
    "APP",
    "DEFAULT",
    "PASSWORD",
    "CELERY",
    "PRIMARY",
    "DJANGO",
];

/// Stems of files that say nothing of what they serve.
const POOR_STEMS: [&str; 14] = [
    "wsgi",
    "asgi",
    "autoapp",
    "server",
    "run",
    "celery",
    "celery_app",
    "celeryapp",
    "__main__",
    "tasks",
    "entrypoint",
    "index",
    "application",
    "handler",
];

/// Names that are taken.
pub(super) struct Names<'a> {
    app: &'a App,
    taken: BTreeSet<(Kind, String)>,
}

impl<'a> Names<'a> {
    pub(super) fn new(app: &'a App, taken: impl IntoIterator<Item = (Kind, String)>) -> Self {
        Self {
            app,
            taken: taken.into_iter().collect(),
        }
    }

    /// The first of some wishes that is a name and free, else the last with a number.
    fn take(&mut self, kind: Kind, wishes: &[String]) -> String {
        let good: Vec<&String> = wishes
            .iter()
            .filter(|wish| name_fault(wish).is_none())
            .collect();
        let fallback = kind.name().to_owned();
        let last = good.last().copied().unwrap_or(&fallback);
        let mut name = good
            .iter()
            .find(|wish| !self.taken.contains(&(kind, (**wish).clone())))
            .map_or_else(|| last.clone(), |wish| (**wish).clone());
        let mut number = 2;
        while self.taken.contains(&(kind, name.clone())) {
            let cut: String = last.chars().take(36).collect();
            name = format!("{}-{number}", cut.trim_end_matches('-'));
            number += 1;
        }
        self.taken.insert((kind, name.clone()));
        name
    }

    /// The name of a resource that these variables find.
    pub(super) fn resource(
        &mut self,
        kind: Kind,
        variable: &str,
        path: &str,
        item: &str,
    ) -> String {
        let variable = variable.to_ascii_uppercase();
        let own: Vec<&str> = variable
            .split('_')
            .filter(|word| !word.is_empty() && !WORDS.contains(word))
            .collect();
        let own = kebab(&own.join("_").to_lowercase());
        let whole = kebab(&variable.to_lowercase());
        let of_item = kebab(item);
        let folder = kebab(parent(path).rsplit('/').next().unwrap_or(""));
        let wishes = match kind {
            Kind::Secret | Kind::Config => vec![whole],
            Kind::Database => vec![own, kebab(&self.app.name), folder, of_item],
            Kind::Cache => vec![own, "cache".to_owned(), folder, of_item],
            _ => vec![own, of_item, kebab(stem(path)), whole],
        };
        self.take(kind, &wishes)
    }

    /// The name of a unit: what follows from where it stands, unless that says nothing.
    pub(super) fn unit(
        &mut self,
        kind: Kind,
        path: &str,
        item: Option<&str>,
        wished: Option<&str>,
    ) -> String {
        let derived = derived_name(self.app, path, item.and_then(telling));
        let folder = crate_or_folder(path);
        let own = kebab(&self.app.name);
        let mut wishes: Vec<String> = wished.map(kebab).into_iter().collect();
        let is_poor = |name: &str| {
            POOR_STEMS.contains(&name.replace('-', "_").as_str())
                || matches!(name, "" | "src" | "app" | "core" | "backend" | "config")
        };
        if !is_poor(&derived) {
            wishes.push(derived);
        }
        if !is_poor(folder) {
            wishes.push(kebab(folder));
        }
        wishes.push(own);
        wishes.push(kebab(&format!("{folder}-{}", stem(path))));
        self.take(kind, &wishes)
    }
}

/// What an item's name says of what it is for: nothing for `handler`, `pages` for `create_pages`.
fn telling(name: &str) -> Option<&str> {
    let made = ["create_", "make_", "build_", "init_", "get_"];
    let name = made
        .iter()
        .find_map(|verb| name.strip_prefix(verb))
        .unwrap_or(name);
    let poor = POOR_STEMS.contains(&name)
        || matches!(
            name,
            "handle" | "lambda_handler" | "run" | "entry" | "start" | "cli"
        );
    (!poor).then_some(name)
}

/// The folder that a file belongs to; for `src/main.rs` that of its crate.
fn crate_or_folder(path: &str) -> &str {
    let folder = parent(path);
    let name = folder.rsplit('/').next().unwrap_or("");
    if matches!(name, "src" | "bin") {
        return crate_or_folder(folder);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> App {
        let tree = klo_source::MemoryTree::new([("a.py", "")]);
        let mut sources = klo_source::SourceMap::new();
        let (apps, _) = klo_config::discover(&tree, "shop", "", None, &mut sources);
        apps.into_iter().next().expect("a folder is an app")
    }

    #[test]
    fn variables_lose_what_their_kind_says() {
        let app = app();
        let mut names = Names::new(&app, []);
        let mut name = |kind, variable| names.resource(kind, variable, "shop/db.py", "engine");
        assert_eq!(name(Kind::Queue, "RECEIPT_QUEUE_URL"), "receipt");
        assert_eq!(name(Kind::Database, "DATABASE_URL"), "shop");
        assert_eq!(name(Kind::Database, "REPORTS_DB_HOST"), "reports");
        assert_eq!(name(Kind::Database, "POSTGRES_SERVER"), "engine");
        assert_eq!(name(Kind::Database, "LEDGER_DB_HOSTNAME"), "ledger");
        assert_eq!(name(Kind::Cache, "REDIS_URL"), "cache");
        assert_eq!(name(Kind::Cache, "CELERY_BROKER_URL"), "broker");
        assert_eq!(name(Kind::Secret, "PAYMENTS_API_KEY"), "payments-api-key");
    }

    #[test]
    fn files_that_say_nothing_give_way_to_their_folder() {
        let app = app();
        let mut names = Names::new(&app, []);
        let mut name = |path, item| names.unit(Kind::Service, path, Some(item), None);
        assert_eq!(name("services/orders/main.py", "app"), "orders");
        assert_eq!(name("mysite/wsgi.py", "application"), "mysite");
        assert_eq!(name("wsgi.py", "app"), "shop");
        assert_eq!(name("crates/api/src/main.rs", "main"), "api");
        assert_eq!(name("crates/api/src/bin/migrate.rs", "main"), "migrate");
    }
}
