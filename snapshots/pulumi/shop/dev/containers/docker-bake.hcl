# Images of shop in dev, one target per unit. Written by klo.
# Paths are relative to the repository's root, so run it from there:
#
#   docker buildx bake --file snapshots/pulumi/shop/dev/containers/docker-bake.hcl --push

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
  dockerfile = "snapshots/pulumi/shop/dev/containers/function-receipt-worker/Dockerfile"
  platforms  = ["linux/amd64"]
  tags       = ["${lookup(jsondecode(REPOSITORIES), "function-receipt-worker", "function-receipt-worker")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}

# job.nightly-report: examples/shop/jobs/nightly_report.py (main)
target "job-nightly-report" {
  context    = "."
  dockerfile = "snapshots/pulumi/shop/dev/containers/job-nightly-report/Dockerfile"
  platforms  = ["linux/amd64"]
  tags       = ["${lookup(jsondecode(REPOSITORIES), "job-nightly-report", "job-nightly-report")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}

# service.orders-api: examples/shop/services/orders/main.py (app)
target "service-orders-api" {
  context    = "."
  dockerfile = "snapshots/pulumi/shop/dev/containers/service-orders-api/Dockerfile"
  platforms  = ["linux/amd64"]
  tags       = ["${lookup(jsondecode(REPOSITORIES), "service-orders-api", "service-orders-api")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}
