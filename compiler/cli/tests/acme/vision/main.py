from fastapi import FastAPI

# @klo::service(name = "detector", gpu = "h100:4", max = 3)
app = FastAPI()
