"""A proxy that is switched on and off again under a database that is there already."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import judged
import pytest
from emulators import emulator
from readback import admitted, groups_by_name
from stacks import Stack, bring_up
from tools import REPOSITORY, SCRATCH, compiled, klo, run

APP = """\
import os

from sqlalchemy import create_engine, text

# @klo::persist(name = "visits")
engine = create_engine(os.environ["DATABASE_URL"], pool_size=1, max_overflow=0)


# @klo::function(name = "count", concurrency = 2)
def count(event, context):
    with engine.connect() as connection:
        return connection.execute(text("select count(*) from visits")).scalar_one()
"""
SETTINGS = """\
app: turnstile
resources:
  database.visits: {{ proxy: {proxy} }}
"""


def settings(app: Path, proxy: str) -> None:
    (app / "klo.yaml").write_text(SETTINGS.format(proxy=proxy))


@pytest.fixture(scope="module")
def turnstile() -> Iterator[Stack]:
    app = SCRATCH / "turnstile"
    shutil.rmtree(app, ignore_errors=True)
    app.mkdir(parents=True)
    (app / "turnstile.py").write_text(APP)
    (app / "requirements.txt").write_text("psycopg==3.3.9\nsqlalchemy==2.1.9\n")
    settings(app, "false")
    with emulator(app.parent / "emulator-turnstile.log") as endpoint:
        yield bring_up(app, "dev", endpoint)


def switch(stack: Stack, proxy: str) -> None:
    """Compiles with another setting over the applied files, and applies what changed."""
    app = SCRATCH / "turnstile"
    settings(app, proxy)
    out = str(compiled(app))
    run(klo(), "compile", str(app), "--out", out, "--quiet", cwd=REPOSITORY)
    stack.main.apply()


def opens_to(stack: Stack, store: str) -> set[str]:
    """Names of the security groups that a store's group lets in."""
    groups = groups_by_name(stack)
    names = {group: name for name, group in groups.items()}
    return {names[group] for group in admitted(stack, groups[store])}


def test_a_proxy_comes_between(turnstile: Stack) -> None:
    assert opens_to(turnstile, "turnstile-dev-visits-database") == {"turnstile-dev-count"}
    switch(turnstile, "true")
    judged.settled(turnstile)
    (proxy,) = turnstile.client("rds").describe_db_proxies()["DBProxies"]
    assert proxy["RequireTLS"]
    door = "turnstile-dev-visits-database-proxy"
    assert opens_to(turnstile, "turnstile-dev-visits-database") == {door}
    assert opens_to(turnstile, door) == {"turnstile-dev-count"}


def test_it_goes_again(turnstile: Stack) -> None:
    switch(turnstile, "false")
    judged.settled(turnstile)
    assert turnstile.client("rds").describe_db_proxies()["DBProxies"] == []
    assert opens_to(turnstile, "turnstile-dev-visits-database") == {"turnstile-dev-count"}
    judged.keeps_credentials(turnstile)


def test_destroying_leaves_nothing(turnstile: Stack) -> None:
    turnstile.destroy()
    for root in turnstile.roots():
        assert root.resources() == []
