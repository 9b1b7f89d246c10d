from fastapi import APIRouter, HTTPException, Response, status

from services.orders.dependencies import Repository
from services.orders.payments import PaymentDeclined, charge
from services.orders.receipt_queue import request_receipt
from services.orders.schemas import OrderIn, OrderOut
from shared.models import Order, OrderLine
from shared.receipts import ReceiptStore, receipt_key

router = APIRouter(tags=["orders"])
receipts = ReceiptStore()


@router.post("", response_model=OrderOut, status_code=status.HTTP_201_CREATED)
def place_order(wanted: OrderIn, repository: Repository) -> Order:
    products = repository.products_by_sku(list(wanted.quantities))
    unknown = sorted(wanted.quantities.keys() - products.keys())
    if unknown:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"no such products: {unknown}")
    order = Order(
        customer_email=wanted.customer_email,
        lines=[
            OrderLine(sku=sku, quantity=quantity, price=products[sku].price)
            for sku, quantity in wanted.quantities.items()
        ],
    )
    try:
        order.payment_reference = charge(wanted.card_token, order.total)
    except PaymentDeclined:
        raise HTTPException(status.HTTP_402_PAYMENT_REQUIRED, "card declined") from None
    order = repository.add(order)
    request_receipt(order)
    return order


@router.get("/{order_id}", response_model=OrderOut)
def get_order(order_id: int, repository: Repository) -> Order:
    order = repository.get(order_id)
    if order is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return order


@router.get("/{order_id}/receipt")
def get_receipt(order_id: int) -> Response:
    body = receipts.load(receipt_key(order_id))
    if body is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "the receipt is not ready yet")
    return Response(body, media_type="text/html")
