use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Reads annotated applications and writes the infrastructure that they need.
#[derive(Debug, Parser)]
#[command(
    name = "klo",
    version,
    propagate_version = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What holds for every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// When to use colours; NO_COLOR is honoured.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
    /// Say nothing but results and diagnostics.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Take nothing from earlier runs; klo keeps no cache, so this is always so.
    #[arg(long = "no-cache", global = true)]
    _no_cache: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compile apps: write Terraform or Pulumi, containers and the pages that go with them.
    Compile(Compile),
    /// Judge apps without writing anything.
    Lint(Lint),
    /// Write what rules marked fixable ask for into annotations or klo.yaml.
    Fix(Fix),
    /// Propose annotations and a klo.yaml for an application that has none.
    Init(Init),
    /// Print the intent graph.
    Graph(Graph),
    /// Show what changed since a revision, or between two output folders, and what it does to data.
    Diff(Diff),
    /// Explain a diagnostic's code, a rule, an intent, a value or a cloud resource.
    Explain(Explain),
    /// List the rules that hold, or run the tests of rule packs.
    #[command(subcommand)]
    Rules(Rules),
    /// Print the JSON Schema of klo.yaml, of rule packs, of waivers or of what `klo diff` prints.
    Schema(Schema),
    /// Print the completion script of a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// Which environments, read how.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Selection {
    /// Only this environment; may be given several times [default: all].
    #[arg(long = "env", value_name = "ENV")]
    pub(crate) environments: Vec<String>,
    /// Use this file in place of the app's klo.yaml.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Judge by this pack too: a file, a folder of packs, or one that comes with klo; repeatable.
    #[arg(long, value_name = "PACK")]
    pub(crate) rules: Vec<PathBuf>,
    /// Use this file of waivers in place of the app's.
    #[arg(long, value_name = "FILE", conflicts_with = "no_waivers")]
    pub(crate) waivers: Option<PathBuf>,
    /// Waive nothing.
    #[arg(long)]
    pub(crate) no_waivers: bool,
    /// The day that ramps and waivers are judged by, as 2026-12-31 [default: today, UTC].
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Compile {
    /// A folder: every app at or under it, or the app it lies in.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// What to write [default: what klo.yaml says, or terraform].
    #[arg(long, value_name = "TARGET")]
    pub(crate) emit: Vec<Target>,
    /// Write to this folder in place of the app's `out`.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Have REVIEW.md begin with what changed since this revision, data at risk first, as `klo diff` says
    /// it.
    #[arg(long, value_name = "REV")]
    pub(crate) base: Option<String>,
    /// Write nothing; show how the files on disk differ, and exit 1 if they do.
    #[arg(long, conflicts_with = "force")]
    pub(crate) check: bool,
    /// Overwrite files that were changed by hand or that klo did not write.
    #[arg(long)]
    pub(crate) force: bool,
    /// The form of diagnostics, which go to standard error.
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub(crate) format: DiagnosticFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Folders, or files whose apps are meant.
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// The form of diagnostics; those for programs (all but full and concise) go to standard output.
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub(crate) format: DiagnosticFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Fix {
    /// A folder: every app at or under it, or the app it lies in.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Write nothing; show what would change.
    #[arg(long)]
    pub(crate) diff: bool,
}

/// Prints the proposal as a unified diff, and on standard error what a person has to decide; neither
/// makes it fail. Exits 2 where usage is wrong, klo.yaml cannot be read, or a file may not be
/// written. What is annotated already stays as it is, and so does a klo.yaml.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// A folder: every app at or under it, or the app it lies in.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Write the proposal into the files: lines are added, none is changed.
    #[arg(long)]
    pub(crate) write: bool,
    /// The form of what is left to decide.
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub(crate) format: DiagnosticFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// A folder: every app at or under it, or the app it lies in.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// The form of the graph.
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub(crate) format: GraphFormat,
}

/// Exits 0 also where there are differences; 1 where something cannot be compiled, or with
/// `--fail-on data-loss` where data could be lost; 2 where usage is wrong.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A folder: every app at or under it, or the app it lies in [default: the current folder]. Or two
    /// folders that klo wrote, the old one and the new one: then no revision is read.
    #[arg(value_name = "PATH", num_args = 0..=2)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Compare with this revision [default: where the branch left the default branch, else HEAD].
    #[arg(long, value_name = "REV")]
    pub(crate) base: Option<String>,
    /// The form of the comparison.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: DiffFormat,
    /// Exit 1 where applying it could lose data that is there.
    #[arg(long, value_name = "WHAT")]
    pub(crate) fail_on: Option<FailOn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// A page.
    Text,
    /// A comment for a pull request.
    Markdown,
    /// For programs; `klo schema diff` describes it.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A data store is deleted, replaced, shrunk, asked for what AWS refuses, or keeps less.
    DataLoss,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A code (KLO0101), a rule (ACME-DB-001), an intent (database.orders), one of its values (database.orders.storage),
    /// a cloud resource's address (aws_db_instance.orders), or a decision (rds-proxy).
    pub(crate) what: String,
    /// The folder of the app.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) selection: Selection,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Of which file.
    #[arg(default_value = "config")]
    pub(crate) of: SchemaOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// klo.yaml.
    Config,
    /// A rule pack.
    Rules,
    /// A file of waivers.
    Waivers,
    /// What `klo diff --format json` prints.
    Diff,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// List the rules that hold for apps, with their levels and where they come from.
    List(RulesList),
    /// Run the tests inside rule packs.
    Test(RulesTest),
}

#[derive(Debug, Args)]
pub(crate) struct RulesList {
    /// A folder: every app at or under it, or the app it lies in.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) selection: Selection,
}

#[derive(Debug, Args)]
pub(crate) struct RulesTest {
    /// Packs: files, folders of them, or names of packs that come with klo [default: the packs of the
    /// apps at or under the current folder].
    pub(crate) packs: Vec<PathBuf>,
    /// The form of diagnostics.
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub(crate) format: DiagnosticFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    Terraform,
    Pulumi,
}

impl From<Target> for klo_intent::Tool {
    fn from(target: Target) -> Self {
        match target {
            Target::Terraform => Self::Terraform,
            Target::Pulumi => Self::Pulumi,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagnosticFormat {
    /// With the source, for reading.
    Full,
    /// One line each.
    Concise,
    /// For programs: one object that holds them all.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations in a workflow of GitHub Actions.
    Github,
    /// A code quality report for GitLab.
    Gitlab,
    /// JUnit's XML: a suite for each app, a test for each diagnostic.
    Junit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// One object, or an array of them for several apps or environments.
    Json,
    /// For Markdown.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A page for the browser, with what is known of every node: one file that loads nothing.
    Html,
}

impl From<DiagnosticFormat> for klo_diagnostics::Format {
    fn from(format: DiagnosticFormat) -> Self {
        match format {
            DiagnosticFormat::Full => Self::Full,
            DiagnosticFormat::Concise => Self::Concise,
            DiagnosticFormat::Json => Self::Json,
            DiagnosticFormat::Sarif => Self::Sarif,
            DiagnosticFormat::Github => Self::Github,
            DiagnosticFormat::Gitlab => Self::Gitlab,
            DiagnosticFormat::Junit => Self::Junit,
        }
    }
}
