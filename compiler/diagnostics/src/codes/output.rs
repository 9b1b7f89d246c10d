//! Files that klo writes: KLO08xx.

codes! {
    /// A file that klo wrote was changed by hand since, so klo does not overwrite it.
    ///
    /// ```text
    /// error[KLO0801]: infra/dev/terraform/network.tf was changed since klo wrote it
    /// ```
    ///
    /// Move the change into the source, into `klo.yaml` or into a Terraform file of your own beside
    /// the generated ones; or run `klo compile --force` to let klo overwrite it.
    CHANGED_BY_HAND = "KLO0801", "changed-by-hand";

    /// A file that klo did not write stands where klo has to write one.
    ///
    /// ```text
    /// error[KLO0802]: infra/dev/terraform/network.tf is in the way: klo did not write it
    /// ```
    ///
    /// Files that klo did not write are left alone. Rename or remove it, choose another folder with
    /// `out:` in `klo.yaml`, or run `klo compile --force` to let klo overwrite it. A file that already
    /// has exactly the content that klo would write is taken over without a word.
    FILE_IN_THE_WAY = "KLO0802", "file-in-the-way";

    /// A file that klo wrote earlier is no longer needed, but it was changed by hand since, so klo
    /// leaves it where it is.
    ///
    /// ```text
    /// warning[KLO0803]: infra/dev/terraform/queue-mail.tf is no longer needed and was changed by hand
    /// ```
    ///
    /// Terraform still reads it. Remove it, or move what you added into a file of your own; with
    /// `klo compile --force` klo removes it.
    STALE_FILE_CHANGED = "KLO0803", "stale-file-changed";

    /// The path of a file that klo has to write leads through a symbolic link.
    ///
    /// ```text
    /// error[KLO0804]: infra/dev is a symbolic link, and klo writes through none
    /// ```
    ///
    /// A link could lead anywhere, out of the repository too. Replace it by a folder, or set `out:` in
    /// `klo.yaml` to the folder that it leads to.
    LINK_IN_OUTPUT = "KLO0804", "link-in-output";

    /// The operating system does not let klo write, or the disk is full.
    ///
    /// ```text
    /// error[KLO0805]: infra/dev/terraform/network.tf can not be written: permission denied
    /// ```
    ///
    /// Nothing was changed: what klo had already put in place for this run was taken back. Give
    /// yourself the right to write there or make room, and run klo again.
    CANNOT_WRITE = "KLO0805", "cannot-write";

    /// An earlier run of klo was interrupted while it wrote.
    ///
    /// ```text
    /// note[KLO0806]: an interrupted run was completed: 3 files written in infra
    /// ```
    ///
    /// New contents are first put beside the old ones, and only then into their places. A run that was
    /// interrupted before the second step is taken back by the next `klo compile`, one that was
    /// interrupted during it is completed; either way no mixture stays. There is nothing to do.
    INTERRUPTED_RUN = "KLO0806", "interrupted-run";

    /// `.klo.json`, the list of files that klo wrote, cannot be read.
    ///
    /// ```text
    /// error[KLO0807]: infra/.klo.json is not the list that klo wrote: expected value at line 1
    /// ```
    ///
    /// Without the list klo cannot tell its own files from yours, so it overwrites nothing. Restore it
    /// from version control; or remove it, and run `klo compile --force` once.
    BAD_MANIFEST = "KLO0807", "bad-manifest";

    /// An app needs something that a target named by `emit` or `--emit` has no way to say. What is known
    /// of this kind: the Terraform modules that an organization's rule set chooses, in a Pulumi program.
    ///
    /// ```text
    /// error[KLO0808]: a Pulumi program cannot call the Terraform module
    /// `git::https://git.acme.dev/tf/bucket?ref=v3.2.0`, which makes `bucket.receipts`
    ///  --> platform/acme.yaml:6:5
    /// ```
    ///
    /// Pulumi runs a module through a package that its command line makes of the module's source, on the
    /// machine where it runs. The package's types are not known before, so klo would write a program that
    /// nobody has checked; it writes none.
    ///
    /// Name `terraform` alone, in `emit` or as `--emit terraform`; let the rule set choose attributes for
    /// the kind (`bucket: { versioning: true }`) in place of a module; or use with `existing` what the
    /// module made elsewhere. What the app reads of other apps' outputs is checked in both: a plan of
    /// Terraform and a run of the Pulumi program stop with the same sentence.
    NOT_IN_TARGET = "KLO0808", "not-in-target";

    /// An app has no annotation at all and declares nothing, so there is nothing to write.
    ///
    /// ```python
    /// # @klo::service
    /// app = FastAPI()
    /// ```
    ///
    /// Put an annotation above what runs, such as the one shown, or compile the folder that holds the
    /// annotated code. Files that an earlier compile wrote for the app are removed.
    NOTHING_ANNOTATED = "KLO0809", "nothing-annotated";
}
