import json
import os


def bucket():
    return os.environ["RECEIPTS_BUCKET"]


def request(order):
    import boto3

    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(order))


def store(key, body):
    import boto3

    boto3.client("s3").put_object(Bucket=bucket(), Key=key, Body=body.encode())


def save(order):
    store(f"receipts/{order['id']}.html", f"<h1>Receipt for order {order['id']}</h1>")


def load(order_id):
    import boto3

    s3 = boto3.client("s3")
    return s3.get_object(Bucket=bucket(), Key=f"receipts/{order_id}.html")["Body"].read()
