# Images of minimal in dev, one target per unit. Written by klo.
# Paths are relative to the repository's root, so run it from there:
#
#   docker buildx bake --file snapshots/pulumi/minimal/dev/containers/docker-bake.hcl --push

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
    "service-minimal",
  ]
}

# service.minimal: examples/minimal/app.py (app)
target "service-minimal" {
  context    = "."
  dockerfile = "snapshots/pulumi/minimal/dev/containers/service-minimal/Dockerfile"
  platforms  = ["linux/amd64"]
  tags       = ["${lookup(jsondecode(REPOSITORIES), "service-minimal", "service-minimal")}:${TAG}"]
  attest     = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
}
