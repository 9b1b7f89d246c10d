"""Embeds every document once a night."""

import os

import boto3

BUCKET = os.environ["DOCUMENTS_BUCKET"]
# @klo::persist(name = "documents", bind = { name = "DOCUMENTS_BUCKET" })
documents = boto3.client("s3")


# @klo::job(name = "embed", gpu = "a10g", spot = true, schedule = "0 2 * * *", memory = "8Gi")
def embed() -> None:
    for item in documents.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        documents.get_object(Bucket=BUCKET, Key=item["Key"])
