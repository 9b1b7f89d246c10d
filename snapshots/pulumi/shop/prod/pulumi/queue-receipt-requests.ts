// The queue receipt-requests (queue.receipt-requests), stated in
// examples/shop/services/orders/receipt_queue.py at QUEUE_URL.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import * as config from "./config";
import { provider } from "./providers";

// Messages that could not be handled.
export const queueDead = new aws.sqs.Queue(
  "queue_receipt_requests_dead",
  {
    name: "shop-prod-receipt-requests-dead",
    kmsMasterKeyId: config.keyArn,
    messageRetentionSeconds: 1209600,
  },
  { provider, protect: true },
);

// The queue.
export const queue = new aws.sqs.Queue(
  "receipt_requests",
  {
    name: "shop-prod-receipt-requests",
    kmsMasterKeyId: config.keyArn,
    visibilityTimeoutSeconds: 180,
    messageRetentionSeconds: 345600,
    redrivePolicy: pulumi.jsonStringify({
      deadLetterTargetArn: queueDead.arn,
      maxReceiveCount: 5,
    }),
  },
  { provider, protect: true },
);

// Only this queue may use its dead-letter queue.
export const redriveAllowPolicyDead = new aws.sqs.RedriveAllowPolicy(
  "queue_receipt_requests_dead",
  {
    queueUrl: queueDead.id,
    redriveAllowPolicy: pulumi.jsonStringify({
      redrivePermission: "byQueue",
      sourceQueueArns: [queue.arn],
    }),
  },
  { provider },
);

// Refuses requests without TLS.
export const queuePolicy = new aws.sqs.QueuePolicy(
  "queue_receipt_requests",
  {
    queueUrl: queue.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Resource: queue.arn,
          Condition: {
            Bool: {
              "aws:SecureTransport": "false",
            },
          },
        },
      ],
    }),
  },
  { provider },
);

// Refuses requests without TLS.
export const queuePolicyDead = new aws.sqs.QueuePolicy(
  "queue_receipt_requests_dead",
  {
    queueUrl: queueDead.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Resource: queueDead.arn,
          Condition: {
            Bool: {
              "aws:SecureTransport": "false",
            },
          },
        },
      ],
    }),
  },
  { provider },
);

// Tells other apps.
export const parameterUrl = new aws.ssm.Parameter(
  "queue_receipt_requests_url",
  {
    name: "/klo/shop/prod/queue/receipt-requests/url",
    description: "url of queue.receipt-requests",
    type: "String",
    value: queue.url,
  },
  { provider },
);

// Tells other apps.
export const parameterName = new aws.ssm.Parameter(
  "queue_receipt_requests_name",
  {
    name: "/klo/shop/prod/queue/receipt-requests/name",
    description: "name of queue.receipt-requests",
    type: "String",
    value: queue.name,
  },
  { provider },
);

// Tells other apps.
export const parameterArn = new aws.ssm.Parameter(
  "queue_receipt_requests_arn",
  {
    name: "/klo/shop/prod/queue/receipt-requests/arn",
    description: "arn of queue.receipt-requests",
    type: "String",
    value: queue.arn,
  },
  { provider },
);
