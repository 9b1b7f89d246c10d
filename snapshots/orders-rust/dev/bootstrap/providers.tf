# Where resources are made, and the tags that all of them carry.
#
# orders-rust, environment dev. Written by klo from the annotated source: change that instead.

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = {
      app         = "orders-rust"
      environment = "dev"
      managed-by  = "klo"
      owner       = "commerce"
    }
  }
}
