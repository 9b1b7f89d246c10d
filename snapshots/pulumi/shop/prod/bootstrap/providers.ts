// Where resources are made, and the tags that all of them carry.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";

// The environment's region.
export const provider = new aws.Provider("provider", {
  region: "eu-west-1",
  allowedAccountIds: ["123456789012"],
  defaultTags: {
    tags: {
      app: "shop",
      environment: "prod",
      "managed-by": "klo",
      owner: "commerce",
      "cost-center": "4410",
    },
  },
});
