# The secret payments-api-key (secret.payments-api-key), stated in
# examples/shop/services/orders/payments.py at api_key.
#
# shop, environment dev. Written by klo from the annotated source: change that instead.

# Tells other apps.
resource "aws_ssm_parameter" "secret_payments_api_key_arn" {
  name        = "/klo/shop/dev/secret/payments-api-key/arn"
  description = "arn of secret.payments-api-key"
  type        = "String"
  value       = var.secrets["secret-payments-api-key"]
}
