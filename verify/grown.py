"""Grows an app of as many units as asked for, as a shop of that size would write it: an area of the business is
a folder with an API, a worker, a follower of another area's events, a nightly job and one more unit, and with
the stores, queues and topics that they share. Same size, same files.

    python grown.py FOLDER [UNITS]
"""

import sys
from dataclasses import dataclass
from pathlib import Path

AREAS = (
    "orders catalog payments inventory shipping accounts search pricing returns reviews loyalty support "
    "carts coupons invoices suppliers warehouses carriers subscriptions messages campaigns fraud taxes gifts"
).split()
PER_AREA = 5
MOST_UNITS = PER_AREA * len(AREAS)

REQUIREMENTS = """\
boto3==1.44.5
botocore==1.44.5
fastapi==0.165.0
psycopg==3.3.9
psycopg-binary==3.3.9
redis==8.1.0
sqlalchemy==2.1.9
uvicorn==0.54.0
"""

CONFIGURATION = """\
app: market
environments:
  dev:
    region: eu-west-1
    resources:
      service.orders-api: { min: 1, max: 2 }
  prod:
    region: eu-west-1
    account: "123456789012"
    resources:
      database.orders: { backup_days: 35 }
tags: { owner: commerce, cost-center: "4410" }
declare:
  site.storefront: { dir: web, spa: true }
"""


@dataclass(frozen=True)
class Area:
    """One area and what it has; which, its number says."""

    number: int
    name: str
    # Whose events it follows and in whose bucket its reports go.
    before: str
    archive: str

    @property
    def variable(self) -> str:
        return self.name.upper()

    @property
    def is_relational(self) -> bool:
        return self.number % 2 == 0

    @property
    def has_bucket(self) -> bool:
        return self.archive == self.name

    @property
    def has_cache(self) -> bool:
        return self.number % 4 == 1

    @property
    def has_secret(self) -> bool:
        return self.number % 4 == 2


