"""Pulumi programs before the compiler of their language, and run under Pulumi's own mocks."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import programs
from formats import package
from tools import REPOSITORY, SCRATCH, klo, program, run

MOCKS = Path(__file__).resolve().parent / "pulumi_mocks.js"


def modules() -> Path:
    return package("@pulumi/aws/package.json").parents[2]


class Written:
    """The programs of some apps, in a folder of their own that finds their packages."""

    def __init__(self, name: str, apps: dict[str, Path]) -> None:
        self.folder = SCRATCH / f"{name}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "node_modules").symlink_to(modules())
        self.printed: dict[Path, str] = {}
        for called, app in sorted(apps.items()):
            command = (klo(), "compile", str(app), "--emit", "pulumi", "--quiet")
            run(*command, "--out", str(self.folder / called), cwd=REPOSITORY)

    def programs(self) -> list[Path]:
        """The folder of each program."""
        return sorted(path.parent for path in self.folder.glob("*/*/*/Pulumi.yaml"))

    def environments(self) -> list[Path]:
        return sorted(path.parent for path in self.folder.glob("*/*/plan.json"))

    def files(self, *patterns: str) -> list[str]:
        found = (path for pattern in patterns for path in self.folder.glob(f"*/*/*/{pattern}"))
        return sorted(str(path) for path in found)

    def build(self) -> None:
        """All programs as JavaScript: one run of the compiler under the options that each of them has."""
        stated = {(one / "tsconfig.json").read_text() for one in self.programs()}
        (options,) = stated
        config = json.loads(options)
        config["compilerOptions"] |= {"noEmit": False, "outDir": "built", "rootDir": "."}
        config["compilerOptions"] |= {"noUnusedLocals": True}
        config["files"] = [str(one / "index.ts") for one in self.programs()]
        (self.folder / "tsconfig.json").write_text(json.dumps(config))
        tsc = modules() / ".bin" / "tsc"
        run(str(tsc), "--project", str(self.folder), cwd=self.folder)

    def run(self, one: Path, published: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        """A program that was built; `published` is what Parameter Store holds, by name, where it is
        not just what the program asks for."""
        environment = one.parent
        plan = json.loads((environment / "plan.json").read_text())
        project = next(
            line.removeprefix("name: ").strip('"')
            for line in (one / "Pulumi.yaml").read_text().splitlines()
            if line.startswith("name: ")
        )
        given: dict[str, Any] = {"config": {}, "outputs": {}}
        if (one / "config.ts").exists():
            given = programs.configuration(environment, plan, project, one.name)
        given["parameters"] = programs.parameters(plan) if published is None else published
        script = self.folder / "built" / one.relative_to(self.folder) / "index.js"
        arguments = (str(script), project, environment.name, json.dumps(given), str(modules()))
        return subprocess.run(
            [program("node"), str(MOCKS), *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def registered(self, one: Path) -> dict[str, Any]:
        """What a program registers."""
        if one not in self.printed:
            done = self.run(one)
            assert done.returncode == 0, f"{one}: {done.stdout}\n{done.stderr}"
            self.printed[one] = done.stdout
        return json.loads(self.printed[one])

    def mistakes(self, one: Path) -> list[str]:
        """In what a program is not what is planned."""
        plan = json.loads((one.parent / "plan.json").read_text())
        comparison = programs.Comparison(plan, self.registered(one), one.name)
        assert comparison.resources
        shown = one.relative_to(self.folder)
        return [f"{shown}: {mistake}" for mistake in comparison.mistakes()]
