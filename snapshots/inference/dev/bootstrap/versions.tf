# Versions that this was made for. State is kept beside these files: set `state: { bucket: … }` in
# klo.yaml to share it.
#
# inference, environment dev. Written by klo from the annotated source: change that instead.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}
