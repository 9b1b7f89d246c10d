# Where resources are made, and the tags that all of them carry.
#
# inference, environment prod. Written by klo from the annotated source: change that instead.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]

  default_tags {
    tags = {
      app         = "inference"
      environment = "prod"
      managed-by  = "klo"
      owner       = "search"
    }
  }
}
