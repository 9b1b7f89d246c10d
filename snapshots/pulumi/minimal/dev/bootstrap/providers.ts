// Where resources are made, and the tags that all of them carry.
//
// minimal, environment dev. Written by klo from the annotated source: change
// that instead.

import * as aws from "@pulumi/aws";

// The environment's region.
export const provider = new aws.Provider("provider", {
  region: "us-east-1",
  defaultTags: {
    tags: {
      app: "minimal",
      environment: "dev",
      "managed-by": "klo",
    },
  },
});
