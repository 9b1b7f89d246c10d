import os

from sqlalchemy import create_engine, text

# @klo::persist(name = "ledger")
engine = create_engine(os.environ["DATABASE_URL"], pool_size=5, max_overflow=0)


# @klo::function(name = "balance")
# @klo::expose(to = "internet")
def balance(event, context):
    account = event["queryStringParameters"]["account"]
    with engine.connect() as connection:
        total = connection.execute(
            text("select coalesce(sum(amount), 0) from entries where account = :account"),
            {"account": account},
        ).scalar_one()
    return {"statusCode": 200, "body": str(total)}


# @klo::function(name = "close-day")
# @klo::trigger(schedule = "0 22 1 * 5")
def close_day():
    with engine.begin() as connection:
        connection.execute(text("insert into days (closed_at) values (now())"))
