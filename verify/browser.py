"""A page in a real browser: a list of steps, taken one after the other, and what the page answered, logged and
asked for. `browser.cjs` takes them, with Playwright, in the Chromium that is there."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tools import missing, program

HERE = Path(__file__).resolve().parent


def modules() -> str:
    """The folder of npm's packages."""
    found = os.environ.get("KLO_NPM", "")
    if not found or not (Path(found) / "playwright-core").exists():
        missing("playwright-core (npm ci in verify/npm, KLO_NPM=…/node_modules)")
    return found


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


def visit(steps: list[dict[str, Any]], *, width: int = 1440, height: int = 900, **context: Any) -> Saw:
    """Takes the steps on one page; `context` is for Playwright's browser context (`colorScheme`, `javaScriptEnabled`)."""
    asked = {
        "executable": chromium(),
        "context": {"viewport": {"width": width, "height": height}, **context},
        "steps": steps,
    }
    done = subprocess.run(
        [program("node"), str(HERE / "browser.cjs")],
        input=json.dumps(asked),
        env={**os.environ, "NODE_PATH": modules()},
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode != 0:
        pytest.fail(f"the browser ended with {done.returncode}\n{done.stderr}", pytrace=False)
    return Saw(**json.loads(done.stdout))


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
