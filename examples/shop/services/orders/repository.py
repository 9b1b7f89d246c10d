from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.models import Order, Product


class OrderRepository:
    def __init__(self, session: Session) -> None:
        self.session = session

    def products(self) -> Sequence[Product]:
        return self.session.scalars(select(Product).order_by(Product.title)).all()

    def products_by_sku(self, skus: Sequence[str]) -> dict[str, Product]:
        found = self.session.scalars(select(Product).where(Product.sku.in_(skus)))
        return {product.sku: product for product in found}

    def add(self, order: Order) -> Order:
        self.session.add(order)
        self.session.commit()
        self.session.refresh(order)
        return order

    def get(self, order_id: int) -> Order | None:
        return self.session.get(Order, order_id)
