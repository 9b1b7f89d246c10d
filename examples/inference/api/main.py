"""Takes texts, has them scored, and keeps the results."""

import os

import httpx
from fastapi import FastAPI
from sqlalchemy import create_engine, text

# @klo::persist(name = "results", engine = "postgres")
engine = create_engine(os.environ["DATABASE_URL"])

SCORER_URL = os.environ["SCORER_URL"]

# @klo::expose(to = "internet")
# @klo::service(name = "api")
# @klo::uses(to = "service.scorer", bind = { url = "SCORER_URL" })
app = FastAPI()


@app.post("/texts")
def score(body: str) -> dict[str, float]:
    answer = httpx.post(f"{SCORER_URL}/score", params={"text": body}).json()
    with engine.begin() as connection:
        connection.execute(text("insert into results values (:s)"), {"s": answer["score"]})
    return answer
