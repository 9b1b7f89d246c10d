# Images of reports in dev, one target per unit. Written by klo.
# Paths are relative to the repository's root, so run it from there:
#
#   docker buildx bake --file snapshots/mixed/dev/containers/docker-bake.hcl --push

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
    "service-api",
    "service-worker",
  ]
}

# service.api: examples/mixed/api/main.py (app)
target "service-api" {
  context    = "."
  dockerfile = "snapshots/mixed/dev/containers/service-api/Dockerfile"
  platforms  = ["linux/amd64"]
  labels = {
    "klo.openapi" = "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"api\",\"description\":\"The routes of service.api, stated in examples/mixed/api/main.py at app. Written by klo from the source.\",\"version\":\"unversioned\"},\"paths\":{\"/health\":{\"get\":{\"summary\":\"health\",\"description\":\"health in examples/mixed/api/main.py\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}}}},\"/reports\":{\"post\":{\"summary\":\"request\",\"description\":\"request in examples/mixed/api/main.py\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}}}},\"/reports/{report}\":{\"get\":{\"summary\":\"show\",\"description\":\"show in examples/mixed/api/main.py\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}},\"parameters\":[{\"name\":\"report\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}]}}}}"
  }
  tags       = ["${lookup(jsondecode(REPOSITORIES), "service-api", "service-api")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}

# service.worker: examples/mixed/worker/src/main.rs (main)
target "service-worker" {
  context    = "."
  dockerfile = "snapshots/mixed/dev/containers/service-worker/Dockerfile"
  platforms  = ["linux/amd64"]
  tags       = ["${lookup(jsondecode(REPOSITORIES), "service-worker", "service-worker")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}
