// The cache catalog (cache.catalog), stated in
// examples/shop/services/orders/cache.py at client.
//
// shop, environment dev. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";
import { laterOf } from "./functions";
import { provider } from "./providers";
import * as network from "./network";

// These files need this one too, so they are loaded after it.
const serviceOrdersApi = import("./service-orders-api");

// Admits exactly what has an edge.
export const securityGroup = new aws.ec2.SecurityGroup(
  "cache_catalog",
  {
    name: "shop-dev-catalog-cache",
    description: "Guards cache.catalog",
    vpcId: network.vpc.id,
    tags: {
      Name: "shop-dev-catalog-cache",
    },
  },
  { provider, deleteBeforeReplace: false },
);

// The subnets it stands in.
export const subnetGroup = new aws.elasticache.SubnetGroup(
  "cache_catalog",
  {
    name: "shop-dev-catalog-cache",
    description: "Subnets of cache.catalog",
    subnetIds: [network.subnetData1.id, network.subnetData2.id],
  },
  { provider },
);

// The cache.
export const replicationGroup = new aws.elasticache.ReplicationGroup(
  "catalog",
  {
    replicationGroupId: "shop-dev-catalog",
    description: "cache.catalog of shop",
    engine: "valkey",
    engineVersion: "8.0",
    nodeType: "cache.t4g.micro",
    port: 6379,
    numCacheClusters: 1,
    automaticFailoverEnabled: false,
    multiAzEnabled: false,
    securityGroupIds: [securityGroup.id],
    atRestEncryptionEnabled: true,
    transitEncryptionEnabled: true,
    transitEncryptionMode: "required",
    snapshotRetentionLimit: 0,
    applyImmediately: true,
    subnetGroupName: subnetGroup.name,
  },
  { provider },
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
    name: "/klo/shop/dev/cache/catalog/host",
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
    name: "/klo/shop/dev/cache/catalog/port",
    description: "port of cache.catalog",
    type: "String",
    value: "6379",
  },
  { provider },
);
