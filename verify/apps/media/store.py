import os

import boto3

# @klo::persist(name = "uploads")
uploads = boto3.resource("s3").Bucket(os.environ["UPLOADS_BUCKET"])

# @klo::persist(name = "assets", key = "id", ttl = "expires")
assets = boto3.resource("dynamodb").Table(os.environ["ASSETS_TABLE"])

# @klo::topic(name = "asset-ready")
ASSET_READY = os.environ["ASSET_READY_TOPIC"]

# @klo::queue(name = "renditions", fifo = true)
RENDITIONS = os.environ["RENDITIONS_QUEUE"]

sns = boto3.client("sns")
sqs = boto3.client("sqs")
