#!/usr/bin/env python3
"""Times whole processes, in turn, and prints medians and the ratio.

    whole_program.py KLO CHALICE [--runs N]

KLO is a release build of klo, CHALICE the `chalice` of verify/requirements-bench.txt.
Each counted run writes into a folder that did not exist; one run of each is not counted.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHOP = HERE.parent / "examples" / "shop"


def klo(program: str, scratch: Path) -> list[str]:
    """Both environments of examples/shop, nothing written before."""
    out = scratch / "examples-shop-infra"
    shutil.rmtree(out, ignore_errors=True)
    return [program, "compile", str(scratch / "shop"), "--out", str(out), "--quiet"]


def chalice(program: str, scratch: Path) -> list[str]:
    """One stage of the equal app: Chalice packages one at a time."""
    out = scratch / "chalice-out"
    shutil.rmtree(out, ignore_errors=True)
    app = str(scratch / "chalice-shop")
    return [program, "--project-dir", app, "package", "--pkg-format", "terraform", str(out)]


def seconds(command: list[str]) -> float:
    began = time.perf_counter()
    settings = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-1"}
    done = subprocess.run(command, capture_output=True, text=True, env=settings)
    took = time.perf_counter() - began
    if done.returncode != 0:
        raise SystemExit(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return took


def shown(name: str, times: list[float]) -> float:
    median = statistics.median(times)
    print(
        f"{name:8} median {median * 1000:8.1f} ms"
        f"   min {min(times) * 1000:8.1f}   max {max(times) * 1000:8.1f}   ({len(times)} runs)"
    )
    return median


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("klo")
    arguments.add_argument("chalice")
    arguments.add_argument("--runs", type=int, default=11)
    given = arguments.parse_args()
    times: dict[str, list[float]] = {"klo": [], "chalice": []}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / ".git").mkdir()
        shutil.copytree(SHOP, scratch / "shop", ignore=shutil.ignore_patterns("infra"))
        shutil.copytree(HERE / "chalice-shop", scratch / "chalice-shop")
        for run in range(given.runs + 1):
            pair = (seconds(klo(given.klo, scratch)), seconds(chalice(given.chalice, scratch)))
            if run > 0:
                for name, took in zip(times, pair, strict=True):
                    times[name].append(took)
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}")
    medians = [shown(name, taken) for name, taken in times.items()]
    print(f"ratio    chalice / klo = {medians[1] / medians[0]:.1f}")


if __name__ == "__main__":
    main()
