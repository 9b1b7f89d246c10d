# Images of inference in prod, one target per unit. Written by klo.
# Paths are relative to the repository's root, so run it from there:
#
#   docker buildx bake --file snapshots/inference/prod/containers/docker-bake.hcl --push

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
    "job-embed",
    "service-api",
    "service-scorer",
  ]
}

# job.embed: examples/inference/embedding/main.py (embed)
target "job-embed" {
  context    = "."
  dockerfile = "snapshots/inference/prod/containers/job-embed/Dockerfile"
  platforms  = ["linux/amd64"]
  tags       = ["${lookup(jsondecode(REPOSITORIES), "job-embed", "job-embed")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}

# service.api: examples/inference/api/main.py (app)
target "service-api" {
  context    = "."
  dockerfile = "snapshots/inference/prod/containers/service-api/Dockerfile"
  platforms  = ["linux/amd64"]
  labels = {
    "klo.openapi" = "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"api\",\"description\":\"The routes of service.api, stated in examples/inference/api/main.py at app. Written by klo from the source.\",\"version\":\"unversioned\"},\"paths\":{\"/texts\":{\"post\":{\"summary\":\"score\",\"description\":\"score in examples/inference/api/main.py\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}}}}}}"
  }
  tags       = ["${lookup(jsondecode(REPOSITORIES), "service-api", "service-api")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}

# service.scorer: examples/inference/inference/main.py (app)
target "service-scorer" {
  context    = "."
  dockerfile = "snapshots/inference/prod/containers/service-scorer/Dockerfile"
  platforms  = ["linux/amd64"]
  labels = {
    "klo.openapi" = "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"scorer\",\"description\":\"The routes of service.scorer, stated in examples/inference/inference/main.py at app. Written by klo from the source.\",\"version\":\"unversioned\"},\"paths\":{\"/healthz\":{\"get\":{\"summary\":\"healthz\",\"description\":\"healthz in examples/inference/inference/main.py\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}}}},\"/score\":{\"post\":{\"summary\":\"score\",\"description\":\"score in examples/inference/inference/main.py\",\"responses\":{\"default\":{\"description\":\"What the code answers.\"}}}}}}"
  }
  tags       = ["${lookup(jsondecode(REPOSITORIES), "service-scorer", "service-scorer")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}
