# The cluster that containers run in, for service.api, service.worker.
#
# reports, environment prod. Written by klo from the annotated source: change that instead.

# Where the app's services run.
resource "aws_ecs_cluster" "main" {
  name = "reports-prod"
}
