import json
from typing import Any

import boto3

from shared.models import Order
from shared.settings import settings

# @klo::queue(name = "receipt-requests", max_receives = 5)
QUEUE_URL = settings.receipt_queue_url

sqs = boto3.client("sqs")


def request_receipt(order: Order) -> None:
    sqs.send_message(QueueUrl=QUEUE_URL, MessageBody=json.dumps(message(order)))


def message(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.id,
        "customer_email": order.customer_email,
        "placed_at": order.placed_at.isoformat(),
        "total": str(order.total),
        "lines": [
            {"sku": line.sku, "quantity": line.quantity, "price": str(line.price)}
            for line in order.lines
        ],
    }
