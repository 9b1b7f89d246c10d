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
    /// An app on any cluster asks for what klo makes on AWS alone.
    ///
    /// ```yaml
    /// app: shop
    /// platform: kubernetes
    /// declare:
    ///   site.storefront: { dir: web/dist }
    /// ```
    ///
    /// Under `platform: kubernetes` klo writes what runs on a cluster and makes nothing beside it:
    /// sites, fronts with `auth`, `cors`, `waf` or `rate_limit`, triggers other than queues, alarms
    /// and what other apps publish are AWS's. A way in from the internet goes through the cluster's
    /// own ingress controller, which needs the name: `expose(to = "internet", domain = "…")`. The
    /// help says what to do instead; `platform: aws` with `run_on = "eks"` has them all.
    AWS_ALONE = "KLO0602", "aws-alone";
    /// A unit asks for more CPU or memory than its platform sells.
    ///
    /// ```python
    /// # @klo::service(cpu = 32)
    /// app = FastAPI()
    /// ```
    ///
    /// Fargate sells pairs of CPU and memory, from 0.25 vCPU with 512Mi to 16 vCPU with 120Gi. A wish
    /// between two sizes is rounded up, and the decision says so; one over the largest is this error,
    /// which names the largest.
    IMPOSSIBLE_SIZE = "KLO0603", "impossible-size";
    /// Two numbers about a unit's instances or tries cannot both hold on its platform.
    ///
    /// ```python
    /// # @klo::function(concurrency = 5, min = 10)
    /// def resize(event, context): ...
    /// ```
    ///
    /// Instances that Lambda keeps warm (`min`) come out of those that are reserved (`concurrency`),
    /// so they cannot be more; and Lambda tries an event at most two more times after the first
    /// (`retries`). A queue's `max_receives` or a job has more tries.
    IMPOSSIBLE_CAPACITY = "KLO0604", "impossible-capacity";
    /// No instance has what a unit with a GPU asks for.
    ///
    /// ```python
    /// # @klo::service(gpu = "t4:8")
    /// app = FastAPI()
    /// ```
    ///
    /// Each type of GPU comes in certain numbers on one instance, beside so much CPU and memory, of
    /// which the node keeps a part for itself. The message says what the largest one has, and the
    /// help names the nearest GPU whose instances would do. Ask for fewer GPUs or less memory, or
    /// take the other type.
    IMPOSSIBLE_GPU = "KLO0605", "impossible-gpu";
    /// Units are to run on a cluster that exists, and klo is to make the network.
    ///
    /// ```yaml
    /// app: shop
    /// kubernetes: { cluster: platform }
    /// ```
    ///
    /// A cluster that is there stands in a network of its own, and pods reach data stores only in
    /// the same one. Name it: `network: { vpc: vpc-…, private_subnets: […] }` in klo.yaml, with the
    /// VPC that the cluster is in.
    CLUSTER_NETWORK = "KLO0606", "cluster-network";
    /// Units may open more connections than the database accepts, and the proxy that would pool them
    /// is switched off.
    ///
    /// ```python
    /// # @klo::persist(name = "orders", proxy = false)
    /// engine = create_engine(os.environ["DATABASE_URL"], pool_size=20)
    /// ```
    ///
    /// klo multiplies each unit's instances at peak with the connections that its pools may hold and
    /// compares the sum with what AWS's formula gives for the instance class. The message shows the
    /// arithmetic. Leave `proxy` out, make the pools smaller, allow fewer instances, or take a larger
    /// `instance`.
    TOO_MANY_CONNECTIONS = "KLO0610", "too-many-connections";
    /// An RDS proxy is needed or asked for, and this database cannot have one.
    ///
    /// ```python
    /// # @klo::persist(name = "orders", engine = "postgres", version = "18", proxy = true)
    /// engine = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// RDS Proxy serves certain major versions of each engine, and klo puts one only before databases
    /// that it makes. The message says which versions can have one; the other ways out are smaller
    /// pools, fewer instances or a larger instance class.
    IMPOSSIBLE_PROXY = "KLO0611", "impossible-proxy";
    /// An instance class that the database or cache engine does not have.
    ///
    /// ```python
    /// # @klo::persist(name = "orders", instance = "db.t4.small")
    /// engine = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// Databases take RDS instance classes such as `db.t4g.medium` or `db.r8g.large`, or `serverless`
    /// for Aurora; caches take node types such as `cache.t4g.small`. Terraform finds a wrong one only
    /// while it applies.
    UNKNOWN_INSTANCE = "KLO0612", "unknown-instance";
    /// `existing` leaves out what klo needs to wire the resource.
    ///
    /// ```python
    /// # @klo::persist(name = "orders", existing = { endpoint = "db.acme.internal:5432" })
    /// engine = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// A database URL holds a user and a password, so an existing database needs `secret`, the ARN of
    /// a Secrets Manager secret whose value is `{"username": …, "password": …}`. Every kind needs an
    /// `arn` or an `id` that tells which one it is; the message names what is missing.
    INCOMPLETE_EXISTING = "KLO0613", "incomplete-existing";
    /// Neither the annotation nor the code says what a table's key is.
    ///
    /// ```python
    /// # @klo::persist(name = "carts")
    /// table = boto3.resource("dynamodb").Table(os.environ["CARTS_TABLE"])
    /// ```
    ///
    /// A DynamoDB table's key cannot be changed later without making a new table, so klo does not
    /// guess one. Say `key = "cart_id"`, with `:number` or `:binary` where it is no text, and
    /// `sort_key` where items have one.
    TABLE_WITHOUT_KEY = "KLO0614", "table-without-key";
    /// A table's key names a type that keys cannot have, or one attribute twice.
    ///
    /// ```python
    /// # @klo::persist(name = "carts", key = "cart_id:int")
    /// table = boto3.resource("dynamodb").Table(os.environ["CARTS_TABLE"])
    /// ```
    ///
    /// The keys of a DynamoDB table are text, `:number` or `:binary`, and partition key and sort key
    /// are two attributes.
    WRONG_TABLE_KEY = "KLO0615", "wrong-table-key";
    /// A queue hides received messages for a shorter time than its consumer may need.
    ///
    /// ```python
    /// # @klo::queue(name = "orders", visibility = "30s")
    /// queue = os.environ["QUEUE_URL"]
    /// ```
    ///
    /// A message that becomes visible again while it is still being worked on is worked on twice. AWS
    /// asks for six times the consumer's timeout, plus the time for which a batch is gathered, so that
    /// retries of a throttled consumer fit. Leave `visibility` out, raise it, or lower the consumer's
    /// `timeout`.
    SHORT_VISIBILITY = "KLO0616", "short-visibility";
    /// A setting lies outside what the AWS service allows.
    ///
    /// ```python
    /// # @klo::queue(name = "orders", retention = "30d")
    /// queue = os.environ["QUEUE_URL"]
    /// ```
    ///
    /// The message names the range: SQS keeps messages for 60 seconds to 14 days and hides them for at
    /// most 12 hours, RDS takes 20Gi to 64Ti of storage, and so on.
    OUT_OF_RANGE = "KLO0617", "out-of-range";
    /// A database is to be serverless, and Aurora cannot do that with it.
    ///
    /// ```python
    /// # @klo::persist(name = "orders", engine = "mariadb", instance = "serverless")
    /// engine = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// Aurora Serverless speaks PostgreSQL and MySQL. A MariaDB database needs an instance class such
    /// as `db.t4g.medium`. A cluster that is already there cannot be adopted by `import`, since its
    /// instances belong to it; use it by `existing`.
    IMPOSSIBLE_SERVERLESS = "KLO0618", "impossible-serverless";
    /// Nothing says which engine a database has.
    ///
    /// ```python
    /// # @klo::persist(name = "orders", kind = "database")
    /// connection = connect(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// klo reads the engine from the driver that is called or from the URL's scheme. Where neither
    /// tells, say `engine = "postgres"`, `"mysql"` or `"mariadb"`.
    UNKNOWN_ENGINE = "KLO0619", "unknown-engine";
    /// A resource is adopted by an identifier that has not the form of its kind.
    ///
    /// ```python
    /// # @klo::topic(name = "events", import = "events")
    /// topic = os.environ["TOPIC_ARN"]
    /// ```
    ///
    /// Terraform imports a topic or secret by its ARN, a queue by its URL, a file system by
    /// `fs-…`, and everything else by its name. The message says which one is wanted.
    WRONG_IMPORT = "KLO0620", "wrong-import";
    /// A version that the engine of a database or cache does not have, or that klo does not know.
    ///
    /// ```python
    /// # @klo::persist(name = "orders", engine = "postgres", version = "15.x")
    /// engine = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// Say a major version (`"17"` for PostgreSQL, `"8.4"` for MySQL, `"8.0"` for Valkey), which AWS then
    /// keeps up to date, or a whole one (`"17.4"`), which stays as it is. A major version that is newer
    /// than klo's table is a warning: it may well exist.
    UNKNOWN_VERSION = "KLO0621", "unknown-version";
    /// Something is to be public that cannot be.
    ///
    /// ```python
    /// # @klo::persist(name = "sessions", public = true)
    /// client = redis.from_url(os.environ["REDIS_URL"])
    /// ```
    ///
    /// Caches and volumes have addresses inside the network only, and tables are reached with
    /// credentials alone. Databases and buckets can be public. Leave `public` out, or put a service
    /// before it.
    IMPOSSIBLE_PUBLIC = "KLO0622", "impossible-public";
    /// A rule set chooses a Terraform module for an intent that it cannot stand in for.
    ///
    /// ```yaml
    /// choose:
    ///   queue: { module: { source: "git::https://git.acme.dev/tf/queue?ref=v2", outputs: { url: url } } }
    /// ```
    ///
    /// Units find a store by the module's outputs, and permissions name its ARN, so `outputs` has to say
    /// which output holds each: for a queue `url`, `arn` and `name`. An intent that a module makes cannot
    /// have `import`, since what it is imported as lies inside the module, nor `proxy = true`: whether one
    /// stands before the database is the module's business, whose `host` output may well be a proxy's.
    IMPOSSIBLE_MODULE = "KLO0623", "impossible-module";
    /// The code calls a method of a bound client for which klo knows no permission.
    ///
    /// ```python
    /// # @klo::persist(name = "receipts")
    /// s3 = boto3.client("s3")
    /// s3.update_object_encryption(Bucket=os.environ["BUCKET"], Key=key)
    /// ```
    ///
    /// Permissions come from a table of SDK methods, and a guess would be too wide or fail at run
    /// time. State what the unit does to the resource on the unit, which then gets the usual
    /// permissions of that access:
    ///
    /// ```python
    /// # @klo::uses(to = "bucket.receipts", access = ["read", "write"])
    /// ```
    UNKNOWN_CALL = "KLO0640", "unknown-call";
    /// One environment variable of a unit is to hold two values.
    ///
    /// ```python
    /// # @klo::service(env = { DATABASE_URL = "sqlite:///local.db" })
    /// app = FastAPI()          # reaches an engine that reads DATABASE_URL
    /// ```
    ///
    /// A variable through which code finds a resource is set by klo, so `env` cannot set it too, and
    /// two resources cannot be found through one variable. Remove the entry of `env`, or give the
    /// variables of the resources different names with `bind`.
    VARIABLE_TAKEN = "KLO0641", "variable-taken";
    /// An environment variable that the platform sets itself.
    ///
    /// ```python
    /// # @klo::function(env = { AWS_ACCESS_KEY_ID = "…" })
    /// def resize(event, context): ...
    /// ```
    ///
    /// Lambda refuses functions that set one of its own variables, and credentials come from the
    /// unit's role on every platform. Remove the entry, or read the setting through another variable.
    RESERVED_VARIABLE = "KLO0642", "reserved-variable";
    /// A unit is to find another one that answers no requests.
    ///
    /// ```python
    /// # @klo::uses(to = "function.resize", bind = { url = "RESIZE_URL" })
    /// # @klo::service
    /// app = FastAPI()
    /// ```
    ///
    /// A service on Fargate has a name inside the network, and so has every service or function with
    /// `expose(to = "internal")`; with `expose(to = "internet")` it has an address there. A job, and
    /// a function without a way in, have none: expose it, or send it messages through a queue that
    /// triggers it.
    NO_ADDRESS = "KLO0643", "no-address";
    /// The range of the network cannot hold the subnets that are needed.
    ///
    /// ```yaml
    /// network: { cidr: 10.20.0.0/26 }
    /// ```
    ///
    /// A network of klo's has private, public and data subnets in two zones, three in production. AWS
    /// takes ranges from `/16` to `/28`, and subnets of at least 16 addresses, so the range is one from
    /// `/16` to `/24`, without bits set behind its prefix.
    NETWORK_RANGE = "KLO0644", "network-range";
    /// A variable is bound to a field that the resource does not offer.
    ///
    /// ```python
    /// # @klo::persist(name = "catalog", kind = "cache", existing = { id = "catalog" }, bind = { host = "REDIS_HOST" })
    /// client = redis.Redis(host=os.environ["REDIS_HOST"])
    /// ```
    ///
    /// klo knows of an existing resource only what `existing` says. Add what is missing there (here
    /// `endpoint`), or remove the binding.
    NO_SUCH_VALUE = "KLO0645", "no-such-value";

    /// A unit is exposed, but it runs where nothing can send it a request.
    ///
    /// ```python
    /// # @klo::function(timeout = "30m")
    /// # @klo::expose(to = "internet")
    /// def report(event, context): ...
    /// ```
    ///
    /// A function that Lambda cannot hold, because it runs for over 15 minutes or needs over 10 GiB of
    /// memory, runs on AWS Batch, which starts work and answers nobody. Lower what keeps it off Lambda,
    /// or make it a service.
    NOT_EXPOSABLE = "KLO0660", "not-exposable";

    /// A unit on Lambda is exposed to the internet and answers with a stream or a WebSocket.
    ///
    /// ```python
    /// # @klo::service(run_on = "lambda")
    /// # @klo::expose(to = "internet")
    /// app = FastAPI()
    ///
    /// @app.websocket("/live")
    /// async def live(socket): ...
    /// ```
    ///
    /// Neither an HTTP API nor a REST API carries either to a Lambda's own web application. Run the
    /// service on Fargate (`run_on = "fargate"`), where CloudFront stands before it.
    STREAMS_ON_LAMBDA = "KLO0661", "streams-on-lambda";

    /// A request to a unit may take longer than the way in before it waits.
    ///
    /// ```python
    /// # @klo::service(run_on = "lambda", timeout = "2m")
    /// # @klo::expose(to = "internet")
    /// app = FastAPI()
    /// ```
    ///
    /// API Gateway waits 30 seconds for a Lambda, CloudFront 120 seconds for a container. The caller would
    /// see an error while the code still works. Lower `timeout`, run the unit on Fargate, or answer at once
    /// and do the work in a job or a queue's consumer.
    TIMEOUT_TOO_LONG_TO_EXPOSE = "KLO0662", "timeout-too-long-to-expose";

    /// A domain is stated without the Route 53 zone that holds it, or a zone without a domain.
    ///
    /// ```python
    /// # @klo::expose(to = "internet", domain = "shop.example.com")
    /// app = FastAPI()
    /// ```
    ///
    /// klo proves to the certificate authority that the domain is yours by a record in its zone, and leads
    /// the domain to the way in by another. Add the zone's id: `zone = "Z0123456789ABC"`. For a site both
    /// stand in `klo.yaml`.
    DOMAIN_WITHOUT_ZONE = "KLO0663", "domain-without-zone";

    /// `auth` is asked for on a way in that cannot check it.
    ///
    /// ```python
    /// # @klo::service(timeout = "60s")
    /// # @klo::expose(to = "internet", auth = "iam")
    /// app = FastAPI()
    /// ```
    ///
    /// An HTTP API checks IAM signatures and tokens before a request reaches the code. CloudFront, which
    /// stands before containers that want a firewall, stream, speak WebSocket or take over 30 seconds, checks
    /// neither; a REST API, which stands before a Lambda with `waf`, checks IAM signatures only. Check
    /// callers in the code, or remove what asks for the other way in.
    AUTH_NOT_ENFORCEABLE = "KLO0664", "auth-not-enforceable";

    /// An option of `expose` that only a way in from the internet has stands on one inside the network.
    ///
    /// ```python
    /// # @klo::expose(to = "internal", rate_limit = 100)
    /// app = FastAPI()
    /// ```
    ///
    /// Inside the network a load balancer stands before the unit. It checks no tokens, adds no CORS headers,
    /// holds nobody to a rate and carries no firewall of a single unit. Security groups decide who reaches
    /// it. Leave the rest to the code, or expose the unit to the internet.
    INTERNAL_OPTION = "KLO0665", "internal-option";

    /// `cors` asks for something that browsers or the way in refuse.
    ///
    /// ```python
    /// # @klo::expose(to = "internet", cors = { origins = ["*"], credentials = true })
    /// app = FastAPI()
    /// ```
    ///
    /// Browsers send no credentials to an answer that lets every origin in, so list the origins. A REST API,
    /// which stands before a Lambda with `waf`, answers a preflight with one fixed origin; for several, leave
    /// `cors` out and answer in the code.
    IMPOSSIBLE_CORS = "KLO0666", "impossible-cors";

    /// Two ways in have the same domain.
    ///
    /// ```python
    /// # @klo::expose(to = "internet", domain = "shop.example.com", zone = "Z0123456789ABC")
    /// orders = FastAPI()
    ///
    /// # @klo::expose(to = "internet", domain = "shop.example.com", zone = "Z0123456789ABC")
    /// catalog = FastAPI()
    /// ```
    ///
    /// A domain leads to one unit or site. Give each its own name (`catalog.shop.example.com`), or put the
    /// routers into one application.
    SHARED_DOMAIN = "KLO0667", "shared-domain";

    /// A unit calls another one whose way in lets in IAM signatures only, and its code signs nothing.
    ///
    /// ```python
    /// # @klo::service
    /// # @klo::expose(to = "internet", auth = "iam")
    /// app = FastAPI()
    /// ```
    ///
    /// Every call would be refused. Sign the caller's requests with its role's credentials, for example with
    /// `requests_aws4auth` or `botocore.auth.SigV4Auth`, or give the called unit a way in inside the network
    /// with a second `@klo::expose(to = "internal")`.
    UNSIGNED_CALLER = "KLO0669", "unsigned-caller";

    /// A trigger cannot start the unit that it stands on.
    ///
    /// ```python
    /// # @klo::service
    /// # @klo::trigger(topic = "orders")
    /// app = FastAPI()
    /// ```
    ///
    /// A web application answers requests; nothing hands it a queue's messages or a topic's. A program with
    /// a loop of its own takes messages only off queues that its code names. Put the handler into a function
    /// of its own (`@klo::function`), which klo starts for each event.
    IMPOSSIBLE_TRIGGER = "KLO0670", "impossible-trigger";

    /// An option of `trigger` does not belong to that kind of trigger, or has a value that AWS refuses
    /// there.
    ///
    /// ```python
    /// # @klo::trigger(bucket = "uploads", filter = { size = ["large"] })
    /// def resize(event, context): ...
    /// ```
    ///
    /// `filter` is for queues, topics and tables, `event` and `prefix` are for buckets, `batch` is for queues
    /// and tables; a FIFO queue hands over at most 10 messages at once.
    TRIGGER_OPTION = "KLO0671", "trigger-option";

    /// Two units are started by the same changes of one bucket.
    ///
    /// ```python
    /// # @klo::trigger(bucket = "uploads", prefix = "images/")
    /// def resize(event, context): ...
    ///
    /// # @klo::trigger(bucket = "uploads")
    /// def index(event, context): ...
    /// ```
    ///
    /// A bucket tells one receiver of each change: S3 refuses two notifications for the same kind of change
    /// with prefixes of which one begins with the other. Give each its own prefix, or let one unit publish to
    /// a topic that starts the others.
    OVERLAPPING_TRIGGERS = "KLO0672", "overlapping-triggers";

    /// A bucket that klo did not make starts a unit, so klo takes over all of its notifications.
    ///
    /// ```python
    /// # @klo::persist(name = "uploads", existing = { id = "acme-uploads" })
    /// uploads = boto3.client("s3")
    ///
    /// # @klo::trigger(bucket = "uploads")
    /// def resize(event, context): ...
    /// ```
    ///
    /// All notifications of a bucket are one setting. Applying klo's replaces those that somebody else made,
    /// so make sure that there are none, or let their owner publish to a topic and use
    /// `trigger(topic = "…")`.
    FOREIGN_NOTIFICATION = "KLO0673", "foreign-notification";
}
