from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Quantity = Annotated[int, Field(gt=0, le=100)]


class ProductOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    sku: str
    title: str
    price: Decimal


class OrderIn(BaseModel):
    customer_email: str
    card_token: str
    quantities: dict[str, Quantity] = Field(min_length=1)


class LineOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    sku: str
    quantity: int
    price: Decimal


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    customer_email: str
    placed_at: datetime
    total: Decimal
    lines: list[LineOut]
