# What must stand before the rest for secret.payments-api-key, stated in
# examples/shop/services/orders/payments.py at api_key.
#
# shop, environment prod. Written by klo from the annotated source: change that instead.

# Holds a value that klo never sees.
resource "aws_secretsmanager_secret" "payments_api_key" {
  name                    = "shop-prod-payments-api-key"
  description             = "secret.payments-api-key of shop"
  kms_key_id              = aws_kms_key.main.arn
  recovery_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}
