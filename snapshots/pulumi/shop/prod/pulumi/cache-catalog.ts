// The cache catalog (cache.catalog), stated in
// examples/shop/services/orders/cache.py at client.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import * as config from "./config";
import { laterOf, replace } from "./functions";
import { provider } from "./providers";
import * as network from "./network";

// These files need this one too, so they are loaded after it.
const serviceOrdersApi = import("./service-orders-api");

// Admits exactly what has an edge.
export const securityGroup = new aws.ec2.SecurityGroup(
  "cache_catalog",
  {
    name: "shop-prod-catalog-cache",
    description: "Guards cache.catalog",
    vpcId: network.vpc.id,
    tags: {
      Name: "shop-prod-catalog-cache",
    },
  },
  { provider, deleteBeforeReplace: false },
);

// The subnets it stands in.
export const subnetGroup = new aws.elasticache.SubnetGroup(
  "cache_catalog",
  {
    name: "shop-prod-catalog-cache",
    description: "Subnets of cache.catalog",
    subnetIds: [
      network.subnetData1.id,
      network.subnetData2.id,
      network.subnetData3.id,
    ],
  },
  { provider },
);

// The cache.
export const replicationGroup = new aws.elasticache.ReplicationGroup(
  "catalog",
  {
    replicationGroupId: "shop-prod-catalog",
    description: "cache.catalog of shop",
    engine: "valkey",
    engineVersion: "8.0",
    nodeType: "cache.t4g.micro",
    port: 6379,
    numCacheClusters: 2,
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    securityGroupIds: [securityGroup.id],
    atRestEncryptionEnabled: true,
    kmsKeyId: config.keyArn,
    transitEncryptionEnabled: true,
    transitEncryptionMode: "required",
    snapshotRetentionLimit: 7,
    finalSnapshotIdentifier: pulumi.interpolate`shop-prod-catalog-final-${replace(securityGroup.id, "sg-", "")}`,
    subnetGroupName: subnetGroup.name,
  },
  { provider, protect: true },
);

// Admits the caller (service.orders-api -> cache.catalog).
export const securityGroupIngressRuleServiceOrdersApiToCacheCatalog =
  new aws.vpc.SecurityGroupIngressRule(
    "service_orders_api_to_cache_catalog",
    {
      securityGroupId: securityGroup.id,
      description: "service.orders-api to cache.catalog",
      ipProtocol: "tcp",
      fromPort: 6379,
      toPort: 6379,
      referencedSecurityGroupId: laterOf(
        serviceOrdersApi,
        "securityGroup",
        "id",
      ),
    },
    { provider },
  );

// Lets the caller reach it (service.orders-api -> cache.catalog).
export const securityGroupEgressRuleServiceOrdersApiToCacheCatalog =
  new aws.vpc.SecurityGroupEgressRule(
    "service_orders_api_to_cache_catalog",
    {
      securityGroupId: laterOf(serviceOrdersApi, "securityGroup", "id"),
      description: "service.orders-api to cache.catalog",
      ipProtocol: "tcp",
      fromPort: 6379,
      toPort: 6379,
      referencedSecurityGroupId: securityGroup.id,
    },
    { provider },
  );

// Tells other apps.
export const parameterHost = new aws.ssm.Parameter(
  "cache_catalog_host",
  {
    name: "/klo/shop/prod/cache/catalog/host",
    description: "host of cache.catalog",
    type: "String",
    value: replicationGroup.primaryEndpointAddress,
  },
  { provider },
);

// Tells other apps.
export const parameterPort = new aws.ssm.Parameter(
  "cache_catalog_port",
  {
    name: "/klo/shop/prod/cache/catalog/port",
    description: "port of cache.catalog",
    type: "String",
    value: "6379",
  },
  { provider },
);
