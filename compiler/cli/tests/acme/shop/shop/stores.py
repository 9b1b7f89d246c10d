import os

import boto3
from sqlalchemy import create_engine

# @klo::persist(name = "orders", backup_days = 30, instance = "db.t4g.small", version = "14")
engine = create_engine(os.environ["DATABASE_URL"])

# @klo::persist(name = "receipts")
receipts = boto3.resource("s3").Bucket(os.environ["RECEIPTS_BUCKET"])

# @klo::queue(name = "parcels")
PARCELS = os.environ["PARCELS_QUEUE"]

sqs = boto3.client("sqs")
