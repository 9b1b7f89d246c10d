// What has to be known from outside: values that the bootstrap program, the
// image build or a person hands over.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as pulumi from "@pulumi/pulumi";
import { textOf, textsOf } from "./functions";

const config = new pulumi.Config();
const bootstrap = new pulumi.StackReference(
  `${pulumi.getOrganization()}/shop-bootstrap/${pulumi.getStack()}`,
);

// Digests of images by unit, written when they are pushed
export const images = config.requireObject<Record<string, string>>("images");

// ARN of the environment's key, from the bootstrap root
export const keyArn = textOf(bootstrap, "keyArn");

// Raise by one to give database.orders a new password, and once more if an
// apply fails while it does.
export const ordersPasswordVersion =
  config.getNumber("ordersPasswordVersion") ?? 1;

// Image repositories by unit, from the bootstrap root
export const repositories = textsOf(bootstrap, "repositories");

// ARNs of secrets, from the bootstrap root
export const secrets = textsOf(bootstrap, "secrets");
