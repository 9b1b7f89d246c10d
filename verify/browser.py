"""A page in a real browser: a list of steps, taken one after the other, and what the page answered, logged and
asked for. `browser.cjs` takes them, with Playwright, in the Chromium that is there."""

import functools
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from formats import package
from tools import missing, program

HERE = Path(__file__).resolve().parent


def chromium() -> str:
    """$KLO_CHROMIUM, or what is called chromium."""
    found = os.environ.get("KLO_CHROMIUM") or shutil.which("chromium")
    if not found or not Path(found).exists():
        missing("chromium (KLO_CHROMIUM)")
    return found


@dataclass(frozen=True)
class Saw:
    """What came of the steps: an answer for each, what the page logged as a warning or error, and every address
    that it asked for."""

    answers: list[Any]
    console: list[str]
    requests: list[str]


@functools.cache
def driver() -> subprocess.Popen[str]:
    """One browser for all visits, which ends with its standard input."""
    return subprocess.Popen(
        [program("node"), str(HERE / "browser.cjs"), chromium()],
        env={**os.environ, "NODE_PATH": str(package("playwright-core").parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def visit(steps: list[dict[str, Any]], *, width: int = 1440, height: int = 900, **context: Any) -> Saw:
    """Takes the steps on one page; `context` is for Playwright's browser context (`colorScheme`, `javaScriptEnabled`)."""
    asked = {"context": {"viewport": {"width": width, "height": height}, **context}, "steps": steps}
    running = driver()
    assert running.stdin and running.stdout
    running.stdin.write(f"{json.dumps(asked)}\n")
    running.stdin.flush()
    answer = running.stdout.readline()
    if not answer:
        pytest.fail(f"the browser ended with {running.wait()}", pytrace=False)
    saw = json.loads(answer)
    if "failed" in saw:
        pytest.fail(saw["failed"], pytrace=False)
    return Saw(**saw)


def goto(page: Path, fragment: str = "") -> dict[str, Any]:
    return {"do": "goto", "url": page.resolve().as_uri() + fragment}


def evaluate(script: str, argument: Any = None) -> dict[str, Any]:
    """Answers with what a function of JavaScript gives for an argument, as JSON has it."""
    return {"do": "evaluate", "script": script, "argument": argument}


def click(selector: str) -> dict[str, Any]:
    return {"do": "click", "selector": selector}


def press(key: str) -> dict[str, Any]:
    return {"do": "press", "key": key}


def typed(text: str) -> dict[str, Any]:
    return {"do": "type", "text": text}


def wheel(x: int, y: int, by: int) -> dict[str, Any]:
    return {"do": "wheel", "x": x, "y": y, "by": by}


def drag(start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    return {"do": "drag", "from": start, "to": end}


def media(**options: str) -> dict[str, Any]:
    """Emulates `colorScheme`, `reducedMotion` or `media`."""
    return {"do": "media", **options}


def size(width: int, height: int) -> dict[str, Any]:
    return {"do": "size", "width": width, "height": height}


def wait(milliseconds: int) -> dict[str, Any]:
    return {"do": "wait", "ms": milliseconds}


def screenshot(path: Path) -> dict[str, Any]:
    return {"do": "screenshot", "path": str(path)}


def pdf(path: Path) -> dict[str, Any]:
    return {"do": "pdf", "path": str(path)}
