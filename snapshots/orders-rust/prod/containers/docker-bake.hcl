# Images of orders-rust in prod, one target per unit. Written by klo.
# Paths are relative to the repository's root, so run it from there:
#
#   docker buildx bake --file snapshots/orders-rust/prod/containers/docker-bake.hcl --push

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
    "job-migrate",
    "service-api",
    "service-receipt-worker",
  ]
}

# job.migrate: examples/orders-rust/crates/api/src/bin/migrate.rs (main)
target "job-migrate" {
  context    = "."
  dockerfile = "snapshots/orders-rust/prod/containers/job-migrate/Dockerfile"
  platforms  = ["linux/amd64"]
  tags       = ["${lookup(jsondecode(REPOSITORIES), "job-migrate", "job-migrate")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}

# service.api: examples/orders-rust/crates/api/src/main.rs (main)
target "service-api" {
  context    = "."
  dockerfile = "snapshots/orders-rust/prod/containers/service-api/Dockerfile"
  platforms  = ["linux/amd64"]
  labels = {
    "klo.openapi" = "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"api\",\"description\":\"The routes of service.api, stated in examples/orders-rust/crates/api/src/main.rs at main. Written by klo from the source.\",\"version\":\"unversioned\"},\"paths\":{\"/health\":{\"get\":{\"summary\":\"main::<closure>\",\"description\":\"main::<closure> in examples/orders-rust/crates/api/src/main.rs\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}}}},\"/orders\":{\"post\":{\"summary\":\"create\",\"description\":\"create in examples/orders-rust/crates/api/src/routes/orders.rs\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}}}},\"/orders/{id}\":{\"get\":{\"summary\":\"show\",\"description\":\"show in examples/orders-rust/crates/api/src/routes/orders.rs\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}},\"parameters\":[{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}]}},\"/orders/{id}/receipt\":{\"get\":{\"summary\":\"receipt\",\"description\":\"receipt in examples/orders-rust/crates/api/src/routes/orders.rs\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}},\"parameters\":[{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}]}},\"/products/{product}/price\":{\"get\":{\"summary\":\"price\",\"description\":\"price in examples/orders-rust/crates/api/src/routes/products.rs\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}},\"parameters\":[{\"name\":\"product\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}]}}}}"
  }
  tags       = ["${lookup(jsondecode(REPOSITORIES), "service-api", "service-api")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}

# service.receipt-worker: examples/orders-rust/crates/worker/src/main.rs (main)
target "service-receipt-worker" {
  context    = "."
  dockerfile = "snapshots/orders-rust/prod/containers/service-receipt-worker/Dockerfile"
  platforms  = ["linux/amd64"]
  tags       = ["${lookup(jsondecode(REPOSITORIES), "service-receipt-worker", "service-receipt-worker")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}
