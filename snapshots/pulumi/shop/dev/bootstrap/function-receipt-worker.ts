// What must stand before the rest for function.receipt-worker, stated in
// examples/shop/services/worker/main.py at write_receipt.
//
// shop, environment dev. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";
import { provider } from "./providers";

// Holds its image.
export const repository = new aws.ecr.Repository(
  "function_receipt_worker",
  {
    name: "shop-dev-receipt-worker",
    imageTagMutability: "IMMUTABLE",
    forceDelete: true,
    imageScanningConfiguration: {
      scanOnPush: true,
    },
    encryptionConfigurations: [
      {
        encryptionType: "AES256",
      },
    ],
  },
  { provider },
);

// Old images go away.
export const lifecyclePolicy = new aws.ecr.LifecyclePolicy(
  "function_receipt_worker",
  {
    repository: repository.name,
    policy: JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          description: "Images without a tag",
          selection: {
            tagStatus: "untagged",
            countType: "sinceImagePushed",
            countUnit: "days",
            countNumber: 7,
          },
          action: {
            type: "expire",
          },
        },
        {
          rulePriority: 2,
          description: "All but the newest images",
          selection: {
            tagStatus: "any",
            countType: "imageCountMoreThan",
            countNumber: 30,
          },
          action: {
            type: "expire",
          },
        },
      ],
    }),
  },
  { provider },
);

// Lambda may pull its image.
export const repositoryPolicy = new aws.ecr.RepositoryPolicy(
  "function_receipt_worker",
  {
    repository: repository.name,
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "LambdaPulls",
          Effect: "Allow",
          Principal: {
            Service: "lambda.amazonaws.com",
          },
          Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
          Condition: {
            ArnLike: {
              "aws:SourceArn":
                "arn:aws:lambda:eu-west-1:*:function:shop-dev-receipt-worker",
            },
          },
        },
      ],
    }),
  },
  { provider },
);
