"""Checkov on production: what it finds and is right to be left is listed, with the reason."""

import json
import os
from pathlib import Path

from stacks import EXAMPLES, roots
from tools import compiled, program, run

# A check that no longer fails has to be taken out: the test says so.
EXCEPTIONS = {
    # Judged on its own line of the plan, where the reason can't be seen.
    "CKV_AWS_2": "the internal load balancer is reached through a VPC link only; TLS ends at the API",
    "CKV_AWS_103": "as CKV_AWS_2",
    "CKV2_AWS_20": "as CKV_AWS_2",
    "CKV2_AWS_5": "the group is attached to the VPC link, which Checkov does not know",
    "CKV_AWS_31": "an auth token would stand in Terraform's state; security groups and TLS guard the cache",
    "CKV_AWS_116": "its trigger is a queue that has a dead-letter queue",
    "CKV_AWS_117": "it reaches nothing in the VPC, so it is not put there",
    "CKV_AWS_115": "the queue's event source bounds how many run",
    "CKV_AWS_309": "the shop's API is public; `auth` on `expose` sets it",
    "CKV_AWS_145": "CloudFront reads the site's bucket, whose files are public: SSE-S3",
    "CKV_AWS_174": "only a certificate of one's own sets a TLS version: with `domain`",
    "CKV2_AWS_42": "as CKV_AWS_174",
    "CKV2_AWS_34": "names and addresses, no secret",
    "CKV_AWS_337": "as CKV2_AWS_34",
    # What a team has to want, since it costs or changes how the app connects.
    "CKV_AWS_18": "nobody asked for access logs",
    "CKV_AWS_86": "as CKV_AWS_18",
    "CKV_AWS_91": "as CKV_AWS_18",
    "CKV_AWS_50": "nobody asked for traces",
    "CKV_AWS_65": "Container Insights are paid for by metric; nobody asked for them",
    "CKV_AWS_118": "enhanced monitoring is paid for by what it logs; nobody asked for it",
    "CKV_AWS_68": "`waf` on `expose` sets it",
    "CKV2_AWS_47": "as CKV_AWS_68",
    "CKV_AWS_144": "a copy in a second region is a decision about residency",
    "CKV_AWS_158": "CloudFront's access log lies in us-east-1, where the environment's key is not",
    "CKV_AWS_161": "the code connects with a password, which it gets by reference",
    "CKV_AWS_272": "images are deployed by digest; Lambda signs zip archives only",
    "CKV_AWS_310": "a site has one origin",
    "CKV2_AWS_57": "a secret's rotation is its owner's; the database's is a new password version",
    "CKV2_AWS_62": "nothing in the code waits for events of these buckets",
}


def checkov() -> str:
    """Checkov lives in an environment of its own: $CHECKOV, or on the path."""
    return os.environ.get("CHECKOV") or program("checkov")


def failures(root: Path) -> dict[str, set[str]]:
    """Check to the addresses where it fails."""
    done = run(
        checkov(),
        *("--directory", ".", "--framework", "terraform", "--output", "json"),
        *("--skip-download", "--compact", "--quiet"),
        cwd=root,
        ok=(0, 1),
    )
    found: dict[str, set[str]] = {}
    for failed in json.loads(done.stdout).get("results", {}).get("failed_checks", []):
        found.setdefault(failed["check_id"], set()).add(failed["resource"])
    return found


def test_production_has_no_finding_without_a_reason() -> None:
    found: dict[str, set[str]] = {}
    for root in roots(compiled(EXAMPLES / "shop") / "prod"):
        for check, where in failures(root).items():
            found.setdefault(check, set()).update(where)
    new = {check: sorted(where) for check, where in found.items() if check not in EXCEPTIONS}
    assert new == {}
    assert EXCEPTIONS.keys() - found.keys() == set(), "these are found no more: take them out"
