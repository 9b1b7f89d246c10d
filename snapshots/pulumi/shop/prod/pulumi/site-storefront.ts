// The site storefront (site.storefront), stated in examples/shop/klo.yaml at
// declare.site.storefront.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { provider, usEast1 } from "./providers";

// Holds its files.
export const bucket = new aws.s3.Bucket(
  "site_storefront",
  {
    bucket: "shop-prod-storefront-site-123456789012",
    forceDestroy: false,
  },
  { provider },
);

// Nobody reads it directly.
export const bucketPublicAccessBlock = new aws.s3.BucketPublicAccessBlock(
  "site_storefront",
  {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  },
  { provider },
);

// No access lists.
export const bucketOwnershipControls = new aws.s3.BucketOwnershipControls(
  "site_storefront",
  {
    bucket: bucket.id,
    rule: {
      objectOwnership: "BucketOwnerEnforced",
    },
  },
  { provider },
);

// Encrypted at rest.
export const bucketServerSideEncryptionConfiguration =
  new aws.s3.BucketServerSideEncryptionConfiguration(
    "site_storefront",
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

// An upload can be taken back.
export const bucketVersioning = new aws.s3.BucketVersioning(
  "site_storefront",
  {
    bucket: bucket.id,
    versioningConfiguration: {
      status: "Enabled",
    },
  },
  { provider },
);

// Old versions go away.
export const bucketLifecycleConfiguration =
  new aws.s3.BucketLifecycleConfiguration(
    "site_storefront",
    {
      bucket: bucket.id,
      rules: [
        {
          id: "old-versions",
          status: "Enabled",
          filter: {},
          noncurrentVersionExpiration: {
            noncurrentDays: 30,
          },
          abortIncompleteMultipartUpload: {
            daysAfterInitiation: 7,
          },
        },
      ],
    },
    { provider, dependsOn: [bucketVersioning] },
  );

// CloudFront signs its requests to the bucket.
export const originAccessControl = new aws.cloudfront.OriginAccessControl(
  "site_storefront",
  {
    name: "shop-prod-storefront",
    originAccessControlOriginType: "s3",
    signingBehavior: "always",
    signingProtocol: "sigv4",
  },
  { provider },
);

// Headers that tell browsers to be careful.
export const responseHeadersPolicy = new aws.cloudfront.ResponseHeadersPolicy(
  "site_storefront",
  {
    name: "shop-prod-storefront-headers",
    securityHeadersConfig: {
      strictTransportSecurity: {
        accessControlMaxAgeSec: 31536000,
        override: true,
        includeSubdomains: true,
        preload: true,
      },
      contentTypeOptions: {
        override: true,
      },
      frameOptions: {
        override: false,
        frameOption: "SAMEORIGIN",
      },
      referrerPolicy: {
        override: false,
        referrerPolicy: "strict-origin-when-cross-origin",
      },
    },
  },
  { provider },
);

// Serves its files.
export const distribution = new aws.cloudfront.Distribution(
  "site_storefront",
  {
    enabled: true,
    comment: "site.storefront",
    isIpv6Enabled: true,
    httpVersion: "http2and3",
    priceClass: "PriceClass_100",
    defaultRootObject: "index.html",
    origins: [
      {
        domainName: bucket.bucketRegionalDomainName,
        originId: "bucket",
        originAccessControlId: originAccessControl.id,
      },
    ],
    defaultCacheBehavior: {
      targetOriginId: "bucket",
      viewerProtocolPolicy: "redirect-to-https",
      allowedMethods: ["GET", "HEAD", "OPTIONS"],
      cachedMethods: ["GET", "HEAD"],
      compress: true,
      cachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
      responseHeadersPolicyId: responseHeadersPolicy.id,
    },
    customErrorResponses: [
      {
        errorCode: 404,
        responseCode: 200,
        responsePagePath: "/index.html",
      },
    ],
    restrictions: {
      geoRestriction: {
        restrictionType: "none",
      },
    },
    viewerCertificate: {
      cloudfrontDefaultCertificate: true,
    },
  },
  { provider },
);

// Only its distribution reads it.
export const bucketPolicy = new aws.s3.BucketPolicy(
  "site_storefront",
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
        {
          Sid: "CloudFront",
          Effect: "Allow",
          Principal: {
            Service: "cloudfront.amazonaws.com",
          },
          Action: "s3:GetObject",
          Resource: pulumi.interpolate`${bucket.arn}/*`,
          Condition: {
            ArnLike: {
              "aws:SourceArn": distribution.arn,
            },
          },
        },
        {
          Sid: "CloudFrontList",
          Effect: "Allow",
          Principal: {
            Service: "cloudfront.amazonaws.com",
          },
          Action: "s3:ListBucket",
          Resource: bucket.arn,
          Condition: {
            ArnLike: {
              "aws:SourceArn": distribution.arn,
            },
          },
        },
      ],
    }),
  },
  { provider },
);

// A line per request.
export const logGroupAccess = new aws.cloudwatch.LogGroup(
  "site_storefront_access",
  {
    name: "/aws/cloudfront/shop-prod-storefront",
    retentionInDays: 365,
  },
  { provider: usEast1 },
);

// A line per request.
export const logDeliverySourceAccess = new aws.cloudwatch.LogDeliverySource(
  "site_storefront_access",
  {
    name: "shop-prod-storefront-access",
    logType: "ACCESS_LOGS",
    resourceArn: distribution.arn,
  },
  { provider: usEast1 },
);

// A line per request.
export const logDeliveryDestinationAccess =
  new aws.cloudwatch.LogDeliveryDestination(
    "site_storefront_access",
    {
      name: "shop-prod-storefront-access",
      outputFormat: "json",
      deliveryDestinationConfiguration: {
        destinationResourceArn: logGroupAccess.arn,
      },
    },
    { provider: usEast1 },
  );

// A line per request.
export const logDeliveryAccess = new aws.cloudwatch.LogDelivery(
  "site_storefront_access",
  {
    deliverySourceName: logDeliverySourceAccess.name,
    deliveryDestinationArn: logDeliveryDestinationAccess.arn,
  },
  { provider: usEast1 },
);
