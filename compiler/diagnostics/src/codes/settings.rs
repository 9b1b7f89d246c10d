//! Effective settings and rules about them: KLO05xx.

codes! {
    /// A setting has a value that its kind does not allow, after all layers were applied.
    ///
    /// ```python
    /// # @klo::service
    /// app = FastAPI()
    /// uvicorn.run(app, port=80800)
    /// ```
    ///
    /// Values in annotations and `klo.yaml` are checked where they are written; this is about values
    /// that the code implies or a rule pack sets. The message names the allowed values and the place
    /// the value came from; change it there, or set it in a stronger layer. `klo explain` with the
    /// intent's id shows every layer.
    INVALID_SETTING = "KLO0501", "invalid-setting";

    /// An entry under `resources` in `klo.yaml` names an intent that the app does not have.
    ///
    /// ```yaml
    /// resources:
    ///   database.order: { backup_days: 30 }     # the database is called orders
    /// ```
    ///
    /// The settings would silently not hold. Correct the id (`klo graph` lists them), or remove the
    /// entry. An intent that no line of code stands for is declared under `declare`.
    UNKNOWN_INTENT = "KLO0502", "settings-of-unknown-intent";

    /// Two effective settings of an intent contradict each other.
    ///
    /// ```python
    /// # @klo::service(name = "orders-api", min = 4, max = 2)
    /// app = FastAPI()
    /// ```
    ///
    /// They may come from different layers: an annotation and an environment's `resources` in
    /// `klo.yaml`. The message shows both places; change one of them.
    CONTRADICTORY_SETTINGS = "KLO0503", "contradictory-settings";

    /// A setting is stated but changes nothing where the unit runs.
    ///
    /// ```python
    /// # @klo::function(name = "resize", spot = true)
    /// def resize(event, context): ...
    /// ```
    ///
    /// Lambda has no spot capacity, and containers have no reserved concurrency. Remove the setting,
    /// or state a `run_on` for which it means something.
    NO_EFFECT = "KLO0504", "setting-without-effect";

    /// An intent lacks a setting that neither the code nor a default can give.
    ///
    /// ```python
    /// # @klo::site(name = "storefront")
    /// STOREFRONT = "https://shop.example.com"
    /// ```
    ///
    /// A site needs `dir`, the folder with its built files. Add the key to the annotation, or to the
    /// intent's entry under `resources` in `klo.yaml`.
    MISSING_VALUE = "KLO0505", "missing-value";

    /// A unit is told to run where the app's platform has nothing to run it on.
    ///
    /// ```yaml
    /// platform: kubernetes
    /// run_on: { function: lambda }
    /// ```
    ///
    /// Under `platform: kubernetes` units run on `kubernetes` and data stores are `existing`; under
    /// `platform: aws` they run on `lambda`, `fargate` or `eks`. Change `run_on`, or the platform.
    WRONG_PLATFORM = "KLO0506", "wrong-platform";

    /// What klo lowered does not hold together. This is a fault of klo, not of the app.
    ///
    /// ```text
    /// error[KLO0599]: aws_ecs_service.x refers to aws_lb.y, which is not in the plan
    /// ```
    ///
    /// Nothing is written, since Terraform would refuse it. Please report it with the annotations of
    /// the intents named; leaving out the setting that was added last usually gets around it.
    FAULTY_PLAN = "KLO0599", "faulty-plan";
}
