import os


def rows(query, *values):
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        return connection.execute(query, values).fetchall()


def products():
    found = rows("select sku, title, price from products order by title")
    return [{"sku": sku, "title": title, "price": str(price)} for sku, title, price in found]


def products_by_sku(skus):
    found = rows("select sku, title, price from products where sku = any(%s)", skus)
    return {sku: {"title": title, "price": price} for sku, title, price in found}


def add(customer_email, reference, quantities):
    ((order_id,),) = rows(
        "insert into orders (customer_email, payment_reference) values (%s, %s) returning id",
        customer_email,
        reference,
    )
    for sku, quantity in quantities.items():
        rows("insert into order_lines values (%s, %s, %s) returning 1", order_id, sku, quantity)
    return get(order_id)


def get(order_id):
    found = rows("select id, customer_email from orders where id = %s", order_id)
    return {"id": found[0][0], "customer_email": found[0][1]} if found else None


def sales_of_yesterday():
    found = rows(
        "select sku, sum(quantity) from order_lines join orders on orders.id = order_id"
        " where placed_at >= current_date - 1 and placed_at < current_date group by sku"
    )
    return "\n".join(f"{sku},{quantity}" for sku, quantity in found)
