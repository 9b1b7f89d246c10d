"""The examples on every platform that their units can run on: Terraform and manifests stay valid."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from manifest_judges import judged
from manifests import tell
from stacks import EXAMPLES, roots
from terraform import Root
from tools import SCRATCH, klo, run


@dataclass(frozen=True)
class Variant:
    """An example, the platform of all of its units, and what is said of Kubernetes."""

    example: str
    platform: str
    kubernetes: str = ""

    def __str__(self) -> str:
        kubernetes = self.kubernetes.replace(": ", "-")
        return "-".join(filter(None, (self.example, self.platform, kubernetes)))

    def settings(self) -> str:
        kinds = ", ".join(f"{kind}: {self.platform}" for kind in ("service", "function", "job"))
        lines = f"run_on: {{ {kinds} }}\n"
        if self.kubernetes:
            lines += f"kubernetes: {{ {self.kubernetes} }}\n"
        return lines


VARIANTS = [
    Variant("shop", "lambda"),
    Variant("shop", "fargate"),
    Variant("shop", "eks"),
    Variant("shop", "eks", "nodes: managed"),
    Variant("orders-rust", "eks", "mesh: istio"),
    Variant("inference", "eks"),
    Variant("inference", "eks", "nodes: managed"),
    Variant("inference", "eks", "mesh: istio"),
    Variant("inference", "eks", "mesh: linkerd"),
]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_every_judge_accepts_the_variant(variant: Variant, tmp_path: Path) -> None:
    app = SCRATCH / f"platform-{variant}"
    shutil.rmtree(app, ignore_errors=True)
    shutil.copytree(EXAMPLES / variant.example, app, ignore=shutil.ignore_patterns("infra"))
    with (app / "klo.yaml").open("a") as settings:
        settings.write(variant.settings())
    run(klo(), "compile", "--env", "dev", "--quiet", cwd=app)
    environment = app / "infra" / "dev"
    for written in roots(environment):
        root = Root(written)
        root.init()
        root.validate()
    on_cluster = (environment / "kubernetes").is_dir()
    assert on_cluster == (variant.platform == "eks")
    if on_cluster:
        tell(environment)
        judged(environment, tmp_path / "custom")
