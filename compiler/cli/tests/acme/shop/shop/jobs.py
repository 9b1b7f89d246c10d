from shop.stores import engine


# @klo::job(name = "report", schedule = "0 3 * * *", memory = "16Gi", cpu = 4)
def report():
    with engine.connect() as connection:
        connection.execute("select 1")


# @klo::function(name = "total")
# @klo::trigger(schedule = "rate(1 hour)")
def total():
    with engine.connect() as connection:
        connection.execute("select 1")
