// The cluster that containers run in, for service.orders-api.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";
import { provider } from "./providers";

// Where the app's services run.
export const ecsClusterMain = new aws.ecs.Cluster(
  "main",
  {
    name: "shop-prod",
  },
  { provider },
);
