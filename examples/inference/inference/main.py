"""Scores texts with a model whose weights lie on a volume."""

import pathlib

import torch
from fastapi import FastAPI

# @klo::persist(name = "models")
WEIGHTS = pathlib.Path("/mnt/models")

# @klo::service(name = "scorer", gpu = "l4", cpu = 2, memory = "8Gi", health = "/healthz")
app = FastAPI()


@app.get("/healthz")
def healthz() -> dict[str, bool]:
    return {"cuda": torch.cuda.is_available()}


@app.post("/score")
def score(text: str) -> dict[str, float]:
    model = torch.load(WEIGHTS / "scorer.pt")
    return {"score": float(model(text))}
