// Loads what is made here, and puts out what people and programs need to know
// of it.
//
// shop, environment dev. Written by klo from the annotated source: change that
// instead.

import * as config from "./config";
import { entry, replace } from "./functions";
import * as queueReceiptRequests from "./queue-receipt-requests";
import * as bucketReceipts from "./bucket-receipts";
import * as cacheCatalog from "./cache-catalog";
import * as databaseOrders from "./database-orders";
import * as functionReceiptWorker from "./function-receipt-worker";
import * as serviceOrdersApi from "./service-orders-api";
import * as siteStorefront from "./site-storefront";
import "./network";
import "./cluster";
import "./ingress";
import "./secret-payments-api-key";
import "./job-nightly-report";

// site.storefront: the bucket of its files
export const siteStorefrontBucket = siteStorefront.bucket.id;

// site.storefront: the distribution before it
export const siteStorefrontDistribution = siteStorefront.distribution.id;

// The name of bucket.receipts
export const bucketReceiptsName = bucketReceipts.bucket.id;

// The arn of bucket.receipts
export const bucketReceiptsArn = bucketReceipts.bucket.arn;

// The host of cache.catalog
export const cacheCatalogHost =
  cacheCatalog.replicationGroup.primaryEndpointAddress;

// The port of cache.catalog
export const cacheCatalogPort = "6379";

// The host of database.orders
export const databaseOrdersHost = databaseOrders.instance.address;

// The port of database.orders
export const databaseOrdersPort = "5432";

// The database of database.orders
export const databaseOrdersDatabase = "orders";

// The arn of function.receipt-worker
export const functionReceiptWorkerArn =
  functionReceiptWorker.lambdaFunction.arn;

// The url of queue.receipt-requests
export const queueReceiptRequestsUrl = queueReceiptRequests.queue.url;

// The name of queue.receipt-requests
export const queueReceiptRequestsName = queueReceiptRequests.queue.name;

// The arn of queue.receipt-requests
export const queueReceiptRequestsArn = queueReceiptRequests.queue.arn;

// The arn of secret.payments-api-key
export const secretPaymentsApiKeyArn = entry(
  config.secrets,
  "secret-payments-api-key",
);

// The url of service.orders-api
export const serviceOrdersApiUrl = serviceOrdersApi.api.apiEndpoint;

// The host of service.orders-api
export const serviceOrdersApiHost = replace(
  serviceOrdersApi.api.apiEndpoint,
  "https://",
  "",
);

// The port of service.orders-api
export const serviceOrdersApiPort = 443;