def grow(folder: Path, units: int = 60) -> Path:
    """Writes an app with so many services, functions and jobs into a folder, which need not be there."""
    if not 1 <= units <= MOST_UNITS:
        raise ValueError(f"between 1 and {MOST_UNITS} units, not {units}")
    count = -(-units // PER_AREA)
    files = {
        "klo.yaml": CONFIGURATION,
        "requirements.txt": REQUIREMENTS,
        "web/index.html": "<!doctype html>\n<title>Market</title>\n<h1>Market</h1>\n",
    }
    for number in range(count):
        area = Area(number, AREAS[number], AREAS[number - 1 if number else count - 1], AREAS[number - number % 3])
        written = [("api", api(area)), ("worker", worker(area)), ("follower", follower(area))]
        written += [("report", report(area)), extra(area)]
        written = written[: units - number * PER_AREA]
        shared = [("__init__", ""), ("store", store(area)), ("messages", messages(area))]
        if area.has_bucket:
            shared.append(("files", bucket(area)))
        if area.has_cache:
            shared.append(("cache", cache(area)))
        if area.has_secret:
            shared.append(("provider", secret(area)))
        files |= {f"{area.name}/{name}.py": text for name, text in shared + written}
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def store(area: Area) -> str:
    """The area's records, in a database or in a table, behind the same three functions."""
    if not area.is_relational:
        return f'''\
import os
from typing import Any

import boto3

# @klo::persist(name = "{area.name}", key = "id", ttl = "expires")
table = boto3.resource("dynamodb").Table(os.environ["{area.variable}_TABLE"])


def load(key: str) -> dict[str, Any] | None:
    return table.get_item(Key={{"id": key}}).get("Item")


def save(record: dict[str, Any]) -> None:
    table.put_item(Item=record)


def everything() -> list[dict[str, Any]]:
    return table.scan()["Items"]
'''
    storage = 20 + 10 * (area.number % 5)
    return f'''\
import os
from typing import Any

from sqlalchemy import create_engine, text

# @klo::persist(name = "{area.name}", storage = "{storage}Gi")
engine = create_engine(os.environ["{area.variable}_DATABASE_URL"], pool_size=5, max_overflow=2)


def load(key: str) -> dict[str, Any] | None:
    with engine.begin() as connection:
        row = connection.execute(text("select * from {area.name} where id = :id"), {{"id": key}}).one_or_none()
    return row and dict(row._mapping)


def save(record: dict[str, Any]) -> None:
    with engine.begin() as connection:
        connection.execute(text("insert into {area.name} values (:id, :body)"), record)


def everything() -> list[dict[str, Any]]:
    with engine.begin() as connection:
        return [dict(row._mapping) for row in connection.execute(text("select * from {area.name}"))]
'''


def messages(area: Area) -> str:
    return f'''\
import json
import os
from typing import Any

import boto3

# @klo::queue(name = "{area.name}-tasks", max_receives = {3 + area.number % 3})
TASKS_URL = os.environ["{area.variable}_TASKS_URL"]

# @klo::topic(name = "{area.name}-events")
EVENTS_ARN = os.environ["{area.variable}_EVENTS_ARN"]

sqs = boto3.client("sqs")
sns = boto3.client("sns")


def ask(task: dict[str, Any]) -> None:
    sqs.send_message(QueueUrl=TASKS_URL, MessageBody=json.dumps(task))


def tell(event: dict[str, Any]) -> None:
    sns.publish(TopicArn=EVENTS_ARN, Message=json.dumps(event))
'''


def bucket(area: Area) -> str:
    return f'''\
import os

import boto3

# @klo::persist(name = "{area.name}-files")
bucket = boto3.resource("s3").Bucket(os.environ["{area.variable}_FILES_BUCKET"])


def keep(key: str, body: str) -> None:
    bucket.put_object(Key=key, Body=body.encode())


def fetch(key: str) -> bytes:
    return bucket.Object(key).get()["Body"].read()
'''


def cache(area: Area) -> str:
    return f'''\
import os

import redis

# @klo::persist(name = "{area.name}")
client = redis.Redis.from_url(os.environ.get("{area.variable}_REDIS_URL", "redis://localhost"))


def remembered(key: str) -> str | None:
    return client.get(key)


def remember(key: str, body: str) -> None:
    client.set(key, body, ex=60)
'''


def secret(area: Area) -> str:
    return f'''\
import os

# @klo::secret(name = "{area.name}-api-key")
API_KEY = os.environ["{area.variable}_API_KEY"]


def headers() -> dict[str, str]:
    return {{"Authorization": f"Bearer {{API_KEY}}"}}
'''


def api(area: Area) -> str:
    """Every third is public, every third is called by the one before it, the rest by people inside."""
    name = area.name
    users = (10_000, 2_000, 500)[area.number % 3]
    latency = ', latency = "low"' if area.number % 3 == 0 else ""
    ways_in = ["# @klo::expose(to = \"internet\")\n", "", "# @klo::expose(to = \"internal\")\n"][area.number % 3]
    imports = [f"from {name} import messages, store"]
    reading = "    return store.load(key)\n"
    if area.has_cache:
        imports = [f"from {name} import cache, messages, store"]
        reading = (
            "    if found := cache.remembered(key):\n        return json.loads(found)\n"
            "    record = store.load(key)\n    cache.remember(key, json.dumps(record))\n    return record\n"
        )
    if area.has_secret:
        imports.append(f"from {name}.provider import headers")
    charging = "    print(sorted(headers()))\n" if area.has_secret else ""
    standard = "import json\n" if area.has_cache else ""
    return f'''\
{standard}from typing import Any

from fastapi import FastAPI

{chr(10).join(imports)}


# @klo::service(name = "{name}-api", users = {users:_}{latency}, health = "/health")
{ways_in}app = FastAPI(title="{name.capitalize()}")


@app.get("/health")
def health() -> dict[str, str]:
    return {{"status": "ok"}}


@app.get("/{name}/{{key}}")
def show(key: str) -> dict[str, Any] | None:
{reading}

@app.post("/{name}")
def add(record: dict[str, Any]) -> None:
{charging}    store.save(record)
    messages.ask({{"id": record["id"]}})
    messages.tell({{"added": record["id"]}})
'''


def worker(area: Area) -> str:
    files = f"from {area.name}.files import keep\n" if area.has_bucket else ""
    keeping = '    keep(f"done/{task[\'id\']}.json", json.dumps(record))\n' if area.has_bucket else ""
    standard = "import json\n" if area.has_bucket else ""
    return f'''\
{standard}from typing import Any

from {area.name} import store
{files}

# @klo::function(name = "{area.name}-worker", memory = "512Mi", timeout = "{30 + 10 * (area.number % 4)}s")
# @klo::trigger(queue = "{area.name}-tasks", batch = {5 + area.number % 6})
def work(task: dict[str, Any]) -> None:
    record = store.load(task["id"]) or dict(task)
    store.save(record | {{"state": "done"}})
{keeping}'''


def follower(area: Area) -> str:
    return f'''\
import json
from typing import Any

from {area.name} import store


# @klo::function(name = "{area.name}-follower", retries = 2)
# @klo::trigger(topic = "{area.before}-events")
def follow(event: dict[str, Any], context: object) -> None:
    for record in event["Records"]:
        store.save(json.loads(record["Sns"]["Message"]))
'''


def report(area: Area) -> str:
    return f'''\
import json

from {area.archive}.files import keep
from {area.name} import store


# @klo::job(name = "{area.name}-report", schedule = "{5 * (area.number % 12)} 2 * * *", timeout = "15m", retries = 2)
def main() -> None:
    keep("reports/{area.name}.json", json.dumps(store.everything()))


if __name__ == "__main__":
    main()
'''


def extra(area: Area) -> tuple[str, str]:
    """The unit that makes an area unlike its neighbours."""
    name = area.name
    if area.has_bucket:
        return "index", f'''\
from typing import Any

from {name} import messages
from {name}.files import fetch


# @klo::function(name = "{name}-index", memory = "1Gi", timeout = "60s")
# @klo::trigger(bucket = "{name}-files", prefix = "incoming/")
def index(event: dict[str, Any], context: object) -> None:
    for record in event["Records"]:
        key = record["s3"]["object"]["key"]
        messages.ask({{"id": key, "size": len(fetch(key))}})
'''
    if not area.is_relational:
        return "audit", f'''\
from typing import Any

from {name} import messages


# @klo::function(name = "{name}-audit", concurrency = 2)
# @klo::trigger(table = "{name}")
def audit(event: dict[str, Any], context: object) -> None:
    for record in event["Records"]:
        messages.tell({{"changed": record["eventName"]}})
'''
    return "admin", f'''\
import os

from fastapi import FastAPI

from {name} import store

API_URL = os.environ["{area.before.upper()}_API_URL"]


# @klo::service(name = "{name}-admin")
# @klo::expose(to = "internal")
# @klo::uses(to = "service.{area.before}-api", bind = {{ url = "{area.before.upper()}_API_URL" }})
app = FastAPI(title="{name.capitalize()}, for the staff")


@app.get("/{name}")
def everything() -> list[dict]:
    return store.everything()
'''


if __name__ == "__main__":
    grow(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
