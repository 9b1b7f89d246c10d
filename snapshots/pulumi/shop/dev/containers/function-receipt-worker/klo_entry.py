# Start of function.receipt-worker. Written by klo.
# Calls it for each event, with what its parameters ask for: examples/shop/services/worker/main.py (write_receipt).

from klo_runtime.events import lambda_handler, load

handler = lambda_handler(load("services.worker.main", "write_receipt"), ("queue",))
