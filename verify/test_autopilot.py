"""Permissions: klo and iam-policy-autopilot on the same Python files, against what the code needs.

`docs/iam-comparison.md` is the table; `autopilot.py` makes it.
"""

import autopilot
import iam_reference
import pytest
from autopilot import App


@pytest.fixture(scope="module")
def apps() -> list[App]:
    return autopilot.compared()


def test_every_application_that_uses_aws_was_read() -> None:
    assert sorted(autopilot.needed()) == sorted(autopilot.apps_with_boto3()), (
        "verify/iam_truth.tsv says of each application that imports boto3 what its code needs"
    )


def test_klo_grants_all_that_is_needed_on_the_resources_that_need_it(apps: list[App]) -> None:
    missed = [
        f"{app.path}: {unit} needs {action} on {sorted(resources)}, klo grants it on "
        f"{sorted(app.klo.get((unit, action), set()))}"
        for app in apps
        for (unit, action), resources in app.needed.items()
        if not resources <= app.klo.get((unit, action), set())
    ]
    assert missed == []


def test_what_klo_grants_beside_has_its_reason(apps: list[App]) -> None:
    """A HEAD is granted what makes AWS say that a key is missing, and nothing else is added."""
    beside = [
        (app.path, unit, action, resource)
        for app in apps
        for (unit, action), resources in app.klo.items()
        for resource in sorted(resources - app.needed.get((unit, action), set()))
        if action != "s3:ListBucket" or resource not in app.needed.get((unit, "s3:GetObject"), set())
    ]
    assert beside == []


def test_klo_names_the_resource_where_the_tool_has_a_star(apps: list[App]) -> None:
    starred = [
        (app, action)
        for app in apps
        for action in sorted(app.actions_needed() & set(app.tool))
        if any(autopilot.every_resource(each) for each in app.tool[action].resources)
    ]
    unnamed = {
        action
        for app, action in starred
        for (_, granted), resources in app.klo.items()
        if granted == action and not all("." in resource for resource in resources)
    }
    assert starred, "the tool found nothing, so nothing was compared"
    assert {action for action in unnamed if has_resources(action)} == set()


def has_resources(action: str) -> bool:
    """Whether AWS can limit an action to a resource."""
    service, name = action.split(":")
    return any(iam_reference.definition()[service]["privileges"][name]["resource_types"])


def test_the_page_says_what_was_found(apps: list[App]) -> None:
    assert autopilot.PAGE.read_text() == autopilot.page(apps), "run `python verify/autopilot.py`"
