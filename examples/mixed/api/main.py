"""Takes requests for reports, and shows those that the worker has written."""

import json
import os

import boto3
from fastapi import FastAPI, HTTPException
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

# @klo::persist(name = "reports")
engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=4, max_overflow=0)

# @klo::queue(name = "report-requests", visibility = "5m", max_receives = 3)
queue = boto3.resource("sqs").Queue(os.environ["REPORT_QUEUE_URL"])

# @klo::service(name = "api", users = 500)
# @klo::expose(to = "internet")
app = FastAPI()


@app.get("/health")
async def health() -> str:
    return "ok"


@app.post("/reports", status_code=202)
async def request(month: str) -> dict[str, int]:
    statement = text("INSERT INTO reports (month) VALUES (:month) RETURNING id")
    async with engine.begin() as connection:
        number = (await connection.execute(statement, {"month": month})).scalar_one()
    queue.send_message(MessageBody=json.dumps({"report": number, "month": month}))
    return {"report": number}


@app.get("/reports/{report}")
async def show(report: int) -> dict[str, str | None]:
    statement = text("SELECT month, body FROM reports WHERE id = :report")
    async with engine.connect() as connection:
        found = (await connection.execute(statement, {"report": report})).first()
    if found is None:
        raise HTTPException(status_code=404)
    return {"month": found.month, "body": found.body}
