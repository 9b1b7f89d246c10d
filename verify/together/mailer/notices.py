"""Reads the shop's orders and tells of what was sent."""

import os

import boto3

sns = boto3.client("sns")
orders = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


# @klo::function(name = "notify")
# @klo::uses(to = "shop:topic.order-events", bind = { arn = "ORDER_EVENTS_ARN" })
# @klo::uses(to = "shop:table.orders", access = ["read"], bind = { name = "ORDERS_TABLE" })
def notify(event, context):
    order = orders.get_item(Key={"id": event["id"]})
    sns.publish(TopicArn=os.environ["ORDER_EVENTS_ARN"], Message=f"sent {order['Item']['id']}")
