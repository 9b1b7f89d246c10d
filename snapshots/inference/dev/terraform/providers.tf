# Where resources are made, and the tags that all of them carry.
#
# inference, environment dev. Written by klo from the annotated source: change that instead.

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = {
      app         = "inference"
      environment = "dev"
      managed-by  = "klo"
      owner       = "search"
    }
  }
}
