// What has to be known from outside: values that the bootstrap program, the
// image build or a person hands over.
//
// minimal, environment dev. Written by klo from the annotated source: change
// that instead.

import * as pulumi from "@pulumi/pulumi";
import { textsOf } from "./functions";

const config = new pulumi.Config();
const bootstrap = new pulumi.StackReference(
  `${pulumi.getOrganization()}/minimal-bootstrap/${pulumi.getStack()}`,
);

// Digests of images by unit, written when they are pushed
export const images = config.requireObject<Record<string, string>>("images");

// Image repositories by unit, from the bootstrap root
export const repositories = textsOf(bootstrap, "repositories");
