import boto3

from shared.settings import settings

# @klo::persist(name = "receipts")
bucket = boto3.resource("s3").Bucket(settings.receipts_bucket)


class ReceiptStore:
    """Receipts and reports, one object each."""

    def save(self, key: str, body: str, content_type: str) -> None:
        bucket.put_object(Key=key, Body=body.encode(), ContentType=content_type)

    def load(self, key: str) -> bytes | None:
        try:
            return bucket.Object(key).get()["Body"].read()
        except bucket.meta.client.exceptions.NoSuchKey:
            return None


def receipt_key(order_id: int) -> str:
    return f"receipts/{order_id}.html"
