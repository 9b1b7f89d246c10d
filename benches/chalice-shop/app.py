"""examples/shop as a Chalice app: the same routes, worker and nightly job."""

import json

from chalice import Chalice, Cron, NotFoundError, Response
from chalicelib import cache, payments, receipts, repository

app = Chalice(app_name="shop")


@app.route("/health")
def health():
    return {"status": "ok"}


@app.route("/products")
def list_products():
    body = cache.cached_catalog()
    if body is None:
        body = json.dumps(repository.products())
        cache.store_catalog(body)
    return Response(body, headers={"Content-Type": "application/json"})


@app.route("/orders", methods=["POST"])
def place_order():
    wanted = app.current_request.json_body
    products = repository.products_by_sku(list(wanted["quantities"]))
    total = sum(products[sku]["price"] * n for sku, n in wanted["quantities"].items())
    reference = payments.charge(wanted["card_token"], total)
    order = repository.add(wanted["customer_email"], reference, wanted["quantities"])
    receipts.request(order)
    return Response(order, status_code=201)


@app.route("/orders/{order_id}")
def get_order(order_id):
    order = repository.get(int(order_id))
    if order is None:
        raise NotFoundError(order_id)
    return order


@app.route("/orders/{order_id}/receipt")
def get_receipt(order_id):
    body = receipts.load(int(order_id))
    if body is None:
        raise NotFoundError("the receipt is not ready yet")
    return Response(body, headers={"Content-Type": "text/html"})


@app.on_sqs_message(queue="receipt-requests", batch_size=10)
def write_receipt(event):
    for record in event:
        receipts.save(json.loads(record.body))


@app.schedule(Cron(30, 2, "*", "*", "?", "*"))
def nightly_report(event):
    receipts.store("reports/yesterday.csv", repository.sales_of_yesterday())
