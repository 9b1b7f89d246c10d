import os

import redis
from sqlalchemy import create_engine

# @klo::persist(name = "notes", existing = { endpoint = "postgres.data.svc.cluster.local:5432/notes", secret = "data/notes" })
engine = create_engine(os.environ["DATABASE_URL"])

# @klo::persist(name = "sessions", existing = { endpoint = "valkey.data.svc:6379" })
sessions = redis.from_url(os.environ["REDIS_URL"])

# @klo::persist(name = "models", kind = "volume", existing = { id = "weights" })
MODELS = "/models"

# @klo::secret(name = "stamp", existing = { id = "outpost/stamp" })
STAMP = os.environ["STAMP"]

# @klo::config(name = "greeting")
GREETING = os.environ["GREETING"]
