"""Takes orders and tells of them."""

import os

import boto3

sns = boto3.client("sns")
dynamodb = boto3.resource("dynamodb")

# @klo::topic(name = "order-events")
ORDER_EVENTS = os.environ["ORDER_EVENTS_ARN"]
# @klo::persist(name = "orders", key = "id")
orders = dynamodb.Table(os.environ["ORDERS_TABLE"])


# @klo::function(name = "place")
def place(event, context):
    orders.put_item(Item={"id": event["id"]})
    sns.publish(TopicArn=ORDER_EVENTS, Message=event["id"])
