import redis

from shared.settings import settings

CATALOG_KEY = "catalog:v1"
CATALOG_SECONDS = 60

# @klo::persist(name = "catalog")
client = redis.Redis.from_url(settings.redis_url, decode_responses=True)


def cached_catalog() -> str | None:
    return client.get(CATALOG_KEY)


def store_catalog(body: str) -> None:
    client.set(CATALOG_KEY, body, ex=CATALOG_SECONDS)
