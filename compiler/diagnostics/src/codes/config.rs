//! klo.yaml: KLO02xx.

codes! {
    /// A key of `klo.yaml` is not one that klo knows at that place.
    ///
    /// ```yaml
    /// app: shop
    /// enviroments:
    ///   dev: { region: eu-west-1 }
    /// ```
    ///
    /// Unknown keys are never skipped, because a misspelled setting would then silently not hold.
    /// `klo schema` prints the JSON Schema of the file, which editors can use for completion.
    UNKNOWN_SETTING = "KLO0201", "unknown-setting";
}
