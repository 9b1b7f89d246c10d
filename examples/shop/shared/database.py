from collections.abc import Iterator

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from shared.settings import settings

# @klo::persist(name = "orders", storage = "20Gi")
engine = create_engine(settings.database_url, pool_size=10, max_overflow=5, pool_pre_ping=True)

SessionLocal = sessionmaker(bind=engine, expire_on_commit=False)

SCHEMA_LOCK = 7_201_544


class Base(DeclarativeBase):
    pass


def create_schema() -> None:
    """Creates missing tables; several instances may start at the same time."""
    with engine.begin() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(SCHEMA_LOCK)))
        Base.metadata.create_all(connection)


def get_session() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session
