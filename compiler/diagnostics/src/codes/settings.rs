//! Effective settings and rules about them: KLO05xx.

codes! {
    /// A setting has a value that its kind does not allow, after all layers were applied.
    ///
    /// ```yaml
    /// resources:
    ///   database.orders: { backup_days: -1 }
    /// ```
    ///
    /// The message names the allowed values and the place the value came from; change it there, or
    /// set it in a stronger layer. `klo explain database.orders` shows every layer.
    INVALID_SETTING = "KLO0501", "invalid-setting";
}
