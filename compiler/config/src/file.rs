use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::config as codes;
use klo_intent::{AttrValue, Kind, Literal, LiteralKind, name_fault};
use klo_source::{EntryKind, FileId, TextRange, Tree, normalize};

use crate::app::{App, Kubernetes};
use crate::reader::Reader;
use crate::table::{FILE, Shape};
use crate::yaml::read_yaml;

/// The app that a `klo.yaml` describes, with defaults for what it leaves open; `None` where the file
/// cannot be read as YAML. `fallback` is the app's name where the file states none.
pub(crate) fn read_app(
    tree: &dyn Tree,
    file: FileId,
    text: &str,
    root: &str,
    fallback: &str,
) -> (Option<App>, Vec<Diagnostic>) {
    let mut reader = Reader {
        tree,
        file,
        root,
        diagnostics: Vec::new(),
    };
    let (literal, problems) = read_yaml(text);
    let mut fatal = false;
    for problem in problems {
        match problem.duplicate {
            Some(first) => {
                let at = reader.span(problem.range);
                let first = reader.span(first);
                reader.diagnostics.push(
                    Diagnostic::error(codes::DUPLICATE_SETTING, at, problem.message)
                        .help(problem.help)
                        .related(first, "first here"),
                );
            }
            None => {
                fatal = true;
                reader.error(
                    codes::INVALID_YAML,
                    problem.range,
                    problem.message,
                    problem.help,
                );
            }
        }
    }
    if literal.is_none() && fatal {
        return (None, reader.diagnostics);
    }
    let mut app = App::with_defaults(fallback, root);
    app.file = Some(file);
    let mut named = false;
    if let Some(literal) = &literal {
        for (key, range, value) in reader.map("klo.yaml", literal) {
            named |= key == "app";
            reader.setting(&mut app, key, *range, value);
        }
    }
    if !named && name_fault(&app.name).is_some() {
        reader.error(
            codes::BAD_SETTING_NAME,
            TextRange::default(),
            format!(
                "the folder's name gives the app none: `{}`",
                fallback.escape_debug()
            ),
            "add a line such as `app: shop`",
        );
    }
    (Some(app), reader.diagnostics)
}

