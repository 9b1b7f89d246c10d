import os
from decimal import Decimal

import httpx

from shared.settings import settings

# @klo::secret(name = "payments-api-key")
api_key = os.environ["PAYMENTS_API_KEY"]


class PaymentDeclined(Exception):
    pass


def charge(card_token: str, amount: Decimal) -> str:
    """Charges the card and returns the payment's reference."""
    answer = httpx.post(
        f"{settings.payments_url}/charges",
        headers={"Authorization": f"Bearer {api_key}"},
        json={"source": card_token, "amount": str(amount), "currency": "EUR"},
        timeout=5,
    )
    if answer.status_code == httpx.codes.PAYMENT_REQUIRED:
        raise PaymentDeclined
    answer.raise_for_status()
    return answer.json()["reference"]
