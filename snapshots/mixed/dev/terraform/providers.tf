# Where resources are made, and the tags that all of them carry.
#
# reports, environment dev. Written by klo from the annotated source: change that instead.

provider "aws" {
  region = "eu-central-1"

  default_tags {
    tags = {
      app         = "reports"
      environment = "dev"
      managed-by  = "klo"
      owner       = "analytics"
    }
  }
}
