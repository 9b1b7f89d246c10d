//! What `klo init` leaves to a person.

codes! {
    /// A service answers requests, and nothing beside the code says whether the internet may send
    /// them. `klo init` opens nothing on its own.
    ///
    /// ```python
    /// # @klo::service
    /// app = FastAPI()
    /// ```
    ///
    /// Add `@klo::expose(to = "internet")` or `@klo::expose(to = "internal")`. A `web` process in a
    /// `Procfile`, or a published port in a compose file, would have said it.
    EXPOSURE_UNDECIDED = "KLO1201", "exposure-undecided";

    /// When a job runs stands nowhere that klo reads: schedules live in crontabs, in Celery's clock
    /// or in a scheduler's calls, and moving them is a decision.
    ///
    /// ```python
    /// # @klo::job(schedule = "0 3 * * *")
    /// def main():
    ///     ...
    /// ```
    ///
    /// Give the job a `schedule` in UTC or `run = "before-deploy"`. Without either it is there to be
    /// started by hand.
    SCHEDULE_UNDECIDED = "KLO1202", "schedule-undecided";

    /// What calls a function, or what takes messages off a queue, stands nowhere in the code: on AWS
    /// it was configured elsewhere.
    ///
    /// ```python
    /// # @klo::function
    /// # @klo::trigger(queue = "receipts", batch = 10)
    /// def handler(event, context):
    ///     ...
    /// ```
    ///
    /// Add a `trigger` with the queue, topic, bucket, table or schedule, or `expose` the function.
    TRIGGER_UNDECIDED = "KLO1203", "trigger-undecided";

    /// A process is started by a command for which no item of the code stands, so that there is
    /// nothing to annotate, or only a function that takes arguments.
    ///
    /// ```text
    /// release: alembic upgrade head
    /// ```
    ///
    /// Write a function without parameters that does the same and annotate it, for the command above
    /// as a job with `run = "before-deploy"`.
    NOTHING_TO_ANNOTATE = "KLO1204", "nothing-to-annotate";

    /// A client is made in a place that an annotation cannot stand on, or has an address that klo
    /// cannot set, and a unit calls it.
    ///
    /// ```python
    /// with psycopg.connect("host=db.internal") as connection:
    ///     ...
    /// ```
    ///
    /// Make it in an assignment that reads the address from the environment, or state the edge on the
    /// unit with `uses(to = "…")`.
    CLIENT_LEFT_OUT = "KLO1205", "client-left-out";

    /// Code makes a client or reads a secret, and no unit that was found reaches it. An annotation
    /// would make a resource that nothing uses.
    ///
    /// ```python
    /// archive = boto3.resource("s3").Bucket(os.environ["ARCHIVE_BUCKET"])    # used by nothing
    /// ```
    ///
    /// Remove what is no longer used, or annotate it and state on the unit that it `uses` it.
    UNREACHED_CANDIDATE = "KLO1206", "unreached-candidate";

    /// An annotation that looked right was tried and would have been an error, so it is not
    /// proposed. The note says which, in the words of that error.
    ///
    /// ```python
    /// engine = create_engine("postgresql://db.internal/shop")    # no variable to bind
    /// ```
    ///
    /// Do what the note's help says and run `klo init` again.
    REFUSED = "KLO1207", "refused-proposal";

    /// A folder holds a site, and `klo.yaml`, which `klo init` never changes, declares none for it.
    ///
    /// ```yaml
    /// declare:
    ///   site.storefront: { dir: web/storefront }
    /// ```
    ///
    /// Add the entry if the site is to be served; a site that is served by something else needs nothing.
    SITE_UNDECLARED = "KLO1208", "site-undeclared";

    /// One line makes clients of several kinds, so that one annotation cannot stand for it.
    ///
    /// ```python
    /// store = create_engine(DB) if USE_DB else redis.Redis.from_url(CACHE)
    /// ```
    ///
    /// Make each client on a line of its own and annotate each, or state the `kind` on the one annotation.
    KIND_UNDECIDED = "KLO1209", "kind-undecided";

    /// The folder holds more source files than `klo init` looks at in one run.
    ///
    /// ```text
    /// note[KLO1210]: only the first 4000 files were looked at
    /// ```
    ///
    /// Run it on a folder of the repository, or name the application's own folders under `sources` in
    /// `klo.yaml`.
    LOOKED_NO_FURTHER = "KLO1210", "looked-no-further";

    /// Code reads a variable without a default when it is started, and klo does not see what for, so
    /// that a setting of its own would be one that nothing uses. Without it the program ends at once.
    ///
    /// ```python
    /// PAGE_SIZE = int(os.environ["PAGE_SIZE"])
    /// ```
    ///
    /// Give the unit the value with `env = { PAGE_SIZE = "20" }`, or give the code a default.
    VARIABLE_UNSET = "KLO1211", "variable-unset";

    /// Nothing was found that runs: no web application, no worker, no handler of AWS Lambda, no program
    /// that reaches anything. What the code keeps data in is then used by nobody.
    ///
    /// ```python
    /// # @klo::job(schedule = "0 3 * * *")
    /// def purge():      # called by something that klo does not read
    ///     ...
    /// ```
    ///
    /// Annotate the functions that are called, and run `klo init` again for the rest.
    NO_UNIT = "KLO1212", "nothing-runs";

    /// An intent needs a value that the code does not show, and `klo compile` asks for it: the key of
    /// a table, the engine of a database.
    ///
    /// ```python
    /// # @klo::persist(name = "ledger", key = "id")
    /// ledger = boto3.resource("dynamodb").Table(os.environ["LEDGER_TABLE"])
    /// ```
    ///
    /// Add the value to the annotation. klo finds a table's key where `get_item` and the like name it,
    /// and an engine by the driver among the locked dependencies.
    VALUE_UNDECIDED = "KLO1213", "value-undecided";

    /// Two stores were found, by different variables, that no unit uses together. They may be two, or
    /// one that two programs know by different names.
    ///
    /// ```python
    /// # @klo::service
    /// # @klo::uses(to = "database.reports", bind = { url = "REPORTS_URL" })
    /// app = FastAPI()
    /// ```
    ///
    /// Leave both annotations where they are two. Where they are one, keep one annotation, and state on
    /// the unit of the other that it `uses` it and which variable it reads.
    PERHAPS_ONE = "KLO1214", "perhaps-one";
}
