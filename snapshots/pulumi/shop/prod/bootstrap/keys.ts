// Encryption keys, for bucket.receipts, cache.catalog, database.orders,
// function.receipt-worker, job.nightly-report, queue.receipt-requests,
// secret.payments-api-key, service.orders-api, site.storefront.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";
import { provider } from "./providers";

// Encrypts data at rest.
export const key = new aws.kms.Key(
  "main",
  {
    description: "Data of shop in prod",
    enableKeyRotation: true,
    deletionWindowInDays: 30,
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Administration",
          Effect: "Allow",
          Principal: {
            AWS: "arn:aws:iam::123456789012:root",
          },
          Action: [
            "kms:CancelKeyDeletion",
            "kms:CreateAlias",
            "kms:DeleteAlias",
            "kms:DescribeKey",
            "kms:DisableKey",
            "kms:DisableKeyRotation",
            "kms:EnableKey",
            "kms:EnableKeyRotation",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListGrants",
            "kms:ListKeyPolicies",
            "kms:ListResourceTags",
            "kms:PutKeyPolicy",
            "kms:RevokeGrant",
            "kms:ScheduleKeyDeletion",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:UpdateAlias",
            "kms:UpdateKeyDescription",
          ],
          // In a key's policy `*` is this key.
          Resource: "*",
        },
        {
          Sid: "UseThroughServices",
          Effect: "Allow",
          Principal: {
            AWS: "arn:aws:iam::123456789012:root",
          },
          Action: [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ],
          // In a key's policy `*` is this key.
          Resource: "*",
          Condition: {
            StringEquals: {
              "kms:ViaService": [
                "ecr.eu-west-1.amazonaws.com",
                "elasticache.eu-west-1.amazonaws.com",
                "lambda.eu-west-1.amazonaws.com",
                "rds.eu-west-1.amazonaws.com",
                "s3.eu-west-1.amazonaws.com",
                "scheduler.eu-west-1.amazonaws.com",
                "secretsmanager.eu-west-1.amazonaws.com",
                "sqs.eu-west-1.amazonaws.com",
              ],
            },
          },
        },
        {
          Sid: "GrantsThroughServices",
          Effect: "Allow",
          Principal: {
            AWS: "arn:aws:iam::123456789012:root",
          },
          Action: ["kms:CreateGrant"],
          // In a key's policy `*` is this key.
          Resource: "*",
          Condition: {
            StringEquals: {
              "kms:ViaService": [
                "ecr.eu-west-1.amazonaws.com",
                "elasticache.eu-west-1.amazonaws.com",
                "lambda.eu-west-1.amazonaws.com",
                "rds.eu-west-1.amazonaws.com",
                "s3.eu-west-1.amazonaws.com",
                "scheduler.eu-west-1.amazonaws.com",
                "secretsmanager.eu-west-1.amazonaws.com",
                "sqs.eu-west-1.amazonaws.com",
              ],
            },
            Bool: {
              "kms:GrantIsForAWSResource": "true",
            },
          },
        },
        {
          Sid: "LogGroups",
          Effect: "Allow",
          Principal: {
            Service: "logs.eu-west-1.amazonaws.com",
          },
          Action: [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ],
          // In a key's policy `*` is this key.
          Resource: "*",
          Condition: {
            ArnLike: {
              "kms:EncryptionContext:aws:logs:arn":
                "arn:aws:logs:eu-west-1:123456789012:log-group:*",
            },
          },
        },
      ],
    }),
  },
  { provider, protect: true },
);

// The key's name.
export const alias = new aws.kms.Alias(
  "main",
  {
    name: "alias/shop-prod",
    targetKeyId: key.keyId,
  },
  { provider },
);
