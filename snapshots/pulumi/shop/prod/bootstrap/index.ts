// Loads what is made here, and puts out what people and programs need to know
// of it.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as keys from "./keys";
import * as secretPaymentsApiKey from "./secret-payments-api-key";
import * as functionReceiptWorker from "./function-receipt-worker";
import * as jobNightlyReport from "./job-nightly-report";
import * as serviceOrdersApi from "./service-orders-api";

// Where images are pushed, by unit
export const repositories = {
  "function-receipt-worker": functionReceiptWorker.repository.repositoryUrl,
  "job-nightly-report": jobNightlyReport.repository.repositoryUrl,
  "service-orders-api": serviceOrdersApi.repository.repositoryUrl,
};

// What the main program knows as secrets.
export const secrets = {
  "secret-payments-api-key": secretPaymentsApiKey.secret.arn,
};

// What the main program knows as keyArn.
export const keyArn = keys.key.arn;
