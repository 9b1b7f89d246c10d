//! How code finds what was made: KLO04xx.

codes! {
    /// The annotated expression reads no environment variable, so nothing tells the code where the
    /// resource is.
    ///
    /// ```python
    /// # @klo::persist(name = "orders")
    /// engine = create_engine("postgresql://db.internal/orders")
    /// ```
    ///
    /// Read the address from the environment (`os.environ["DATABASE_URL"]`), or name the variables
    /// that hold its parts with `bind = { host = "DB_HOST", … }`.
    NO_BINDING = "KLO0401", "no-binding";
}
