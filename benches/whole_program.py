#!/usr/bin/env python3
"""Times whole processes, in turn, and prints medians and the ratio.

    whole_program.py KLO CHALICE [--runs N]

KLO is a release build of klo, CHALICE the `chalice` of verify/requirements-bench.txt.
Each run writes into a folder that never was there: what the file system does about files deleted a
moment ago is not the program's time. One run of each is not counted. Processor time is of all
threads, the system's part included; on a machine that does other things it says more than the clock.
"""

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHOP = HERE.parent / "examples" / "shop"


def klo(program: str, scratch: Path, run: int) -> list[str]:
    """Both environments of examples/shop, nothing written before."""
    out = scratch / f"klo-out-{run}"
    return [program, "compile", str(scratch / "shop"), "--out", str(out), "--quiet"]


def chalice(program: str, scratch: Path, run: int) -> list[str]:
    """One stage of the equal app: Chalice packages one at a time."""
    out = scratch / f"chalice-out-{run}"
    app = str(scratch / "chalice-shop")
    return [program, "--project-dir", app, "package", "--pkg-format", "terraform", str(out)]


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(command: list[str]) -> tuple[float, float]:
    """What a command takes: by the clock, and of processors."""
    before = processor_seconds()
    began = time.perf_counter()
    settings = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-1"}
    done = subprocess.run(command, capture_output=True, text=True, env=settings)
    took = time.perf_counter() - began
    if done.returncode != 0:
        raise SystemExit(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return took, processor_seconds() - before


def shown(name: str, times: list[float]) -> tuple[float, float]:
    """Prints one row; returns the median and the minimum."""
    median, least = statistics.median(times), min(times)
    print(
        f"{name:18} median {median * 1000:8.1f} ms"
        f"   min {least * 1000:8.1f}   max {max(times) * 1000:8.1f}   ({len(times)} runs)"
    )
    return median, least


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("klo")
    arguments.add_argument("chalice")
    arguments.add_argument("--runs", type=int, default=11)
    given = arguments.parse_args()
    taken: dict[str, list[tuple[float, float]]] = {"klo": [], "chalice": []}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / ".git").mkdir()
        shutil.copytree(SHOP, scratch / "shop", ignore=shutil.ignore_patterns("infra"))
        shutil.copytree(HERE / "chalice-shop", scratch / "chalice-shop")
        for run in range(given.runs + 1):
            pair = (
                seconds(klo(given.klo, scratch, run)),
                seconds(chalice(given.chalice, scratch, run)),
            )
            if run > 0:
                for name, took in zip(taken, pair, strict=True):
                    taken[name].append(took)
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}")
    for which, what in enumerate(("clock", "processors")):
        rows = [
            shown(f"{name}, {what}", [both[which] for both in runs]) for name, runs in taken.items()
        ]
        (median, least), (other_median, other_least) = rows
        print(
            f"chalice / klo, {what}: {other_median / median:.1f} by medians, "
            f"{other_least / least:.1f} by minimums"
        )


if __name__ == "__main__":
    main()
