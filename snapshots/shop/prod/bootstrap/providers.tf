# Where resources are made, and the tags that all of them carry.
#
# shop, environment prod. Written by klo from the annotated source: change that instead.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]

  default_tags {
    tags = {
      app         = "shop"
      environment = "prod"
      managed-by  = "klo"
      owner       = "commerce"
      cost-center = "4410"
    }
  }
}
