import csv
import io
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from shared.database import SessionLocal
from shared.models import Order, OrderLine
from shared.receipts import ReceiptStore


# @klo::job(name = "nightly-report", schedule = "30 2 * * *", timeout = "15m", retries = 2)
def main() -> None:
    """Yesterday's sales by product, as a CSV file beside the receipts."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    ReceiptStore().save(f"reports/{yesterday:%Y/%m/%d}.csv", sales_of(yesterday), "text/csv")


def sales_of(day: date) -> str:
    sales = (
        select(
            OrderLine.sku,
            func.sum(OrderLine.quantity),
            func.sum(OrderLine.quantity * OrderLine.price),
        )
        .join(Order)
        .where(Order.placed_at >= day, Order.placed_at < day + timedelta(days=1))
        .group_by(OrderLine.sku)
        .order_by(OrderLine.sku)
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["sku", "quantity", "revenue"])
    with SessionLocal() as session:
        writer.writerows(session.execute(sales))
    return out.getvalue()


if __name__ == "__main__":
    main()
