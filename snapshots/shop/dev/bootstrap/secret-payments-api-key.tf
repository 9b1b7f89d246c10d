# What must stand before the rest for secret.payments-api-key, stated in
# examples/shop/services/orders/payments.py at api_key.
#
# shop, environment dev. Written by klo from the annotated source: change that instead.

# Holds a value that klo never sees.
resource "aws_secretsmanager_secret" "payments_api_key" {
  name                    = "shop-dev-payments-api-key"
  description             = "secret.payments-api-key of shop"
  recovery_window_in_days = 0
}
