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

    /// A `trigger`, `uses` or setting names an intent that the app does not have.
    ///
    /// ```python
    /// # @klo::function()
    /// # @klo::trigger(queue = "order")
    /// def handle(message): ...
    /// ```
    ///
    /// Names are those of annotations and of entries under `declare` in `klo.yaml`. Where one is
    /// close, klo names it. An intent of another app is written `app:kind.name`.
    UNKNOWN_INTENT = "KLO0302", "unknown-intent";

    /// A name fits intents of several kinds, so klo cannot tell which one is meant.
    ///
    /// ```python
    /// # @klo::uses(to = "orders")      # database.orders or queue.orders?
    /// ```
    ///
    /// Write the kind before the name: `uses(to = "database.orders")`.
    AMBIGUOUS_INTENT = "KLO0303", "ambiguous-intent";

    /// `persist` stands on something whose kind the code does not show, and klo never guesses.
    ///
    /// ```python
    /// # @klo::persist(name = "orders")
    /// store = make_store(os.environ["STORE"])
    /// ```
    ///
    /// State it, `persist(kind = "database", name = "orders")`, or move the annotation to the line
    /// that makes the client: an engine or pool, a Redis client, an S3 bucket, a DynamoDB table, a
    /// directory path.
    UNKNOWN_KIND = "KLO0304", "unknown-kind";

    /// Code that a unit reaches calls a database, cache or AWS client that no annotation stands for,
    /// so the graph has no edge for it.
    ///
    /// ```python
    /// cache = redis.Redis.from_url(os.environ["CACHE_URL"])     # no @klo::persist above it
    ///
    /// # @klo::service()
    /// app = FastAPI()
    /// ```
    ///
    /// Annotate the line that makes the client. Where klo cannot follow the client from there to the
    /// call, state the edge on the unit with `uses(to = "…")`.
    UNANNOTATED_CLIENT = "KLO0305", "unannotated-client";

    /// A unit's code is so large or so entangled that klo stopped following it, and edges may be
    /// missing.
    ///
    /// ```text
    /// warning[KLO0306]: service.api reaches more code than klo follows
    /// ```
    ///
    /// State what it uses with `uses(to = "…")`, and please report the shape of the code.
    TOO_LARGE_TO_FOLLOW = "KLO0306", "too-large-to-follow";

    /// An access that `uses` states is none that the intent's kind has.
    ///
    /// ```python
    /// # @klo::uses(to = "queue.jobs", access = ["connect"])
    /// ```
    ///
    /// Databases and caches have `connect`; buckets, tables and volumes `read` and `write`; queues
    /// `publish` and `consume`; topics `publish`; secrets and settings `read`; units `invoke`.
    WRONG_ACCESS = "KLO0307", "wrong-access";

    /// Code starts Django, and nothing that klo reads says under which settings.
    ///
    /// ```python
    /// # @klo::job(name = "purge")
    /// def purge():
    ///     django.setup()               # no DJANGO_SETTINGS_MODULE anywhere
    ///     Visit.objects.all().delete()
    /// ```
    ///
    /// klo looks at what the code sets, then at `wsgi.py`, `asgi.py` and `manage.py` of the project
    /// around it. Name the settings there, or on the unit:
    /// `env = { DJANGO_SETTINGS_MODULE = "clinic.settings" }`.
    NO_SETTINGS_MODULE = "KLO0308", "no-settings-module";

    /// A job runs a program that takes its command from its arguments, and a job passes none.
    ///
    /// ```python
    /// # @klo::job(name = "migrate", run = "before-deploy")
    /// def main():
    ///     execute_from_command_line(sys.argv)      # prints its usage and ends
    /// ```
    ///
    /// Annotate the class `Command` of a management command of your own. For one of Django's, annotate
    /// a function that names it: `django.setup()`, then `call_command("migrate")`.
    NO_COMMAND = "KLO0309", "no-command";

    /// A resource is handed to a call of which reading the code does not show what it does: code that
    /// is made while the program runs, a macro whose arguments are no ordinary code, a value that
    /// comes from outside. Nothing else shows that the unit uses the resource, so it has no edge.
    ///
    /// ```python
    /// # @klo::persist(name = "orders")
    /// engine = create_engine(os.environ["DATABASE_URL"])
    ///
    /// def report(plugin):
    ///     plugin.load()(engine)          # which function is this?
    /// ```
    ///
    /// If the call uses the resource, state it on the unit: `uses(to = "database.orders")`.
    UNFOLLOWED_USE = "KLO0310", "unfollowed-use";

    /// A unit imports a module, or finds a class, by a name that reading the code does not show: what
    /// that code uses has no edge.
    ///
    /// ```python
    /// # @klo::job(name = "plug-in")
    /// def main():
    ///     plugin = importlib.import_module(os.environ["PLUG_IN"])    # which module is this?
    ///     plugin.run()
    /// ```
    ///
    /// A name that is a constant is followed, and of one whose beginning is
    /// (`import_module(f"shop.plugins.{name}")`) every module of that package counts. For any other,
    /// state on the unit what the code uses: `uses(to = "…")`.
    UNKNOWN_IMPORT = "KLO0311", "unknown-import";

    /// `uses` names an app that this repository does not hold, and one of nearly that name.
    ///
    /// ```python
    /// # @klo::service(name = "mailer")
    /// # @klo::uses(to = "shpo:topic.order-events", bind = { arn = "ORDER_EVENTS_ARN" })
    /// app = FastAPI()
    /// ```
    ///
    /// An app is named by `app:` in its `klo.yaml`, or after its folder. One in another repository is
    /// fine: what it publishes is read when the plan is made, and the plan says what is missing.
    UNKNOWN_APP = "KLO0320", "unknown-app";

    /// `uses` names an intent that the other app in this repository does not have.
    ///
    /// ```python
    /// # @klo::uses(to = "shop:topic.orders")      # shop has the topic `order-events`
    /// ```
    ///
    /// Names and kinds are those of the other app's annotations and of `declare` in its `klo.yaml`;
    /// `klo graph` on its folder lists them. Where one is close, klo names it.
    UNKNOWN_OTHER_INTENT = "KLO0321", "unknown-other-intent";

    /// An app reads what another publishes in the environment of the same name, in the same region and
    /// account, and the other app is not there.
    ///
    /// ```yaml
    /// app: mailer
    /// environments:
    ///   dev: { region: eu-west-1 }
    ///   staging: { region: eu-west-1 }       # shop has dev and prod
    /// ```
    ///
    /// Give both apps the environment, with one region and account. What lies elsewhere for good is
    /// used with `existing = { arn = "…" }` instead.
    OTHER_ENVIRONMENT = "KLO0322", "other-environment";

    /// A variable is to hold a field that the other app does not publish.
    ///
    /// ```python
    /// # @klo::uses(to = "shop:database.orders", bind = { password = "ORDERS_PASSWORD" })
    /// ```
    ///
    /// An app publishes addresses, names and ARNs of what it makes: never a credential, nothing of a
    /// unit that is not exposed, and nothing of what is `existing` there.
    NOT_PUBLISHED = "KLO0323", "not-published";

    /// Apps use each other in a circle, so none of them can be applied first.
    ///
    /// ```python
    /// # in shop:    @klo::uses(to = "mailer:queue.outbox", bind = { url = "OUTBOX_URL" })
    /// # in mailer:  @klo::uses(to = "shop:topic.order-events", bind = { arn = "EVENTS_ARN" })
    /// ```
    ///
    /// A plan reads the other app's parameters, which stand only once that app was applied. Move what
    /// both need into one of them or into a third app.
    APPS_IN_A_CIRCLE = "KLO0324", "apps-in-a-circle";

    /// A rule that the other app is held to does not allow this app's use of it.
    ///
    /// ```python
    /// # @klo::uses(to = "shop:queue.payments", access = ["consume"])
    /// # ACME-QUE-007 of shop's rules: only shop's own units consume from its queues
    /// ```
    ///
    /// The rule is judged on the other app's graph with this use among its edges, as if it were
    /// written there. `klo explain` with the rule's id says what it asks for.
    REFUSED_BY_OTHER_APP = "KLO0325", "refused-by-other-app";
}
