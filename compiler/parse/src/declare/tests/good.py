# @klo::service(users = 10_000, latency = "low", memory = "512Mi", gpu = ["l4", "a10g:2"],
#     env = { LOG_LEVEL = "info", WORKERS = 4 }, image = "Dockerfile", was = "orders-api")
# @klo::expose(to = "internet", cors = ["https://shop.example.com"], auth = { issuer = "https://x", audience = "a" })
# @klo::expose(to = "internal")
# @klo::trigger(queue = "receipts", batch = 5, filter = { kind = ["a", "b"] })
# @klo::trigger(schedule = "rate(5 minutes)")
# @klo::uses(to = "orders", access = ["write", "read", "read"])
# @klo::uses(to = "shop:topic.order-events", access = "publish", bind = { arn = "EVENTS" })
app = FastAPI()


# @klo::function(name = "resize", timeout = "90s", retries = 0)
# @klo::trigger(bucket = "images", event = "created", prefix = "raw/")
@decorated
def handler(event, context):
    # @klo::persist
    return make_client(os.environ["X"])


# @klo::job(schedule = "30 2 * * *", run = "before-deploy")
def nightly_report():
    pass


# @klo::persist(kind = "database", engine = "postgres", storage = "20Gi",
#     bind = { host = "DB_HOST", user = "DB_USER", password = "DB_PASSWORD" })
engine = connect()

# @klo::persist(kind = "database", name = "a", bind = { url = "A_URL" })
# @klo::persist(kind = "cache", name = "b", bind = { url = "B_URL" })
celery_parts = parts(os.environ["A_URL"], os.environ["B_URL"])

# @klo::queue(fifo = true, visibility = "3m", existing = { arn = "arn:aws:sqs:eu-west-1:123456789012:x" })
QueueUrl = os.environ["QUEUE_URL"]

# @klo::secret
payments_api_key = os.environ["PAYMENTS_API_KEY"]

# @klo::config(name = "log-level", default = "info")
LOG_LEVEL = os.environ["LOG_LEVEL"]


class Settings(BaseSettings):
    # @klo::topic
    order_events: str


# @klo::site(dir = "web/dist", spa = true)
STOREFRONT = "shop"
