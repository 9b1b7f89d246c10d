from fastapi import FastAPI

from shop.stores import PARCELS, engine, receipts, sqs

# @klo::service(name = "api", spot = true, env = { MODE = "shop" }, tags = { owner = "commerce" })
# @klo::expose(to = "internet")
app = FastAPI()


@app.post("/orders")
def order():
    with engine.begin() as connection:
        connection.execute("insert into orders default values")
    sqs.send_message(QueueUrl=PARCELS, MessageBody="{}")
    receipts.put_object(Key="one", Body=b"")
