# Images of shop in prod, one target per unit. Written by klo.
# Paths are relative to the repository's root, so run it from there:
#
#   docker buildx bake --file snapshots/pulumi/shop/prod/containers/docker-bake.hcl --push

# A JSON object: the repository's address by target.
variable "REPOSITORIES" {
  default = "{}"
}

# Repositories take a tag once, so each build has its own.
variable "TAG" {
  default = formatdate("YYYYMMDDhhmmss", timestamp())
}

group "default" {
  targets = [
    "function-receipt-worker",
    "job-nightly-report",
    "service-orders-api",
  ]
}

# function.receipt-worker: examples/shop/services/worker/main.py (write_receipt)
target "function-receipt-worker" {
  context    = "."
  dockerfile = "snapshots/pulumi/shop/prod/containers/function-receipt-worker/Dockerfile"
  platforms  = ["linux/amd64"]
  tags       = ["${lookup(jsondecode(REPOSITORIES), "function-receipt-worker", "function-receipt-worker")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}

# job.nightly-report: examples/shop/jobs/nightly_report.py (main)
target "job-nightly-report" {
  context    = "."
  dockerfile = "snapshots/pulumi/shop/prod/containers/job-nightly-report/Dockerfile"
  platforms  = ["linux/amd64"]
  tags       = ["${lookup(jsondecode(REPOSITORIES), "job-nightly-report", "job-nightly-report")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}

# service.orders-api: examples/shop/services/orders/main.py (app)
target "service-orders-api" {
  context    = "."
  dockerfile = "snapshots/pulumi/shop/prod/containers/service-orders-api/Dockerfile"
  platforms  = ["linux/amd64"]
  labels = {
    "klo.openapi" = "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"orders-api\",\"description\":\"The routes of service.orders-api, stated in examples/shop/services/orders/main.py at app. Written by klo from the source.\",\"version\":\"unversioned\"},\"paths\":{\"/health\":{\"get\":{\"summary\":\"health\",\"description\":\"health in examples/shop/services/orders/main.py\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}}}},\"/orders\":{\"post\":{\"summary\":\"place_order\",\"description\":\"place_order in examples/shop/services/orders/routers/orders.py\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}}}},\"/orders/{order_id}\":{\"get\":{\"summary\":\"get_order\",\"description\":\"get_order in examples/shop/services/orders/routers/orders.py\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}},\"parameters\":[{\"name\":\"order_id\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}]}},\"/orders/{order_id}/receipt\":{\"get\":{\"summary\":\"get_receipt\",\"description\":\"get_receipt in examples/shop/services/orders/routers/orders.py\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}},\"parameters\":[{\"name\":\"order_id\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}]}},\"/products\":{\"get\":{\"summary\":\"list_products\",\"description\":\"list_products in examples/shop/services/orders/routers/catalog.py\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}}}}}}"
  }
  tags       = ["${lookup(jsondecode(REPOSITORIES), "service-orders-api", "service-orders-api")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}
