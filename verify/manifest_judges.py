"""Manifests before Kubernetes' own schemas and those of the custom resources."""

from pathlib import Path
from typing import Any

import custom_resources
import kubernetes_validate.utils as kubernetes_validate
import yaml
from manifests import PLACEHOLDER, build, kustomizations

VERSIONS = kubernetes_validate.all_versions()[-4:]


def objects(environment: Path) -> list[dict[str, Any]]:
    """All that an environment applies, platform included."""
    found = [document for folder in kustomizations(environment) for document in build(folder)]
    platform = environment / "kubernetes" / "platform" / "network-policy.yaml"
    if platform.exists():
        found += [one for one in yaml.safe_load_all(platform.read_text()) if one]
    return found


def judged(environment: Path, scratch: Path) -> list[dict[str, Any]]:
    """An environment's objects, which every judge accepts."""
    found = objects(environment)
    assert not PLACEHOLDER.search(yaml.safe_dump_all(found)), "an output was not put in"
    assert "values" not in {one["metadata"]["name"] for one in found}
    assert rejected(found) == []
    assert custom_resources.mistakes(found, scratch) == []
    return found


def rejected(documents: list[dict[str, Any]]) -> list[str]:
    """What Kubernetes' schemas say, in the newest four versions that there are schemas of."""
    found = []
    for document in documents:
        if custom_resources.is_custom(document):
            continue
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                name = f"{document['kind']} {document['metadata']['name']}"
                found.append(f"{version}: {name}: {error.message}")
    return found
