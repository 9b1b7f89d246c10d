# The cluster that containers run in, for service.api, service.receipt-worker.
#
# orders-rust, environment prod. Written by klo from the annotated source: change that instead.

# Where the app's services run.
resource "aws_ecs_cluster" "main" {
  name = "orders-rust-prod"
}