impl Reader<'_> {
    fn setting(&mut self, app: &mut App, key: &str, range: TextRange, literal: &Literal) {
        let Some(setting) = FILE.iter().find(|setting| setting.name == key) else {
            let known = FILE.iter().map(|setting| setting.name);
            self.unknown("klo.yaml", key, range, known);
            return;
        };
        match setting.shape {
            Shape::Environments => {
                let environments = self.environments(literal);
                if !environments.is_empty() {
                    app.environments = environments;
                }
            }
            Shape::Resources => app.resources = self.resources(literal),
            Shape::Declarations => app.declare = self.declarations(literal),
            Shape::Typed(_) if literal.kind == LiteralKind::Null => self.error(
                codes::WRONG_SETTING,
                range,
                format!("`{key}` has no value"),
                "give it one, or remove the line to have the default",
            ),
            Shape::Typed(ty) => {
                if let Some(value) = self.typed(&ty, setting.name, literal) {
                    self.typed_setting(app, setting.name, &value, literal);
                }
            }
        }
    }

    fn typed_setting(&mut self, app: &mut App, name: &str, value: &AttrValue, literal: &Literal) {
        let text = |key: &str| {
            value
                .get(key)
                .and_then(AttrValue::as_str)
                .map(str::to_owned)
        };
        match name {
            "app" => app.name = value.as_str().unwrap_or_default().to_owned(),
            "sources" => self.sources(app, literal),
            "rules" => app.rules = self.rules(literal),
            "emit" => self.emit(app, value, literal),
            "out" => self.out(app, value, literal),
            "run_on" => {
                for kind in [Kind::Service, Kind::Function, Kind::Job] {
                    if let (Some(platform), Some(at)) =
                        (text(kind.name()), literal.get(kind.name()))
                    {
                        app.run_on.insert(kind, (platform, self.span(at.range)));
                    }
                }
            }
            "platform" => app.platform = value.as_str().unwrap_or("aws").to_owned(),
            "kubernetes" => {
                app.kubernetes = Kubernetes {
                    nodes: text("nodes"),
                    cluster: text("cluster"),
                    mesh: text("mesh"),
                }
            }
            "network" => app.network = self.network(value, literal),
            "state" => self.state(app, text("bucket"), literal),
            "tags" => app.tags = self.tags(value, literal),
            "waivers" => {
                let path = value.as_str().unwrap_or_default();
                let found = self.path(path, literal.range, &[EntryKind::File]);
                app.waivers = found.map(|path| (path, self.span(literal.range)));
            }
            "alarms" => self.alarms(app, text("email"), literal),
            _ => {}
        }
    }

    fn sources(&mut self, app: &mut App, literal: &Literal) {
        let LiteralKind::List(items) = &literal.kind else {
            return;
        };
        let mut sources = Vec::new();
        for item in items {
            let path = item.as_str().unwrap_or_default();
            sources.extend(self.path(path, item.range, &[EntryKind::Directory, EntryKind::File]));
        }
        if items.is_empty() {
            self.error(
                codes::WRONG_SETTING,
                literal.range,
                "`sources` is empty, so the app would have no code",
                "name folders, or remove the line to have the folder of klo.yaml",
            );
        } else {
            sources.sort_unstable();
            sources.dedup();
            app.sources = sources;
        }
    }

    fn rules(&mut self, literal: &Literal) -> Vec<(String, Option<klo_source::Span>)> {
        let LiteralKind::List(items) = &literal.kind else {
            return Vec::new();
        };
        let mut rules = Vec::new();
        for item in items {
            let name = item.as_str().unwrap_or_default();
            let at = Some(self.span(item.range));
            // Packs that come with klo go by their names; whether there is one is the loader's business.
            if name.starts_with("klo/") {
                rules.push((name.to_owned(), at));
            } else if let Some(path) =
                self.path(name, item.range, &[EntryKind::Directory, EntryKind::File])
            {
                rules.push((path, at));
            }
        }
        rules
    }

    fn emit(&mut self, app: &mut App, value: &AttrValue, literal: &Literal) {
        let targets: Vec<&str> = match value {
            AttrValue::Str(target) => vec![target],
            list => list.items().iter().filter_map(AttrValue::as_str).collect(),
        };
        if targets.is_empty() {
            self.error(
                codes::WRONG_SETTING,
                literal.range,
                "`emit` is empty, so nothing would be written",
                "write `terraform`, `pulumi` or both",
            );
            return;
        }
        let mut emit: Vec<String> = targets.into_iter().map(str::to_owned).collect();
        let mut seen = std::collections::BTreeSet::new();
        emit.retain(|target| seen.insert(target.clone()));
        app.emit = emit;
    }

    fn out(&mut self, app: &mut App, value: &AttrValue, literal: &Literal) {
        let text = value.as_str().unwrap_or_default();
        let Some(out) = normalize(self.root, text) else {
            return;
        };
        let above = out.is_empty()
            || out == self.root
            || self
                .root
                .strip_prefix(out.as_str())
                .is_some_and(|rest| rest.starts_with('/'));
        if above {
            self.error(
                codes::BAD_PATH,
                literal.range,
                format!(
                    "`out` is `{}`, which holds the app itself",
                    text.escape_debug()
                ),
                "name a folder of its own, such as `infra`",
            );
            return;
        }
        app.out = out;
    }

    /// Amazon S3 user guide, "Bucket naming rules", read 2025-10.
    fn state(&mut self, app: &mut App, bucket: Option<String>, literal: &Literal) {
        let Some(bucket) = bucket else {
            return;
        };
        let edge =
            |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let fine = (3..=63).contains(&bucket.len())
            && edge(bucket.chars().next())
            && edge(bucket.chars().last())
            && bucket
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'))
            && !bucket.contains("..");
        if fine {
            app.state_bucket = Some(bucket);
            return;
        }
        let range = literal
            .get("bucket")
            .map_or(literal.range, |found| found.range);
        self.error(
            codes::WRONG_SETTING,
            range,
            format!("`{}` is no name of a bucket", bucket.escape_debug()),
            "a bucket's name is 3 to 63 lower-case letters, digits, `-` and `.`",
        );
    }

    fn alarms(&mut self, app: &mut App, email: Option<String>, literal: &Literal) {
        let Some(email) = email else {
            return;
        };
        let fine = email.split_once('@').is_some_and(|(user, domain)| {
            !user.is_empty()
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
                && !email.contains(char::is_whitespace)
                && !domain.contains('@')
        });
        if fine {
            app.alarm_email = Some(email);
            return;
        }
        let range = literal
            .get("email")
            .map_or(literal.range, |found| found.range);
        self.error(
            codes::WRONG_SETTING,
            range,
            format!("`{}` is no e-mail address", email.escape_debug()),
            "write one such as `oncall@example.com`",
        );
    }
}
