// What must stand before the rest for secret.payments-api-key, stated in
// examples/shop/services/orders/payments.py at api_key.
//
// shop, environment dev. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";
import { provider } from "./providers";

// Holds a value that klo never sees.
export const secret = new aws.secretsmanager.Secret(
  "payments_api_key",
  {
    name: "shop-dev-payments-api-key",
    description: "secret.payments-api-key of shop",
    recoveryWindowInDays: 0,
  },
  { provider },
);
