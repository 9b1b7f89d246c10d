//! What AWS cannot do: KLO06xx.

codes! {
    /// A unit is told to run on a platform that cannot run it.
    ///
    /// ```python
    /// # @klo::service(run_on = "lambda", gpu = "a10g")
    /// app = FastAPI()
    /// ```
    ///
    /// Lambda has no GPUs, ends a call after 15 minutes and gives at most 10 GiB of memory. The
    /// message says which limit is in the way and which platforms can run the unit.
    IMPOSSIBLE_PLATFORM = "KLO0601", "impossible-platform";
}
