import os

import torch
from sqlalchemy import text

from .stores import MODELS, engine


# @klo::job(name = "migrate", run = "before-deploy")
def migrate() -> None:
    with engine.begin() as connection:
        connection.execute(text("create table if not exists notes (id int primary key, body text)"))


# @klo::job(name = "train", gpu = "a100-80", memory = "32Gi", cpu = 8, schedule = "0 3 * * 1")
def train() -> None:
    weights = torch.load(os.path.join(MODELS, "notes.pt"), weights_only=True)
    with engine.connect() as connection:
        notes = connection.execute(text("select body from notes")).scalars().all()
    print(len(weights), len(notes))
