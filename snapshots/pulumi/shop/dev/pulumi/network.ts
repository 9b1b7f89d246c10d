// The network and who may talk to whom in it, for cache.catalog,
// database.orders, job.nightly-report, service.orders-api.
//
// shop, environment dev. Written by klo from the annotated source: change that
// instead.

import * as aws from "@pulumi/aws";
import { provider } from "./providers";

// The app's network.
export const vpc = new aws.ec2.Vpc(
  "main",
  {
    cidrBlock: "10.0.0.0/16",
    enableDnsHostnames: true,
    enableDnsSupport: true,
    tags: {
      Name: "shop-dev",
    },
  },
  { provider },
);

// Takes every rule out of the VPC's default group, so that nothing works by
// accident.
export const defaultSecurityGroup = new aws.ec2.DefaultSecurityGroup(
  "main",
  {
    vpcId: vpc.id,
    tags: {
      Name: "shop-dev-default-unused",
    },
  },
  { provider },
);

// A way to the internet.
export const subnetPublic1 = new aws.ec2.Subnet(
  "public_1",
  {
    vpcId: vpc.id,
    availabilityZoneId: "euw1-az1",
    cidrBlock: "10.0.64.0/22",
    tags: {
      Name: "shop-dev-public-1",
    },
  },
  { provider },
);

// A way to the internet.
export const subnetPublic2 = new aws.ec2.Subnet(
  "public_2",
  {
    vpcId: vpc.id,
    availabilityZoneId: "euw1-az2",
    cidrBlock: "10.0.68.0/22",
    tags: {
      Name: "shop-dev-public-2",
    },
  },
  { provider },
);

// Where units run.
export const subnetPrivate1 = new aws.ec2.Subnet(
  "private_1",
  {
    vpcId: vpc.id,
    availabilityZoneId: "euw1-az1",
    cidrBlock: "10.0.0.0/20",
    tags: {
      Name: "shop-dev-private-1",
    },
  },
  { provider },
);

// Where units run.
export const subnetPrivate2 = new aws.ec2.Subnet(
  "private_2",
  {
    vpcId: vpc.id,
    availabilityZoneId: "euw1-az2",
    cidrBlock: "10.0.16.0/20",
    tags: {
      Name: "shop-dev-private-2",
    },
  },
  { provider },
);

// Where data stores stand, without a way out.
export const subnetData1 = new aws.ec2.Subnet(
  "data_1",
  {
    vpcId: vpc.id,
    availabilityZoneId: "euw1-az1",
    cidrBlock: "10.0.80.0/22",
    tags: {
      Name: "shop-dev-data-1",
    },
  },
  { provider },
);

// Where data stores stand, without a way out.
export const subnetData2 = new aws.ec2.Subnet(
  "data_2",
  {
    vpcId: vpc.id,
    availabilityZoneId: "euw1-az2",
    cidrBlock: "10.0.84.0/22",
    tags: {
      Name: "shop-dev-data-2",
    },
  },
  { provider },
);

// The network's door to the internet.
export const internetGateway = new aws.ec2.InternetGateway(
  "main",
  {
    vpcId: vpc.id,
    tags: {
      Name: "shop-dev",
    },
  },
  { provider },
);

// Where packets go.
export const routeTablePublic = new aws.ec2.RouteTable(
  "public",
  {
    vpcId: vpc.id,
    tags: {
      Name: "shop-dev-public",
    },
  },
  { provider },
);

// The way to the internet.
export const routePublicInternet = new aws.ec2.Route(
  "public_internet",
  {
    routeTableId: routeTablePublic.id,
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: internetGateway.id,
  },
  { provider },
);

// Which routes a subnet has.
export const routeTableAssociationPublic1 = new aws.ec2.RouteTableAssociation(
  "public_1",
  {
    subnetId: subnetPublic1.id,
    routeTableId: routeTablePublic.id,
  },
  { provider },
);

// Which routes a subnet has.
export const routeTableAssociationPublic2 = new aws.ec2.RouteTableAssociation(
  "public_2",
  {
    subnetId: subnetPublic2.id,
    routeTableId: routeTablePublic.id,
  },
  { provider },
);

// Where packets go.
export const routeTableData = new aws.ec2.RouteTable(
  "data",
  {
    vpcId: vpc.id,
    tags: {
      Name: "shop-dev-data",
    },
  },
  { provider },
);

// Which routes a subnet has.
export const routeTableAssociationData1 = new aws.ec2.RouteTableAssociation(
  "data_1",
  {
    subnetId: subnetData1.id,
    routeTableId: routeTableData.id,
  },
  { provider },
);

// Which routes a subnet has.
export const routeTableAssociationData2 = new aws.ec2.RouteTableAssociation(
  "data_2",
  {
    subnetId: subnetData2.id,
    routeTableId: routeTableData.id,
  },
  { provider },
);

// The address that units have on the internet.
export const eipNat1 = new aws.ec2.Eip(
  "nat_1",
  {
    domain: "vpc",
    tags: {
      Name: "shop-dev-nat-1",
    },
  },
  { provider },
);

// Units' way out.
export const natGatewayMain1 = new aws.ec2.NatGateway(
  "main_1",
  {
    allocationId: eipNat1.id,
    subnetId: subnetPublic1.id,
    tags: {
      Name: "shop-dev-nat-1",
    },
  },
  { provider, dependsOn: [internetGateway] },
);

// Where packets go.
export const routeTablePrivate = new aws.ec2.RouteTable(
  "private",
  {
    vpcId: vpc.id,
    tags: {
      Name: "shop-dev-private",
    },
  },
  { provider },
);

// The way to the internet.
export const routePrivateInternet = new aws.ec2.Route(
  "private_internet",
  {
    routeTableId: routeTablePrivate.id,
    destinationCidrBlock: "0.0.0.0/0",
    natGatewayId: natGatewayMain1.id,
  },
  { provider },
);

// Which routes a subnet has.
export const routeTableAssociationPrivate1 = new aws.ec2.RouteTableAssociation(
  "private_1",
  {
    subnetId: subnetPrivate1.id,
    routeTableId: routeTablePrivate.id,
  },
  { provider },
);

// Which routes a subnet has.
export const routeTableAssociationPrivate2 = new aws.ec2.RouteTableAssociation(
  "private_2",
  {
    subnetId: subnetPrivate2.id,
    routeTableId: routeTablePrivate.id,
  },
  { provider },
);

// S3 without the internet.
export const vpcEndpointS3 = new aws.ec2.VpcEndpoint(
  "s3",
  {
    vpcId: vpc.id,
    serviceName: "com.amazonaws.eu-west-1.s3",
    vpcEndpointType: "Gateway",
    routeTableIds: [routeTablePrivate.id],
    tags: {
      Name: "shop-dev-s3",
    },
  },
  { provider },
);
