//! Two states of an app compared: KLO13xx.

codes! {
    /// `klo diff` compares with a revision, and the folder lies in no Git repository.
    ///
    /// ```text
    /// error[KLO1301]: `shop` lies in no Git repository, so there is no revision to compare with
    /// ```
    ///
    /// Run it in the clone of a repository. Two output folders are compared without one:
    /// `klo diff old/infra infra`, where the first is what was written before.
    NO_REPOSITORY = "KLO1301", "no-repository";

    /// `--base` names no commit of the repository.
    ///
    /// ```text
    /// error[KLO1302]: `origin/mian` is no revision of this repository
    ///   help: did you mean `origin/main`?
    /// ```
    ///
    /// A branch, a tag, a commit's id and Git's other ways to name one commit (`HEAD~2`) are
    /// understood; a range of two is not. In CI a clone often holds the newest commit alone: fetch the
    /// base too, on GitHub with `fetch-depth: 0` for actions/checkout.
    UNKNOWN_REVISION = "KLO1302", "unknown-revision";

    /// Git cannot be run, or cannot read the repository.
    ///
    /// ```text
    /// error[KLO1303]: Git cannot read this repository: detected dubious ownership
    /// ```
    ///
    /// klo reads the base revision through the `git` command: its objects alone, without a checkout and
    /// without the network. Install Git, put it on the path, and mend what it says. A partial clone
    /// lacks the objects of the past until `git fetch --refetch` gets them.
    UNREADABLE_REPOSITORY = "KLO1303", "unreadable-repository";

    /// An app is not in the base revision, so everything of it is new.
    ///
    /// ```text
    /// note[KLO1304]: `mailer` is not in HEAD~1: everything of it is new
    /// ```
    ///
    /// There is nothing to do. Where the app was there under another name and in another folder, compare
    /// with a revision after the move, or move and rename in two steps: an app is found by its name,
    /// then by its folder.
    NEW_APP = "KLO1304", "new-app";

    /// An app of the base revision is not there any more.
    ///
    /// ```text
    /// warning[KLO1305]: `mailer` was in HEAD~1 and is not there any more
    /// ```
    ///
    /// What it has in AWS stays until somebody destroys it, and nothing that klo writes manages it from
    /// here on. Take it down first: `terraform destroy` in the `terraform` folder of each environment,
    /// then in its `bootstrap`, from the revision that still has them; then remove the app.
    APP_GONE = "KLO1305", "app-gone";

    /// The base revision cannot be compiled, so nothing can be compared with it.
    ///
    /// ```text
    /// error[KLO1306]: HEAD~1 cannot be compiled: klo.yaml:3:1: there is no key `enviroments`
    /// ```
    ///
    /// Its errors are those that `klo lint` would have shown at that revision. Compare with a revision
    /// that compiles (`--base REV`). Whether data is at risk is not known until then, so the command
    /// fails.
    BASE_NOT_COMPILED = "KLO1306", "base-not-compiled";

    /// A folder that `klo diff` was given holds nothing that klo wrote, or something that it cannot read.
    ///
    /// ```text
    /// error[KLO1307]: `old/infra` holds no environment: there is no graph.json in it or one folder below
    /// ```
    ///
    /// Name the folder that `klo compile` wrote to (`infra`) or that of one environment (`infra/prod`).
    /// Files of another version of klo have to be written again by this one.
    NO_OUTPUT_FOLDER = "KLO1307", "no-output-folder";
}
