from fastapi import FastAPI
from sqlalchemy import text

from .stores import GREETING, STAMP, engine, sessions

# @klo::service(name = "desk", health = "/healthz", min = 2, max = 4)
# @klo::expose(to = "internet", domain = "desk.outpost.example")
app = FastAPI()


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": GREETING}


@app.get("/notes/{number}")
def note(number: int) -> dict[str, str]:
    sessions.incr("read")
    with engine.connect() as connection:
        found = connection.execute(text("select body from notes where id = :id"), {"id": number})
        return {"body": found.scalar_one(), "stamp": STAMP}
