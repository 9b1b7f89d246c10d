# The cluster that containers run in, for service.orders-api.
#
# shop, environment dev. Written by klo from the annotated source: change that instead.

# Where the app's services run.
resource "aws_ecs_cluster" "main" {
  name = "shop-dev"
}
