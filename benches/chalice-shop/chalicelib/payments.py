import os


def charge(card_token, amount):
    import httpx

    answer = httpx.post(
        "https://payments.example.com/v1/charges",
        headers={"Authorization": f"Bearer {os.environ['PAYMENTS_API_KEY']}"},
        json={"source": card_token, "amount": str(amount), "currency": "EUR"},
        timeout=5,
    )
    answer.raise_for_status()
    return answer.json()["reference"]
