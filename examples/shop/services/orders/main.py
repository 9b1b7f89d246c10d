from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.orders.routers import catalog, orders
from shared.database import create_schema


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    create_schema()
    yield


# @klo::service(name = "orders-api", users = 10_000, latency = "low", health = "/health")
# @klo::expose(to = "internet")
app = FastAPI(title="Orders", lifespan=lifespan)
app.include_router(catalog.router)
app.include_router(orders.router, prefix="/orders")


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
