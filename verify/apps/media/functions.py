import json

from store import ASSET_READY, RENDITIONS, assets, sns, sqs, uploads


# @klo::function(timeout = "60s", memory = "1Gi", retries = 1)
# @klo::trigger(bucket = "uploads", prefix = "incoming/")
def index_upload(event, context):
    for record in event["Records"]:
        key = record["s3"]["object"]["key"]
        size = uploads.Object(key).content_length
        assets.put_item(Item={"id": key, "size": size})
        sns.publish(TopicArn=ASSET_READY, Message=json.dumps({"id": key}))


# @klo::function(concurrency = 5)
# @klo::trigger(topic = "asset-ready")
def request_rendition(event, context):
    for record in event["Records"]:
        asset = json.loads(record["Sns"]["Message"])["id"]
        sqs.send_message(QueueUrl=RENDITIONS, MessageBody=asset, MessageGroupId=asset)


# @klo::function
# @klo::trigger(table = "assets")
def audit(event, context):
    for record in event["Records"]:
        print(record["eventName"])
