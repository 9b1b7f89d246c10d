// The secret payments-api-key (secret.payments-api-key), stated in
// examples/shop/services/orders/payments.py at api_key.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";
import * as config from "./config";
import { entry } from "./functions";
import { provider } from "./providers";

// Tells other apps.
export const parameterArn = new aws.ssm.Parameter(
  "secret_payments_api_key_arn",
  {
    name: "/klo/shop/prod/secret/payments-api-key/arn",
    description: "arn of secret.payments-api-key",
    type: "String",
    value: entry(config.secrets, "secret-payments-api-key"),
  },
  { provider },
);
