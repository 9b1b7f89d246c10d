from fastapi import FastAPI
from store import assets

# @klo::service(name = "gallery", run_on = "lambda", latency = "low", users = 200)
# @klo::expose(to = "internet")
app = FastAPI()


@app.get("/assets/{asset}")
def show(asset: str):
    return assets.get_item(Key={"id": asset}).get("Item")
