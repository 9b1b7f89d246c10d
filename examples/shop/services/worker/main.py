from html import escape
from typing import Any

from shared.receipts import ReceiptStore, receipt_key

receipts = ReceiptStore()


# @klo::function(name = "receipt-worker", memory = "512Mi", timeout = "30s")
# @klo::trigger(queue = "receipt-requests", batch = 10)
def write_receipt(order: dict[str, Any]) -> None:
    """Writes the receipt of one order. Writing it twice gives the same receipt."""
    receipts.save(receipt_key(order["order_id"]), render(order), content_type="text/html")


def render(order: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(line['sku'])}</td>"
        f"<td>{line['quantity']}</td><td>{escape(line['price'])}</td></tr>"
        for line in order["lines"]
    )
    return (
        f"<h1>Receipt for order {order['order_id']}</h1>"
        f"<p>{escape(order['customer_email'])}, {escape(order['placed_at'])}</p>"
        f"<table>{rows}</table><p>Total: {escape(order['total'])} EUR</p>"
    )
