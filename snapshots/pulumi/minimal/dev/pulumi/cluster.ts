// The cluster that containers run in, for service.minimal.
//
// minimal, environment dev. Written by klo from the annotated source: change
// that instead.

import * as aws from "@pulumi/aws";
import { provider } from "./providers";

// Where the app's services run.
export const ecsClusterMain = new aws.ecs.Cluster(
  "main",
  {
    name: "minimal-dev",
  },
  { provider },
);
