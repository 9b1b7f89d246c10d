"""What `klo compile` writes for an app of functions, started as its images would be."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import entries
import images
import tools

APP = Path(__file__).resolve().parent / "apps" / "mailroom"
BUCKET = "mailroom-archive"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with entries.moto() as address:
        yield address


@pytest.fixture(scope="module")
def bucket(address) -> Any:
    s3 = entries.client("s3", address)
    s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": entries.REGION}
    )
    return s3


def kept(bucket: Any, key: str) -> str | None:
    try:
        return bucket.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
    except bucket.exceptions.NoSuchKey:
        return None


def unpacked(unit: str, root: Path) -> images.Image:
    folder = tools.compiled(APP) / "dev" / "containers" / unit
    return images.Image(folder / "Dockerfile", root)


def settings(address: str, **more: str) -> dict[str, str]:
    given = entries.environment(address, ARCHIVE_BUCKET=BUCKET, **more)
    return {name: value for name, value in given.items() if name not in ("PATH", "PYTHONPATH")}


def test_a_function_on_lambda_with_a_secret(address, bucket, tmp_path):
    manager = entries.client("secretsmanager", address)
    secret = manager.create_secret(Name="seal", SecretString="red wax")
    platform = images.Lambda()
    image = unpacked("function-file-letter", tmp_path)
    reference = json.dumps({"arn": secret["ARN"], "key": None, "version": None})
    variables = settings(address, KLO_SECRET_MAILROOM_SEAL=reference, **platform.variables)
    records = [
        {"messageId": f"m{n}", "body": json.dumps(body), "eventSource": "aws:sqs"}
        for n, body in enumerate([{"number": 1, "text": "hello"}, {"number": 2, "text": ""}])
    ]
    with image.running(**variables):
        kind, answer = platform.invoke({"Records": records})
    assert (kind, answer) == ("response", {"batchItemFailures": [{"itemIdentifier": "m1"}]})
    assert kept(bucket, "letters/1") == "hello sealed with red wax"
    assert kept(bucket, "letters/2") is None


def test_a_function_behind_an_http_api(address, tmp_path):
    platform = images.Lambda()
    image = unpacked("function-opening-hours", tmp_path)
    event = {
        "version": "2.0",
        "rawPath": "/",
        "queryStringParameters": {"day": "friday"},
        "requestContext": {"http": {"method": "GET", "path": "/"}},
    }
    with image.running(**settings(address, **platform.variables)):
        kind, answer = platform.invoke(event)
    assert (kind, answer["statusCode"]) == ("response", 200)
    assert json.loads(answer["body"]) == {"day": "friday", "hours": "9 to 5"}


def test_a_job_runs_and_ends(address, bucket, tmp_path):
    bucket.put_object(Bucket=BUCKET, Key="letters/9", Body=b"")
    with unpacked("job-count", tmp_path).running(**settings(address)) as process:
        assert process.wait(timeout=images.SECONDS) == 0
    assert int(kept(bucket, "count") or 0) >= 1


def test_a_container_that_a_topic_triggers(address, bucket, tmp_path):
    sqs = entries.client("sqs", address)
    sns = entries.client("sns", address)
    url = sqs.create_queue(QueueName="parcels-to-weigh-parcel")["QueueUrl"]
    names = ["QueueArn", "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name="parcels")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message=json.dumps({"number": 7, "grams": 250}))
    image = unpacked("function-weigh-parcel", tmp_path)
    with image.running(**settings(address, KLO_QUEUE_URLS=url)) as process:
        deadline = time.monotonic() + images.SECONDS
        while kept(bucket, "parcels/7") is None:
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=images.SECONDS) == 0
    assert kept(bucket, "parcels/7") == "250"
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    assert (left[names[1]], left[names[2]]) == ("0", "0")
