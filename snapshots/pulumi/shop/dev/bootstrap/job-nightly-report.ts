// What must stand before the rest for job.nightly-report, stated in
// examples/shop/jobs/nightly_report.py at main.
//
// shop, environment dev. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";
import { provider } from "./providers";

// Holds its image.
export const repository = new aws.ecr.Repository(
  "job_nightly_report",
  {
    name: "shop-dev-nightly-report",
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
  "job_nightly_report",
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
