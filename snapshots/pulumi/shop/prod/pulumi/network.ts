// The network and who may talk to whom in it, for cache.catalog,
// database.orders, job.nightly-report, service.orders-api.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import * as config from "./config";
import { provider } from "./providers";

// The app's network.
export const vpc = new aws.ec2.Vpc(
  "main",
  {
    cidrBlock: "10.0.0.0/16",
    enableDnsHostnames: true,
    enableDnsSupport: true,
    tags: {
      Name: "shop-prod",
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
      Name: "shop-prod-default-unused",
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
      Name: "shop-prod-public-1",
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
      Name: "shop-prod-public-2",
    },
  },
  { provider },
);

// A way to the internet.
export const subnetPublic3 = new aws.ec2.Subnet(
  "public_3",
  {
    vpcId: vpc.id,
    availabilityZoneId: "euw1-az3",
    cidrBlock: "10.0.72.0/22",
    tags: {
      Name: "shop-prod-public-3",
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
      Name: "shop-prod-private-1",
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
      Name: "shop-prod-private-2",
    },
  },
  { provider },
);

// Where units run.
export const subnetPrivate3 = new aws.ec2.Subnet(
  "private_3",
  {
    vpcId: vpc.id,
    availabilityZoneId: "euw1-az3",
    cidrBlock: "10.0.32.0/20",
    tags: {
      Name: "shop-prod-private-3",
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
      Name: "shop-prod-data-1",
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
      Name: "shop-prod-data-2",
    },
  },
  { provider },
);

// Where data stores stand, without a way out.
export const subnetData3 = new aws.ec2.Subnet(
  "data_3",
  {
    vpcId: vpc.id,
    availabilityZoneId: "euw1-az3",
    cidrBlock: "10.0.88.0/22",
    tags: {
      Name: "shop-prod-data-3",
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
      Name: "shop-prod",
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
      Name: "shop-prod-public",
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

// Which routes a subnet has.
export const routeTableAssociationPublic3 = new aws.ec2.RouteTableAssociation(
  "public_3",
  {
    subnetId: subnetPublic3.id,
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
      Name: "shop-prod-data",
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

// Which routes a subnet has.
export const routeTableAssociationData3 = new aws.ec2.RouteTableAssociation(
  "data_3",
  {
    subnetId: subnetData3.id,
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
      Name: "shop-prod-nat-1",
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
      Name: "shop-prod-nat-1",
    },
  },
  { provider, dependsOn: [internetGateway] },
);

// The address that units have on the internet.
export const eipNat2 = new aws.ec2.Eip(
  "nat_2",
  {
    domain: "vpc",
    tags: {
      Name: "shop-prod-nat-2",
    },
  },
  { provider },
);

// Units' way out.
export const natGatewayMain2 = new aws.ec2.NatGateway(
  "main_2",
  {
    allocationId: eipNat2.id,
    subnetId: subnetPublic2.id,
    tags: {
      Name: "shop-prod-nat-2",
    },
  },
  { provider, dependsOn: [internetGateway] },
);

// The address that units have on the internet.
export const eipNat3 = new aws.ec2.Eip(
  "nat_3",
  {
    domain: "vpc",
    tags: {
      Name: "shop-prod-nat-3",
    },
  },
  { provider },
);

// Units' way out.
export const natGatewayMain3 = new aws.ec2.NatGateway(
  "main_3",
  {
    allocationId: eipNat3.id,
    subnetId: subnetPublic3.id,
    tags: {
      Name: "shop-prod-nat-3",
    },
  },
  { provider, dependsOn: [internetGateway] },
);

// Where packets go.
export const routeTablePrivate1 = new aws.ec2.RouteTable(
  "private_1",
  {
    vpcId: vpc.id,
    tags: {
      Name: "shop-prod-private-1",
    },
  },
  { provider },
);

// The way to the internet.
export const routePrivate1Internet = new aws.ec2.Route(
  "private_1_internet",
  {
    routeTableId: routeTablePrivate1.id,
    destinationCidrBlock: "0.0.0.0/0",
    natGatewayId: natGatewayMain1.id,
  },
  { provider },
);

// Where packets go.
export const routeTablePrivate2 = new aws.ec2.RouteTable(
  "private_2",
  {
    vpcId: vpc.id,
    tags: {
      Name: "shop-prod-private-2",
    },
  },
  { provider },
);

// The way to the internet.
export const routePrivate2Internet = new aws.ec2.Route(
  "private_2_internet",
  {
    routeTableId: routeTablePrivate2.id,
    destinationCidrBlock: "0.0.0.0/0",
    natGatewayId: natGatewayMain2.id,
  },
  { provider },
);

// Where packets go.
export const routeTablePrivate3 = new aws.ec2.RouteTable(
  "private_3",
  {
    vpcId: vpc.id,
    tags: {
      Name: "shop-prod-private-3",
    },
  },
  { provider },
);

// The way to the internet.
export const routePrivate3Internet = new aws.ec2.Route(
  "private_3_internet",
  {
    routeTableId: routeTablePrivate3.id,
    destinationCidrBlock: "0.0.0.0/0",
    natGatewayId: natGatewayMain3.id,
  },
  { provider },
);

// Which routes a subnet has.
export const routeTableAssociationPrivate1 = new aws.ec2.RouteTableAssociation(
  "private_1",
  {
    subnetId: subnetPrivate1.id,
    routeTableId: routeTablePrivate1.id,
  },
  { provider },
);

// Which routes a subnet has.
export const routeTableAssociationPrivate2 = new aws.ec2.RouteTableAssociation(
  "private_2",
  {
    subnetId: subnetPrivate2.id,
    routeTableId: routeTablePrivate2.id,
  },
  { provider },
);

// Which routes a subnet has.
export const routeTableAssociationPrivate3 = new aws.ec2.RouteTableAssociation(
  "private_3",
  {
    subnetId: subnetPrivate3.id,
    routeTableId: routeTablePrivate3.id,
  },
  { provider },
);

// Records of the network's traffic.
export const logGroupFlowLogs = new aws.cloudwatch.LogGroup(
  "flow_logs",
  {
    name: "/klo/shop/prod/flow-logs",
    retentionInDays: 365,
    kmsKeyId: config.keyArn,
  },
  { provider },
);

// Lets the VPC write its records.
export const roleFlowLogs = new aws.iam.Role(
  "flow_logs",
  {
    name: "shop-prod-flow-logs",
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: {
            Service: "vpc-flow-logs.amazonaws.com",
          },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: {
              "aws:SourceAccount": "123456789012",
            },
          },
        },
      ],
    }),
  },
  { provider },
);

// Lets the VPC write its records.
export const rolePolicyFlowLogs = new aws.iam.RolePolicy(
  "flow_logs",
  {
    name: "write",
    role: roleFlowLogs.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "WriteRecords",
          Effect: "Allow",
          Action: [
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
          ],
          Resource: pulumi.interpolate`${logGroupFlowLogs.arn}:*`,
        },
      ],
    }),
  },
  { provider },
);

// Records of the network's traffic.
export const flowLog = new aws.ec2.FlowLog(
  "main",
  {
    vpcId: vpc.id,
    trafficType: "ALL",
    logDestination: logGroupFlowLogs.arn,
    iamRoleArn: roleFlowLogs.arn,
    tags: {
      Name: "shop-prod",
    },
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
    routeTableIds: [
      routeTablePrivate1.id,
      routeTablePrivate2.id,
      routeTablePrivate3.id,
    ],
    tags: {
      Name: "shop-prod-s3",
    },
  },
  { provider },
);
