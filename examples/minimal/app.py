from fastapi import FastAPI

# @klo::service
app = FastAPI()


@app.get("/")
def hello() -> dict[str, str]:
    return {"message": "hello"}
