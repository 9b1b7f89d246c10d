//! Reading source files: KLO00xx.

codes! {
    /// A source file that klo needs cannot be read: it is missing, too large, not UTF-8, not a
    /// regular file, or a link that leads out of the repository.
    ///
    /// klo reports the file instead of leaving it out, because an annotation in it would otherwise
    /// be missed in silence.
    ///
    /// ```text
    /// error[KLO0001]: services/orders/legacy.py can not be read: it is not UTF-8
    /// ```
    ///
    /// Save the file as UTF-8, make it smaller than 4 MiB, or exclude it with `.gitignore` or the
    /// `sources` setting of `klo.yaml`.
    UNREADABLE_FILE = "KLO0001", "unreadable-file";
}
