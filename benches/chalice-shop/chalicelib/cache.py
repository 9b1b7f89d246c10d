import os


def client():
    import redis

    return redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379/0"))


def cached_catalog():
    return client().get("catalog:v1")


def store_catalog(body):
    client().set("catalog:v1", body, ex=60)
