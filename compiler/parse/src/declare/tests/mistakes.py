# @klo::persists(name = "orders")
engine = connect()
# ---
# @klo::database(name = "orders")
engine = connect()
# ---
# @klo::frobnicate
engine = connect()
# ---
# @klo::service(user = 10, tagz = {}, zzzzzzzz = 1)
app = FastAPI()
# ---
# @klo::service(memory = "512MB", port = "8080", latency = "fast")
app = FastAPI()
# ---
# @klo::service(name = "Orders_API", was = "x y")
app = FastAPI()
# ---
# @klo::expose(path = "/v1")
app = FastAPI()
# ---
# @klo::service
# @klo::expose(path = "/v1")
app = FastAPI()
# ---
# @klo::service
# @klo::expose(to = intrenet)
# @klo::expose(to = )
app = FastAPI()
# ---
# @klo::service
# @klo::expose(to = "internet", zone = "Z0123456789ABC")
# @klo::expose(to = "internet")
app = FastAPI()
# ---
# @klo::service
# @klo::job
def main(): ...
# ---
# @klo::queue(name = "a")
# @klo::topic(name = "b")
url = os.environ["X"]
# ---
# @klo::function
SIZES = [1, 2]
# ---
# @klo::persist
def make(): ...
# ---
# @klo::job
# @klo::expose(to = "internet")
# @klo::trigger(queue = "x")
def nightly(): ...
# ---
# @klo::function
# @klo::trigger(batch = 5)
# @klo::trigger(queue = "a", schedule = "rate(1 day)")
# @klo::trigger(schedule = "rate(1 day)", batch = 5, prefix = "x")
# @klo::trigger(bucket = "a", filter = { a = "b" })
def handle(event): ...
# ---
# @klo::function
# @klo::uses
# @klo::uses(to = "Orders")
# @klo::uses(to = "databse.orders")
# @klo::uses(to = "orders", access = "trigger", bind = { hots = "X", host = "a b" })
def handle(event): ...
# ---
# @klo::queue(bind = { host = "QUEUE_HOST" })
queue = os.environ["X"]
# ---
# @klo::persist(kind = "bucket", backup_days = 7, existing = { id = "x" }, import = "x")
files = client("s3")
# ---
# @klo::persist(kind = "database", existing = { arn = "nope", sg = "x" })
files = client("s3")
# ---
# @klo::queue
__ = os.environ["X"]
# ---
# @klo::queue
a_very_long_name_that_goes_on_and_on_and_on_for_ever = os.environ["X"]
# ---
# @klo::queue(name = "a", was = "a")
a = os.environ["X"]
# ---
# @klo::service(image = "../../Dockerfile")
app = FastAPI()
# ---
# @klo:service
app = FastAPI()
# ---
app = FastAPI()  # @klo::service
