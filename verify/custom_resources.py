"""Custom resources by their published definitions: those of Karpenter, KEDA, External Secrets and
Istio come from the npm registry, as types (which know no other fields) and as validators (which
know required fields and enumerations). Linkerd's and AWS's are published nowhere as a package:
their fields are stated here, for what klo uses of them."""

import json
from pathlib import Path
from typing import Any

from formats import package
from jsonschema import Draft202012Validator
from tools import missing, program, run

MODELS = "@kubernetes-models"
PACKAGES = {
    "karpenter.sh": "karpenter",
    "keda.sh": "keda",
    "external-secrets.io": "external-secrets",
    "security.istio.io": "istio",
}

TEXT = {"type": "string", "minLength": 1}
PORT = {"type": "integer", "minimum": 1, "maximum": 65535}


def fields(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object of these fields and no other."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": sorted(required),
        "additionalProperties": False,
    }


def many(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1}


LABELS = fields({"matchLabels": {"type": "object", "additionalProperties": TEXT}})
REFERENCE = fields({"kind": TEXT, "name": TEXT}, group=TEXT, namespace=TEXT)
BINDING = fields(
    {
        "serviceRef": fields({"name": TEXT, "port": PORT}),
        "targetGroupARN": TEXT,
        "targetType": {"enum": ["instance", "ip"]},
    }
)
# The definitions of Linkerd edge-26.9, of EKS Auto Mode and of the AWS Load Balancer Controller
# 3.5, read in November 2026.
STATED = {
    ("policy.linkerd.io/v1beta3", "Server"): fields(
        {"podSelector": LABELS, "port": PORT}, proxyProtocol=TEXT, accessPolicy=TEXT
    ),
    ("policy.linkerd.io/v1alpha1", "AuthorizationPolicy"): fields(
        {"targetRef": REFERENCE, "requiredAuthenticationRefs": many(REFERENCE)}
    ),
    ("policy.linkerd.io/v1alpha1", "MeshTLSAuthentication"): fields(
        {
            "identities": many(
                {
                    "type": "string",
                    "pattern": r"^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
                }
            )
        }
    ),
    ("policy.linkerd.io/v1alpha1", "NetworkAuthentication"): fields(
        {"networks": many(fields({"cidr": TEXT}, **{"except": many(TEXT)}))}
    ),
    ("eks.amazonaws.com/v1", "TargetGroupBinding"): BINDING,
    ("elbv2.k8s.aws/v1beta1", "TargetGroupBinding"): BINDING,
}


def is_custom(document: dict[str, Any]) -> bool:
    """Whether an object is of no kind that Kubernetes itself has."""
    group = document["apiVersion"].split("/")[0]
    return "." in group and not group.endswith(".k8s.io")


def mistakes(documents: list[dict[str, Any]], scratch: Path) -> list[str]:
    """What the definitions say against these objects."""
    found, published = [], []
    for document in filter(is_custom, documents):
        key = (document["apiVersion"], document["kind"])
        if key in STATED:
            validator = Draft202012Validator(STATED[key])
            errors = validator.iter_errors(document["spec"])
            found += [f"{key[1]} {error.json_path}: {error.message}" for error in errors]
        elif key[0].split("/")[0] in PACKAGES:
            published.append(document)
        else:
            found.append(f"nothing is known of {key[1]} of {key[0]}")
    return found + (by_publishers(published, scratch) if published else [])


def by_publishers(documents: list[dict[str, Any]], scratch: Path) -> list[str]:
    """The same for objects whose definitions come as packages."""
    modules = package("typescript/package.json").parent.parent
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / "node_modules").unlink(missing_ok=True)
    (scratch / "node_modules").symlink_to(modules)
    types, checks = [], ["const mistakes = [];"]
    for index, document in enumerate(documents):
        group, kind = document["apiVersion"], document["kind"]
        module = f"{MODELS}/{PACKAGES[group.split('/')[0]]}/{group}/{kind}"
        if not (modules / f"{module}.js").exists():
            missing(f"the definition of {kind} ({module})")
        text = json.dumps(document)
        types.append(f'import type {{ I{kind} as T{index} }} from "{module}";')
        types.append(f"export const o{index}: T{index} = {text};")
        checks.insert(0, f'import {{ {kind} as T{index} }} from "{module}";')
        checks.append(f"try {{ new T{index}({text}).validate(); }}")
        checks.append(f"catch (e) {{ mistakes.push(`{kind}: ${{e}}`); }}")
    checks.append("console.log(JSON.stringify(mistakes));")
    (scratch / "types.ts").write_text("\n".join(types))
    (scratch / "checks.mjs").write_text("\n".join(checks))
    options = {
        "noEmit": True,
        "strict": True,
        "module": "esnext",
        "moduleResolution": "bundler",
        "skipLibCheck": True,
        "types": [],
    }
    settings = {"compilerOptions": options, "files": ["types.ts"]}
    (scratch / "tsconfig.json").write_text(json.dumps(settings))
    compiler = modules / ".bin" / "tsc"
    typed = run(program("node"), str(compiler.resolve()), "-p", ".", cwd=scratch, ok=(0, 1, 2))
    checked = run(program("node"), "checks.mjs", cwd=scratch)
    return typed.stdout.splitlines() + json.loads(checked.stdout)
