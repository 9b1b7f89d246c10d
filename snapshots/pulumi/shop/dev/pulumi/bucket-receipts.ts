// The bucket receipts (bucket.receipts), stated in
// examples/shop/shared/receipts.py at bucket.
//
// shop, environment dev. Written by klo from the annotated source: change that
// instead.

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { provider } from "./providers";

// The bucket.
export const bucket = new aws.s3.Bucket(
  "receipts",
  {
    bucket: "shop-dev-receipts",
    forceDestroy: true,
  },
  { provider },
);

// Keeps the public out.
export const bucketPublicAccessBlock = new aws.s3.BucketPublicAccessBlock(
  "bucket_receipts",
  {
    bucket: bucket.id,
    blockPublicAcls: true,
    ignorePublicAcls: true,
    blockPublicPolicy: true,
    restrictPublicBuckets: true,
  },
  { provider },
);

// No access lists on objects.
export const bucketOwnershipControls = new aws.s3.BucketOwnershipControls(
  "bucket_receipts",
  {
    bucket: bucket.id,
    rule: {
      objectOwnership: "BucketOwnerEnforced",
    },
  },
  { provider },
);

// Refuses requests without TLS.
export const bucketPolicy = new aws.s3.BucketPolicy(
  "bucket_receipts",
  {
    bucket: bucket.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
          Condition: {
            Bool: {
              "aws:SecureTransport": "false",
            },
          },
        },
      ],
    }),
  },
  { provider, dependsOn: [bucketPublicAccessBlock] },
);

// Keeps what is overwritten.
export const bucketVersioning = new aws.s3.BucketVersioning(
  "bucket_receipts",
  {
    bucket: bucket.id,
    versioningConfiguration: {
      status: "Enabled",
    },
  },
  { provider },
);

// Encrypts at rest.
export const bucketServerSideEncryptionConfiguration =
  new aws.s3.BucketServerSideEncryptionConfiguration(
    "bucket_receipts",
    {
      bucket: bucket.id,
      rules: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: "AES256",
          },
        },
      ],
    },
    { provider },
  );

// Throws away what nobody finished or needs.
export const bucketLifecycleConfiguration =
  new aws.s3.BucketLifecycleConfiguration(
    "bucket_receipts",
    {
      bucket: bucket.id,
      rules: [
        {
          id: "stale-uploads",
          status: "Enabled",
          filter: {},
          abortIncompleteMultipartUpload: {
            daysAfterInitiation: 7,
          },
        },
        {
          id: "old-versions",
          status: "Enabled",
          filter: {},
          noncurrentVersionExpiration: {
            noncurrentDays: 90,
          },
        },
      ],
    },
    { provider, dependsOn: [bucketVersioning] },
  );

// Tells other apps.
export const parameterName = new aws.ssm.Parameter(
  "bucket_receipts_name",
  {
    name: "/klo/shop/dev/bucket/receipts/name",
    description: "name of bucket.receipts",
    type: "String",
    value: bucket.id,
  },
  { provider },
);

// Tells other apps.
export const parameterArn = new aws.ssm.Parameter(
  "bucket_receipts_arn",
  {
    name: "/klo/shop/dev/bucket/receipts/arn",
    description: "arn of bucket.receipts",
    type: "String",
    value: bucket.arn,
  },
  { provider },
);
