# Where resources are made, and the tags that all of them carry.
#
# minimal, environment dev. Written by klo from the annotated source: change that instead.

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = {
      app         = "minimal"
      environment = "dev"
      managed-by  = "klo"
    }
  }
}
