//! Django's management commands and `django.setup()`: code that runs under settings it does not name.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::linking as codes;
use klo_intent::{EntryCall, Intent, Kind};
use klo_source::Span;

use super::intents::Assembly;
use super::machine::Machine;
use super::value::{FileIx, FrameIx, Site, Values};
use crate::declare::Declaration;
use crate::facts::{Item, ItemKind, ScopeKind};
use crate::knowledge::django;

impl Machine<'_> {
    /// The management command that an item is: the class `Command` of its file, or a method of it.
    pub(crate) fn command_of(&self, file: FileIx, item: &Item) -> Option<String> {
        let loaded = self.program.file(file);
        let name = django::command_of(&loaded.path)?;
        let class = match item.kind {
            ItemKind::Class(scope) => scope,
            ItemKind::Function(scope) => loaded.scope(scope).parent?,
            _ => return None,
        };
        let class = loaded.scope(class);
        let is_command = matches!(class.kind, ScopeKind::Class { .. })
            && class.parent.is_some_and(|scope| scope.0 == 0)
            && class.name == django::COMMAND_CLASS;
        is_command.then(|| name.to_owned())
    }

    /// The files around one in which settings are named, best first.
    fn naming_files(&self, near: FileIx) -> Vec<FileIx> {
        let paths = self.program.files.iter().map(|file| file.path.as_str());
        django::naming_files(&self.program.file(near).path, paths)
            .into_iter()
            .filter_map(|path| self.program.by_path(path))
            .collect()
    }

    /// The settings module that the project around a file names.
    fn settings_near(&self, near: FileIx) -> Option<String> {
        let files = self.naming_files(near);
        files
            .into_iter()
            .find_map(|file| django::settings_named(&self.program.file(file).facts))
    }

    /// Says which settings hold, as no code of the unit does.
    fn name_settings(&mut self, module: &str) {
        self.settings_module = Some(module.to_owned());
        let name = self.values.literal(django::SETTINGS_VARIABLE);
        let value = self.values.literal(module);
        self.note_django_settings(&Values::from([name]), Some(&Values::from([value])));
    }

    /// Loads what Django loads before it runs a command: settings, installed apps, and the URLs,
    /// which its system checks read. Returns how the command is started.
    pub(crate) fn start_command(
        &mut self,
        frame: FrameIx,
        command: &str,
        stated: Option<&str>,
    ) -> EntryCall {
        let file = self.frame(frame).file;
        let settings = stated
            .map(str::to_owned)
            .or_else(|| self.settings_near(file));
        if let Some(settings) = &settings {
            self.name_settings(settings);
        }
        let manage = self
            .naming_files(file)
            .into_iter()
            .find(|file| self.program.file(*file).path.ends_with(django::MANAGE));
        if let Some(manage) = manage {
            self.import(manage);
        }
        self.set_up(frame);
        self.import_urls(frame);
        self.run();
        EntryCall::DjangoCommand {
            name: command.to_owned(),
            manage: manage.map(|file| self.program.file(file).path.clone()),
        }
    }

    /// `django.setup()`: settings and installed apps.
    pub(crate) fn django_setup(&mut self, frame: FrameIx) {
        self.starts_django = true;
        let from = self.frame(frame).file;
        for settings in self.settings_modules(frame) {
            self.install_apps(frame, from, settings);
        }
    }

    /// The same from outside of any code: settings are run before they are read.
    fn set_up(&mut self, frame: FrameIx) {
        self.settings_modules(frame);
        self.run();
        // The first time loads the apps' modules, the second runs what they define.
        for _ in 0..2 {
            self.django_setup(frame);
            self.run();
        }
    }

    /// Code that calls `django.setup()` and names no settings gets those of its project.
    pub(crate) fn settle_django(&mut self, frame: FrameIx, stated: Option<&str>) {
        if !self.starts_django || !self.settings_modules(frame).is_empty() {
            return;
        }
        let near = self.settings_near(self.frame(frame).file);
        if let Some(settings) = stated.map(str::to_owned).or(near) {
            self.name_settings(&settings);
            self.set_up(frame);
            self.serve(frame, &Values::new());
        }
    }

    /// Secrets and settings that Django reads by itself are used by every unit that runs under them.
    pub(crate) fn use_django_settings(&mut self, frame: FrameIx, at: Span) {
        for settings in self.settings_modules(frame) {
            for name in django::READ_BY_DJANGO {
                let values = self.module_var(settings, name, frame);
                for tag in self.tags_within(frame, &values) {
                    if self.is_read_by_value(tag) {
                        self.uses.record(tag, None, at);
                    }
                }
            }
        }
    }

    /// `call_command("migrate")`: what the project's own command does, or Django's.
    pub(crate) fn call_command(&mut self, frame: FrameIx, site: Site, path: &str, names: &Values) {
        let names: Vec<String> = names
            .iter()
            .filter_map(|name| self.values.as_literal(*name))
            .map(str::to_owned)
            .collect();
        if names.is_empty() && path.ends_with(".execute_from_command_line") {
            let span = self.span(site);
            self.asks_arguments.insert(span);
        }
        for name in names {
            if django::is_on_database(&name) {
                let span = self.span(site);
                self.uses.django_database.insert(span);
            }
            let wants = |path: &str| {
                django::command_of(path) == Some(&name)
                    || django::reads_migrations(&name) && django::is_migration(path)
            };
            let files: Vec<FileIx> = (0..self.program.files.len() as u32)
                .map(FileIx)
                .filter(|file| wants(&self.program.file(*file).path))
                .collect();
            for file in files {
                let module = self.import(file);
                for class in self.module_var(module, django::COMMAND_CLASS, frame) {
                    self.activate(frame, class);
                }
            }
        }
    }
}

impl Assembly<'_> {
    /// Reports Django that is started under no settings, and programs that are given no command.
    pub(crate) fn note_commands(
        &mut self,
        position: usize,
        declaration: &Declaration,
        intent: &Intent,
    ) {
        let run = &self.runs[position];
        if run.without_settings {
            self.diagnostics.push(
                Diagnostic::warning(
                    codes::NO_SETTINGS_MODULE,
                    declaration.at,
                    format!(
                        "{} starts Django, and no settings module is named",
                        intent.id()
                    ),
                )
                .help(
                    "add `env = { DJANGO_SETTINGS_MODULE = \"…\" }`, or name it in `manage.py` or \
                     `wsgi.py`",
                )
                .subject(intent.id()),
            );
        }
        let asks = run.asks_arguments.filter(|_| intent.kind == Kind::Job);
        if let Some(at) = asks {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::NO_COMMAND,
                    at,
                    format!(
                        "{} passes no arguments, so this runs no command",
                        intent.id()
                    ),
                )
                .help(
                    "annotate the class `Command` of the command, or a function that says \
                     `django.setup()` and `call_command(\"…\")`",
                )
                .related(declaration.at, "the job")
                .subject(intent.id()),
            );
        }
    }
}
