// What must stand before the rest for secret.payments-api-key, stated in
// examples/shop/services/orders/payments.py at api_key.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";
import { provider } from "./providers";
import * as keys from "./keys";

// Holds a value that klo never sees.
export const secret = new aws.secretsmanager.Secret(
  "payments_api_key",
  {
    name: "shop-prod-payments-api-key",
    description: "secret.payments-api-key of shop",
    kmsKeyId: keys.key.arn,
    recoveryWindowInDays: 30,
  },
  { provider, protect: true },
);
