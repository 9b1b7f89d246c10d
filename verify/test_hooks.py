"""The hooks of .pre-commit-hooks.yaml, by pre-commit itself on commits as people make them."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from tools import REPOSITORY, klo, missing, program, run

MANIFEST = REPOSITORY / ".pre-commit-hooks.yaml"
APP = """\
from fastapi import FastAPI

# @klo::service(name = "api")
app = FastAPI()
"""
MISTAKE = APP.replace("service(name", "service(nmae")


def hooks() -> list[dict]:
    return yaml.safe_load(MANIFEST.read_text())


class Repository:
    """A scratch repository with pre-commit installed; klo is the one under test."""

    def __init__(self, scratch: Path) -> None:
        self.folder = scratch / "work"
        binaries = scratch / "bin"
        binaries.mkdir()
        (binaries / "klo").symlink_to(Path(klo()).resolve())
        self.env = {
            **os.environ,
            "PATH": f"{binaries}:{Path(program('pre-commit')).parent}:{os.environ['PATH']}",
            "HOME": str(scratch),
            "PRE_COMMIT_HOME": str(scratch / "pre-commit"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            **{
                f"GIT_{who}_{what}": "a@example.org"
                for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
        }
        self.folder.mkdir()
        self.git("init", "--quiet")

    def git(self, *arguments: str, ok: bool = True) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=300,
        )
        said = done.stdout + done.stderr
        assert (done.returncode == 0) == ok, said
        return said

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def use(self, provider: Path, manifest: str) -> None:
        """Chooses every hook of a manifest, which gets a repository of its own."""
        provider.mkdir()
        (provider / MANIFEST.name).write_text(manifest)
        for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "x"]):
            subprocess.run(["git", *command], cwd=provider, env=self.env, check=True)
        revision = run("git", "rev-parse", "HEAD", cwd=provider).stdout.strip()
        chosen = [{"id": hook["id"]} for hook in yaml.safe_load(manifest)]
        config = {"repos": [{"repo": str(provider), "rev": revision, "hooks": chosen}]}
        self.write(".pre-commit-config.yaml", yaml.safe_dump(config))

    def app(self, name: str) -> None:
        self.write(f"{name}/klo.yaml", f"app: {name}\n")
        self.write(f"{name}/api/app.py", APP)
        self.write(f"{name}/api/requirements.txt", "fastapi==0.115.0\nuvicorn==0.32.0\n")

    def compile(self) -> None:
        run(klo(), "compile", "--quiet", cwd=self.folder)

    def commit(self, ok: bool = True) -> str:
        """A commit of everything, through the hooks; what they said."""
        self.git("add", "--all")
        return self.git("commit", "--message", "x", ok=ok)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Two apps, committed with what klo wrote. The hooks come from a repository of their own, as
    they would; only building klo is left out."""
    made = Repository(tmp_path)
    made.use(tmp_path / "hooks", yaml.safe_dump([{**hook, "language": "system"} for hook in hooks()]))
    made.write("README.md", "")
    made.app("shop")
    made.app("billing")
    made.compile()
    run(program("pre-commit"), "install", cwd=made.folder, env=made.env)
    made.commit()
    return made


def test_the_manifest_is_one() -> None:
    run(program("pre-commit"), "validate-manifest", str(MANIFEST), cwd=REPOSITORY)
    assert {hook["id"] for hook in hooks()} == {"klo-lint", "klo-compile-check"}


def test_pre_commit_installs_klo_from_the_repository_root(tmp_path: Path) -> None:
    """`language: rust` runs `cargo install` on the root of the repository. To be cheap, cargo works
    here on the build that is there already; what it is asked to do is what pre-commit asks."""
    cargo = shutil.which("cargo")
    if cargo is None:
        missing("cargo")
    if Path(klo()).parent.name != "debug":
        pytest.skip("the compiler under test is no debug build, which cargo could use again")
    repository = Repository(tmp_path)
    repository.use(tmp_path / "hooks", MANIFEST.read_text())
    (tmp_path / "bin" / "klo").unlink()
    asked = tmp_path / "asked"
    home = os.environ.get("CARGO_HOME", str(Path.home() / ".cargo"))
    target = Path(klo()).resolve().parents[1]
    stand_in = tmp_path / "bin" / "cargo"
    stand_in.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = install ] || exec {shlex.quote(cargo)} "$@"\n'
        f'printf "%s\\n" "$*" >>{shlex.quote(str(asked))}\n'
        f"cd {shlex.quote(str(REPOSITORY))} || exit\n"
        f"export CARGO_HOME={shlex.quote(home)} CARGO_TARGET_DIR={shlex.quote(str(target))}\n"
        f'exec {shlex.quote(cargo)} "$@" --debug --locked --offline\n'
    )
    stand_in.chmod(0o755)
    env = {**repository.env, "HOME": str(Path.home())}
    repository.app("shop")
    repository.compile()
    repository.git("add", "--all")
    done = run(program("pre-commit"), "run", "--all-files", cwd=repository.folder, env=env)
    assert done.stdout.count("Passed") == 2, done.stdout
    (line,) = asked.read_text().splitlines()
    assert line.startswith("install --bins --root ") and line.endswith(" --path ."), line


