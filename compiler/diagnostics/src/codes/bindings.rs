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

    /// A unit imports code that reads a variable of a resource which the unit does not use. klo sets
    /// the variable to a value that reaches nothing, so that the process starts.
    ///
    /// ```python
    /// # shared/clients.py, imported by a worker that only uses the queue
    /// engine = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// Nothing needs to be done. If the unit does use the resource, in a way that reading the code
    /// cannot show, state it: `uses(to = "database.orders")`.
    INERT_BINDING = "KLO0402", "inert-binding";

    /// Two resources are found through the same variable, so that only one of them can be reached.
    ///
    /// ```python
    /// # @klo::persist(name = "orders")
    /// orders = create_engine(os.environ["DATABASE_URL"])
    /// # @klo::persist(name = "audit")
    /// audit = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// Read another variable for one of them; or, if both are the same resource, annotate it once and
    /// import it in the other place.
    SHARED_VARIABLE = "KLO0403", "shared-variable";

    /// A cache client that is built from its parts does not use TLS, which the cache requires.
    ///
    /// ```python
    /// # @klo::persist(name = "sessions")
    /// cache = redis.Redis(host=os.environ["REDIS_HOST"])
    /// ```
    ///
    /// Pass `ssl=True`, or read a whole URL (`redis.from_url(os.environ["REDIS_URL"])`), whose
    /// scheme klo sets to `rediss`.
    CACHE_WITHOUT_TLS = "KLO0404", "cache-without-tls";
}
