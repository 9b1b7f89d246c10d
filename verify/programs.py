"""A Pulumi program held against the plan that it is printed from: which resources, under which names,
with which arguments and protections. What Pulumi calls an argument is worked out here anew, by
leaving away what the two ways of writing a name differ in; the compiler's own table has no part in it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools import REPOSITORY

# Properties that are no form of the argument's name.
RENAMED = {
    ("aws_cloudwatch_metric_alarm", "alarm_name"): "name",
    ("aws_lambda_function", "function_name"): "name",
    ("aws_lambda_permission", "function_name"): "function",
    ("aws_sns_topic_subscription", "topic_arn"): "topic",
    ("aws_api_gateway_base_path_mapping", "api_id"): "restApi",
    ("aws_api_gateway_stage", "deployment_id"): "deployment",
}
# How Pulumi's protocol marks a secret.
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
TABLE = REPOSITORY / "targets" / "pulumi" / "data" / "aws.txt"


def classes() -> dict[str, str]:
    """Pulumi's type of each of Terraform's."""
    found = {}
    for line in TABLE.read_text().splitlines():
        kind, path = line.split(" ")[:2]
        if kind.startswith("aws_"):
            module, name = path.split(".")
            found[kind] = f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"
    return found


def norm(name: str) -> str:
    """A name without what tells `kms_key_ids` from `kmsKeyId`."""
    name = name.replace("_", "").lower()
    while True:
        if name.endswith("ies"):
            short = name[:-3] + "y"
        elif name.endswith(("sses", "xes", "ches", "shes", "iases")):
            short = name[:-2]
        elif name.endswith("s"):
            short = name[:-1]
        else:
            return name
        name = short


class Comparison:
    """One program and its plan."""

    def __init__(self, plan: dict[str, Any], ran: dict[str, Any], root: str) -> None:
        self.root = root
        self.resources = {
            one["address"]: one for one in plan["resources"] if one["root"] == root
        }
        self.moved = [one for one in plan["moved"] if one["root"] == root]
        # Addresses that a test knows to be adopted; nothing else may be.
        self.imported: set[str] = set()
        self.tokens = ran["tokens"]
        self.classes = classes()
        self.by_token: dict[tuple[str, str], str] = {}
        for token, at in self.tokens.items():
            parts = at.split("::")
            if len(parts) == 3:
                self.by_token[(f"{parts[0]}::{parts[1]}", norm_path(parts[2]))] = token
        self.made = {
            f"{one['type']}::{one['name']}": one
            for one in ran["resources"]
            if one["type"].startswith(("aws:", "random:"))
        }

    def name(self, address: str) -> str:
        kind, name = address.split(".")
        return f"{self.classes[kind]}::{name}"

    def mistakes(self) -> list[str]:
        found = []
        wanted = {
            self.name(address): one
            for address, one in self.resources.items()
            if one["mode"] == "managed"
        }
        passwords = {
            f"random:index/randomPassword:RandomPassword::{address.split('.')[-1]}"
            for address in self.resources
            if address.startswith("ephemeral.aws_secretsmanager_random_password.")
        }
        made = set(self.made)
        found += [f"not made: {name}" for name in sorted((set(wanted) | passwords) - made)]
        found += [f"not planned: {name}" for name in sorted(made - set(wanted) - passwords)]
        for name in sorted(set(wanted) & made):
            found += self.arguments(name, wanted[name])
            found += self.options(name, wanted[name])
        return found

    def arguments(self, name: str, planned: dict[str, Any]) -> Iterator[str]:
        kind = planned["type"]
        wanted = dict(leaves(self.renamed(kind, planned["attributes"]), ()))
        inputs = {}
        for argument, value in self.made[name]["inputs"].items():
            hidden = isinstance(value, dict) and value.get(SIGNATURE) == SECRET
            inputs[argument] = value["value"] if hidden else value
            if argument.endswith("Wo") and not hidden:
                yield f"{name}: {argument} is no secret"
        made = dict(leaves(inputs, ()))
        for path in sorted(set(wanted) | set(made)):
            shown = ".".join(map(str, path))
            if path not in made:
                yield f"{name}: {shown} is not set"
            elif path not in wanted:
                yield f"{name}: {shown} is set to {made[path]!r}"
            elif not self.equal(wanted[path], made[path]):
                yield f"{name}: {shown} is {made[path]!r}, planned is {wanted[path]!r}"

    def renamed(self, kind: str, attributes: dict[str, Any]) -> dict[str, Any]:
        rest = kind.startswith("aws_api_gateway_")
        out = {}
        for name, value in attributes.items():
            new = RENAMED.get((kind, name), name)
            if rest and name == "rest_api_id":
                new = "restApi"
            out[new] = value
        return out

    def options(self, name: str, planned: dict[str, Any]) -> Iterator[str]:
        options = self.made[name]["options"]
        lifecycle = planned["lifecycle"]
        if bool(options["protect"]) != lifecycle["prevent_destroy"]:
            yield f"{name}: protect is {options['protect']}"
        first = False if lifecycle["create_before_destroy"] else None
        if options["deleteBeforeReplace"] != first:
            yield f"{name}: deleteBeforeReplace is {options['deleteBeforeReplace']}"
        former = [
            one["from"].rsplit(".", 1)[-1] for one in self.moved if one["to"] == planned["address"]
        ]
        if options["aliases"] != former:
            yield f"{name}: aliases are {options['aliases']}, its former names {former}"
        if options["import"] and planned["address"] not in self.imported:
            yield f"{name}: import is {options['import']!r}"
        ignored = {norm_path(path) for path in options["ignoreChanges"]}
        if ignored != {norm_path(path) for path in lifecycle["ignore_changes"]}:
            yield f"{name}: ignoreChanges is {options['ignoreChanges']}"
        if not options["provider"].startswith("pulumi:providers:aws::"):
            yield f"{name}: the provider is {options['provider']!r}"
        for address in planned["depends_on"]:
            if "." in address and not address.startswith(("data.", "module.")):
                needed = self.name(address)
                if needed not in options["dependsOn"]:
                    yield f"{name}: does not depend on {needed}"

    def equal(self, wanted: Any, made: Any) -> bool:
        if isinstance(wanted, dict) and "$json" in wanted:
            inner = wanted["$json"]
            try:
                text = json.loads(made)
            except (TypeError, ValueError):
                return False
            if any_inside(inner):
                return True
            left, right = dict(exact(inner, ())), dict(exact(text, ()))
            return set(left) == set(right) and all(self.equal(left[k], right[k]) for k in left)
        pattern = self.pattern(wanted)
        return re.fullmatch(pattern, plain(made), re.DOTALL) is not None

    def pattern(self, value: Any) -> str:
        """What the text of a value has to be like."""
        if isinstance(value, dict):
            if "$ref" in value:
                return self.reference(value["$ref"])
            if "$concat" in value:
                return "".join(self.pattern(part) for part in value["$concat"])
            if "$call" in value:
                function, arguments = value["$call"], value["arguments"]
                if function in ("tostring", "urlencode", "nonsensitive"):
                    return self.pattern(arguments[0])
                return ".*"
            if "$json" in value:
                return ".*"
        return re.escape(plain(value))

    def reference(self, text: str) -> str:
        if text.startswith("var."):
            name, _, key = text.removeprefix("var.").partition("[")
            return re.escape(variable(name, key.strip('"]') or None))
        if text.startswith(("local.", "data.", "ephemeral.", "module.")):
            return ".+"
        kind, name, *rest = text.split(".", 2)
        address = f"{kind}.{name}"
        if not rest:
            return ".+"
        path = rest[0]
        stated = self.resources[address]["attributes"].get(path)
        if stated is not None:
            return self.pattern(stated)
        made = self.name(address)
        renamed = RENAMED.get((kind, path), path)
        token = self.by_token.get((made, norm_path(renamed)))
        return re.escape(token) if token else "(?!)"


def variable(name: str, key: str | None) -> str:
    """What a test sets a variable to."""
    if name.endswith("_version"):
        return "41"
    return f"var{norm(name)}" + (f"At{key}" if key else "")


def norm_path(path: str) -> str:
    return ".".join(norm(re.sub(r"\[\d+\]", "", part)) for part in path.split("."))


def plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def any_inside(value: Any) -> bool:
    return "$call" in json.dumps(value) and "sha256" in json.dumps(value)


def is_leaf(value: Any) -> bool:
    return not isinstance(value, dict | list) or (
        isinstance(value, dict) and any(key.startswith("$") for key in value)
    )


def leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Values by path, under names that both have. A list of one is what is in it, since Pulumi leaves
    lists away around what there is one of."""
    if is_leaf(value):
        yield path, value
    elif isinstance(value, dict):
        if not value:
            yield (*path, "{}"), ""
        for key, inner in value.items():
            free = path and path[0] in ("tag", "variable", "environment", "trigger")
            yield from leaves(inner, (*path, key if free else norm(key)))
    elif len(value) == 1:
        yield from leaves(value[0], path)
    else:
        if not value:
            yield (*path, "[]"), ""
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))


