from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session

from services.orders.repository import OrderRepository
from shared.database import get_session


def get_repository(
    session: Annotated[Session, Depends(get_session)],
) -> OrderRepository:
    return OrderRepository(session)


Repository = Annotated[OrderRepository, Depends(get_repository)]
