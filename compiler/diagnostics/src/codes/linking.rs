//! Reading the code, resolving what it touches: KLO03xx.

codes! {
    /// A resource is annotated, but no unit of the app reaches code that uses it.
    ///
    /// klo creates it all the same, and nothing gets access to it.
    ///
    /// ```python
    /// # @klo::persist(name = "orders")
    /// engine = create_engine(os.environ["DATABASE_URL"])   # imported by no service, function or job
    /// ```
    ///
    /// Annotate the unit that uses it, state the edge with `uses(to = "orders")` on the unit where
    /// reading the code cannot show it, or remove the annotation.
    UNREACHED_RESOURCE = "KLO0301", "unreached-resource";
}