def exact(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Values by path as they are."""
    if is_leaf(value):
        yield path, value
        return
    items = value.items() if isinstance(value, dict) else enumerate(value)
    if not value:
        yield (*path, type(value).__name__), ""
    for key, inner in items:
        yield from exact(inner, (*path, key))


def configuration(environment: Path, plan: dict[str, Any], project: str, program: str) -> dict:
    """Values for everything that a program asks for, under the names of its variables."""
    text = json.dumps(plan)
    outputs: dict[str, Any] = {}
    config: dict[str, str] = {}
    names = {camel(name): name for name in re.findall(r"var\.(\w+)", text)}
    files = "".join(path.read_text() for path in sorted((environment / program).glob("*.ts")))
    keys: dict[str, set[str]] = {}
    for name, key in re.findall(r'entry\(\s*config\.(\w+),\s*"([^"]+)"', files):
        keys.setdefault(name, set()).add(key)
    source = (environment / program / "config.ts").read_text()
    for call, name in re.findall(r'(\w+)(?:<[^(]*>)?\((?:bootstrap, )?"(\w+)"\)', source):
        stated = names.get(name, snake(name))
        value: Any = variable(stated, None)
        if name in keys:
            value = {key: variable(stated, key) for key in sorted(keys[name])}
        if call in ("textOf", "textsOf"):
            outputs[name] = value
        else:
            config[f"{project}:{name}"] = value if isinstance(value, str) else json.dumps(value)
    return {"config": config, "outputs": outputs}


def parameters(plan: dict[str, Any]) -> dict[str, str]:
    """What other apps have to have published: each parameter that is looked up, with a value."""
    looked_up = [one for one in plan["resources"] if one["type"] == "aws_ssm_parameter"]
    names = [one["attributes"]["name"] for one in looked_up if one["mode"] == "data"]
    return {name: f"published-{index}" for index, name in enumerate(names)}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), name)
