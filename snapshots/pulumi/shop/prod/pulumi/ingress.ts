// The ways in, for service.orders-api.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";
import { provider } from "./providers";
import * as network from "./network";

// Who reaches the load balancer, and what it reaches.
export const securityGroupIngress = new aws.ec2.SecurityGroup(
  "ingress",
  {
    name: "shop-prod-ingress",
    description: "Internal load balancer",
    vpcId: network.vpc.id,
  },
  { provider },
);

// The one door to the containers.
export const loadBalancerIngress = new aws.lb.LoadBalancer(
  "ingress",
  {
    name: "shop-prod-ingress",
    internal: true,
    loadBalancerType: "application",
    securityGroups: [securityGroupIngress.id],
    subnets: [
      network.subnetPrivate1.id,
      network.subnetPrivate2.id,
      network.subnetPrivate3.id,
    ],
    dropInvalidHeaderFields: true,
    enableDeletionProtection: true,
    idleTimeout: 60,
  },
  { provider },
);

// Passes requests on to the unit that they name.
export const listenerApi = new aws.lb.Listener(
  "api",
  {
    loadBalancerArn: loadBalancerIngress.arn,
    port: 8080,
    protocol: "HTTP",
    defaultActions: [
      {
        type: "fixed-response",
        fixedResponse: {
          contentType: "text/plain",
          messageBody: "Not found",
          statusCode: "404",
        },
      },
    ],
  },
  { provider },
);

// What HTTP APIs reach.
export const securityGroupIngressLink = new aws.ec2.SecurityGroup(
  "ingress_link",
  {
    name: "shop-prod-ingress-link",
    description: "VPC link of the HTTP APIs",
    vpcId: network.vpc.id,
  },
  { provider },
);

// The HTTP APIs' path into the network.
export const vpcLinkIngress = new aws.apigatewayv2.VpcLink(
  "ingress",
  {
    name: "shop-prod-ingress",
    securityGroupIds: [securityGroupIngressLink.id],
    subnetIds: [
      network.subnetPrivate1.id,
      network.subnetPrivate2.id,
      network.subnetPrivate3.id,
    ],
  },
  { provider },
);

// HTTP APIs reach the load balancer.
export const securityGroupEgressRuleIngressLinkToIngress =
  new aws.vpc.SecurityGroupEgressRule(
    "ingress_link_to_ingress",
    {
      securityGroupId: securityGroupIngressLink.id,
      description: "HTTP APIs to the load balancer",
      referencedSecurityGroupId: securityGroupIngress.id,
      ipProtocol: "tcp",
      fromPort: 8080,
      toPort: 8080,
    },
    { provider },
  );

// HTTP APIs reach the load balancer.
export const securityGroupIngressRuleIngressLinkToIngress =
  new aws.vpc.SecurityGroupIngressRule(
    "ingress_link_to_ingress",
    {
      securityGroupId: securityGroupIngress.id,
      description: "HTTP APIs to the load balancer",
      referencedSecurityGroupId: securityGroupIngressLink.id,
      ipProtocol: "tcp",
      fromPort: 8080,
      toPort: 8080,
    },
    { provider },
  );
