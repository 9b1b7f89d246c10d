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
}
