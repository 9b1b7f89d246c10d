// The function receipt-worker (function.receipt-worker), stated in
// examples/shop/services/worker/main.py at write_receipt.
//
// shop, environment dev. Written by klo from the annotated source: change that
// instead.

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import * as config from "./config";
import { entry } from "./functions";
import { provider } from "./providers";
import * as queueReceiptRequests from "./queue-receipt-requests";
import * as bucketReceipts from "./bucket-receipts";

// What the unit writes to its output.
export const logGroup = new aws.cloudwatch.LogGroup(
  "function_receipt_worker",
  {
    name: "/klo/shop/dev/receipt-worker",
    retentionInDays: 30,
  },
  { provider },
);

// What the unit's code may do.
export const role = new aws.iam.Role(
  "function_receipt_worker",
  {
    name: "shop-dev-receipt-worker",
    description: "function.receipt-worker: what the unit's code may do",
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: {
            Service: "lambda.amazonaws.com",
          },
          Action: "sts:AssumeRole",
        },
      ],
    }),
  },
  { provider },
);

// What Lambda does for the unit: logs, network, secrets at start.
export const rolePolicyRuntime = new aws.iam.RolePolicy(
  "function_receipt_worker_runtime",
  {
    name: "runtime",
    role: role.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "WriteLogs",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: pulumi.interpolate`${logGroup.arn}:*`,
        },
      ],
    }),
  },
  { provider },
);

// Write and nothing else (function.receipt-worker -> bucket.receipts).
export const rolePolicyToBucketReceipts = new aws.iam.RolePolicy(
  "function_receipt_worker_to_bucket_receipts",
  {
    name: "bucket-receipts",
    role: role.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "BucketReceipts",
          Effect: "Allow",
          Action: ["s3:PutObject"],
          Resource: pulumi.interpolate`${bucketReceipts.bucket.arn}/*`,
        },
      ],
    }),
  },
  { provider },
);

// Runs the unit.
export const lambdaFunction = new aws.lambda.Function(
  "function_receipt_worker",
  {
    name: "shop-dev-receipt-worker",
    description: "function.receipt-worker",
    role: role.arn,
    packageType: "Image",
    imageUri: pulumi.interpolate`${entry(config.repositories, "function-receipt-worker")}@${entry(config.images, "function-receipt-worker")}`,
    architectures: ["x86_64"],
    memorySize: 512,
    timeout: 30,
    environment: {
      variables: {
        DATABASE_URL: "postgresql+psycopg://unused.invalid/unused",
        RECEIPTS_BUCKET: bucketReceipts.bucket.id,
        RECEIPT_QUEUE_URL: "https://unused.invalid/unused",
      },
    },
    loggingConfig: {
      logFormat: "Text",
      logGroup: logGroup.name,
    },
  },
  { provider, dependsOn: [rolePolicyRuntime, rolePolicyToBucketReceipts] },
);

// What its role may do with what starts it (queue.receipt-requests ->
// function.receipt-worker).
export const rolePolicyQueueReceiptRequestsToFunctionReceiptWorker =
  new aws.iam.RolePolicy(
    "queue_receipt_requests_to_function_receipt_worker",
    {
      name: "queue-receipt-requests-to-function-receipt-worker",
      role: role.id,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "Consume",
            Effect: "Allow",
            Action: [
              "sqs:ChangeMessageVisibility",
              "sqs:DeleteMessage",
              "sqs:GetQueueAttributes",
              "sqs:ReceiveMessage",
            ],
            Resource: queueReceiptRequests.queue.arn,
          },
        ],
      }),
    },
    { provider },
  );

// Hands it the queue's messages (queue.receipt-requests ->
// function.receipt-worker).
export const eventSourceMappingQueueReceiptRequestsToFunctionReceiptWorker =
  new aws.lambda.EventSourceMapping(
    "queue_receipt_requests_to_function_receipt_worker",
    {
      eventSourceArn: queueReceiptRequests.queue.arn,
      functionName: lambdaFunction.arn,
      batchSize: 10,
      functionResponseTypes: ["ReportBatchItemFailures"],
    },
    {
      provider,
      dependsOn: [rolePolicyQueueReceiptRequestsToFunctionReceiptWorker],
    },
  );

// Tells other apps.
export const parameterArn = new aws.ssm.Parameter(
  "function_receipt_worker_arn",
  {
    name: "/klo/shop/dev/function/receipt-worker/arn",
    description: "arn of function.receipt-worker",
    type: "String",
    value: lambdaFunction.arn,
  },
  { provider },
);
