// Where resources are made, and the tags that all of them carry.
//
// shop, environment dev. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";

// The environment's region.
export const provider = new aws.Provider("provider", {
  region: "eu-west-1",
  defaultTags: {
    tags: {
      app: "shop",
      environment: "dev",
      "managed-by": "klo",
      owner: "commerce",
      "cost-center": "4410",
    },
  },
});
