//! Annotations, what they stand on and their names: KLO01xx.

codes! {
    /// The word after `@klo::` is not one of the capabilities that klo knows.
    ///
    /// ```python
    /// # @klo::persists(name = "orders")
    /// engine = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// The capabilities are `service`, `function`, `job`, `site`, `expose`, `trigger`, `persist`,
    /// `queue`, `topic`, `secret`, `config` and `uses`. Where one is close, klo names it.
    UNKNOWN_CAPABILITY = "KLO0101", "unknown-capability";
}