def test_a_clean_commit_passes(repository: Repository) -> None:
    repository.write("shop/api/app.py", APP + "\n\nVERSION = 2\n")
    said = repository.commit()
    assert said.count("Passed") == 2, said


def test_a_mistake_in_an_annotation_fails_with_its_place(repository: Repository) -> None:
    repository.write("shop/api/app.py", MISTAKE)
    said = repository.commit(ok=False)
    assert "shop/api/app.py:3" in said and "nmae" in said, said
    assert "billing/" not in said, said


def test_files_of_two_apps_are_judged_in_one_go(repository: Repository) -> None:
    repository.write("shop/api/app.py", MISTAKE)
    repository.write("billing/api/app.py", MISTAKE)
    said = repository.commit(ok=False)
    assert "shop/api/app.py:3" in said and "billing/api/app.py:3" in said, said


def test_a_rename_is_judged_under_its_new_name(repository: Repository) -> None:
    repository.git("mv", "shop/api/app.py", "shop/api/web.py")
    repository.compile()
    repository.commit()
    repository.git("mv", "shop/api/web.py", "shop/api/new name.py")
    repository.write("shop/api/new name.py", MISTAKE)
    said = repository.commit(ok=False)
    assert "shop/api/new name.py:3" in said, said


def test_a_commit_that_only_deletes_is_caught_by_the_check(repository: Repository) -> None:
    repository.git("rm", "--quiet", "shop/api/app.py")
    said = repository.commit(ok=False)
    # No name of a file is left to lint.
    assert "klo lint" in said and "Skipped" in said, said
    assert "klo compile --check" in said and "Failed" in said, said
    assert "shop/infra/dev/terraform/service-api.tf" in said and "\n-" in said, said


def test_stale_infrastructure_fails_with_the_difference(repository: Repository) -> None:
    repository.write("billing/api/app.py", APP.replace('"api"', '"api", cpu = 2'))
    said = repository.commit(ok=False)
    assert "billing/infra/dev/terraform/service-api.tf" in said, said
    assert "\n+" in said and "2048" in said, said
    repository.compile()
    repository.commit()


def test_what_klo_wrote_and_a_person_changed_fails(repository: Repository) -> None:
    written = repository.folder / "shop/infra/dev/terraform/service-api.tf"
    written.write_text(written.read_text() + "# by hand\n")
    said = repository.commit(ok=False)
    assert "by hand" in said, said


def test_files_outside_of_every_app_pass(repository: Repository) -> None:
    repository.write("README.md", "# Apps\n")
    repository.write("docs/site.yaml", "title: x\n")
    repository.write("tools/-x.py", "print()\n")
    repository.write("-y.py", "print()\n")
    said = repository.commit()
    assert said.count("Passed") == 2, said


def test_one_changed_file_costs_one_app(tmp_path: Path) -> None:
    """10,000 files: those of other apps and of none are pipes, and who opens one waits for ever."""
    repository = Repository(tmp_path)
    repository.app("shop")
    for app in range(20):
        for folder in range(10):
            place = repository.folder / f"other{app}" / f"part{folder}"
            place.mkdir(parents=True)
            for file in range(50):
                os.mkfifo(place / f"m{file}.py")
        if app > 0:
            os.mkfifo(repository.folder / f"other{app}" / "klo.yaml")
    said = subprocess.run(
        [klo(), "lint", "shop/api/app.py"],
        cwd=repository.folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.returncode == 0, said
