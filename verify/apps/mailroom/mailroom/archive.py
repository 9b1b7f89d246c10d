import os

import boto3

# @klo::persist(name = "archive")
archive = boto3.resource("s3").Bucket(os.environ["ARCHIVE_BUCKET"])


def keep(key: str, text: str) -> None:
    archive.put_object(Key=key, Body=text.encode())
