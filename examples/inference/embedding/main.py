"""Embeds every document that has no embedding yet, once a night."""

import json
import os
from collections.abc import Iterator
from itertools import batched

import boto3
from sentence_transformers import SentenceTransformer

BUCKET = os.environ["DOCUMENTS_BUCKET"]
# @klo::persist(name = "documents", bind = { name = "DOCUMENTS_BUCKET" })
documents = boto3.client("s3")

MODEL = "BAAI/bge-small-en-v1.5"
AT_ONCE = 64
ENDING = ".embedding.json"


def keys() -> set[str]:
    """Every key of the bucket."""
    pages = documents.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return {item["Key"] for page in pages for item in page.get("Contents", [])}


def waiting() -> Iterator[str]:
    """Documents without an embedding."""
    found = keys()
    for key in sorted(found):
        if not key.endswith(ENDING) and key + ENDING not in found:
            yield key


def read(key: str) -> str:
    return documents.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode("utf-8", "replace")


def write(key: str, embedding: list[float]) -> None:
    documents.put_object(
        Bucket=BUCKET,
        Key=key + ENDING,
        Body=json.dumps({"model": MODEL, "embedding": embedding}).encode(),
        ContentType="application/json",
    )


# @klo::job(name = "embed", gpu = "a10g", spot = true, schedule = "0 2 * * *", memory = "8Gi", timeout = "2h")
def embed() -> None:
    model = SentenceTransformer(MODEL, device="cuda", cache_folder="/tmp/models")
    for batch in batched(waiting(), AT_ONCE):
        vectors = model.encode([read(key) for key in batch], normalize_embeddings=True)
        for key, vector in zip(batch, vectors, strict=True):
            write(key, vector.tolist())
