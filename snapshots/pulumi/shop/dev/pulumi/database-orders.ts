// The database orders (database.orders), stated in
// examples/shop/shared/database.py at engine.
//
// shop, environment dev. Written by klo from the annotated source: change that
// instead.

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import * as random from "@pulumi/random";
import * as config from "./config";
import {
  entry,
  jsonDecode,
  laterOf,
  parseInteger,
  sha256,
  substring,
  urlEncode,
} from "./functions";
import { provider } from "./providers";
import * as network from "./network";

// These files need this one too, so they are loaded after it.
const jobNightlyReport = import("./job-nightly-report");
const serviceOrdersApi = import("./service-orders-api");

// Holds the user and password.
export const secret = new aws.secretsmanager.Secret(
  "database_orders",
  {
    name: "shop-dev-orders-database-credentials",
    description: "user and password of database.orders",
    recoveryWindowInDays: 0,
  },
  { provider },
);

// A new password, which the state keeps encrypted.
export const password = new random.RandomPassword("database_orders", {
  length: 40,
  special: false,
  keepers: {
    version: pulumi.interpolate`${config.ordersPasswordVersion}`,
  },
});

// Writes the password once.
export const secretVersion = new aws.secretsmanager.SecretVersion(
  "database_orders",
  {
    secretId: secret.id,
    secretStringWo: pulumi.jsonStringify({
      username: "klo",
      password: password.result,
    }),
    secretStringWoVersion: config.ordersPasswordVersion,
  },
  { provider },
);

// Reads the secret back, for what is made of it.
export const read = pulumi.secret(
  aws.secretsmanager.getSecretVersionOutput(
    {
      secretId: secret.id,
      versionId: secretVersion.versionId,
    },
    { provider },
  ),
);

export const ordersCredentials = jsonDecode(read.secretString);

// A number that changes with the password, so that whatever holds it follows.
export const ordersRevision = parseInteger(
  substring(sha256(secretVersion.versionId), 0, 7),
  16,
);

// The subnets it stands in.
export const subnetGroup = new aws.rds.SubnetGroup(
  "database_orders",
  {
    name: "shop-dev-orders-database",
    description: "Subnets of database.orders",
    subnetIds: [network.subnetData1.id, network.subnetData2.id],
  },
  { provider },
);

// Refuses connections without TLS.
export const parameterGroup = new aws.rds.ParameterGroup(
  "database_orders",
  {
    name: "shop-dev-orders-postgres17",
    description: "Settings of database.orders",
    family: "postgres17",
    parameters: [
      {
        name: "rds.force_ssl",
        value: "1",
      },
      {
        name: "log_min_duration_statement",
        value: "1000",
      },
    ],
  },
  { provider, deleteBeforeReplace: false },
);

// Admits exactly what has an edge.
export const securityGroup = new aws.ec2.SecurityGroup(
  "database_orders",
  {
    name: "shop-dev-orders-database",
    description: "Guards database.orders",
    vpcId: network.vpc.id,
    tags: {
      Name: "shop-dev-orders-database",
    },
  },
  { provider, deleteBeforeReplace: false },
);

// Takes its postgresql log; RDS would make one that keeps everything.
export const logGroupPostgresql = new aws.cloudwatch.LogGroup(
  "database_orders_postgresql",
  {
    name: "/aws/rds/instance/shop-dev-orders/postgresql",
    retentionInDays: 30,
  },
  { provider },
);

// Takes its upgrade log; RDS would make one that keeps everything.
export const logGroupUpgrade = new aws.cloudwatch.LogGroup(
  "database_orders_upgrade",
  {
    name: "/aws/rds/instance/shop-dev-orders/upgrade",
    retentionInDays: 30,
  },
  { provider },
);

// The database.
export const instance = new aws.rds.Instance(
  "orders",
  {
    identifier: "shop-dev-orders",
    engine: "postgres",
    engineVersion: "17",
    autoMinorVersionUpgrade: true,
    instanceClass: "db.t4g.small",
    allocatedStorage: 20,
    storageType: "gp3",
    storageEncrypted: true,
    dbName: "orders",
    username: "klo",
    dbSubnetGroupName: subnetGroup.name,
    passwordWo: entry(ordersCredentials, "password"),
    passwordWoVersion: ordersRevision,
    parameterGroupName: parameterGroup.name,
    vpcSecurityGroupIds: [securityGroup.id],
    publiclyAccessible: false,
    multiAz: false,
    backupRetentionPeriod: 7,
    copyTagsToSnapshot: true,
    deleteAutomatedBackups: true,
    deletionProtection: false,
    skipFinalSnapshot: true,
    enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
    applyImmediately: true,
  },
  { provider, dependsOn: [logGroupPostgresql, logGroupUpgrade] },
);

// The URLs without what is secret: what changes here writes the secret anew.
export const ordersUrls = {
  job_nightly_report_DATABASE_URL: pulumi.interpolate`postgresql+psycopg://klo@${instance.address}:5432/orders?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem`,
  service_orders_api_DATABASE_URL: pulumi.interpolate`postgresql+psycopg://klo@${instance.address}:5432/orders?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem`,
};

// Admits the caller (job.nightly-report -> database.orders).
export const securityGroupIngressRuleJobNightlyReportToDatabaseOrders =
  new aws.vpc.SecurityGroupIngressRule(
    "job_nightly_report_to_database_orders",
    {
      securityGroupId: securityGroup.id,
      description: "job.nightly-report to database.orders",
      ipProtocol: "tcp",
      fromPort: 5432,
      toPort: 5432,
      referencedSecurityGroupId: laterOf(
        jobNightlyReport,
        "securityGroup",
        "id",
      ),
    },
    { provider },
  );

// Lets the caller reach it (job.nightly-report -> database.orders).
export const securityGroupEgressRuleJobNightlyReportToDatabaseOrders =
  new aws.vpc.SecurityGroupEgressRule(
    "job_nightly_report_to_database_orders",
    {
      securityGroupId: laterOf(jobNightlyReport, "securityGroup", "id"),
      description: "job.nightly-report to database.orders",
      ipProtocol: "tcp",
      fromPort: 5432,
      toPort: 5432,
      referencedSecurityGroupId: securityGroup.id,
    },
    { provider },
  );

// Admits the caller (service.orders-api -> database.orders).
export const securityGroupIngressRuleServiceOrdersApiToDatabaseOrders =
  new aws.vpc.SecurityGroupIngressRule(
    "service_orders_api_to_database_orders",
    {
      securityGroupId: securityGroup.id,
      description: "service.orders-api to database.orders",
      ipProtocol: "tcp",
      fromPort: 5432,
      toPort: 5432,
      referencedSecurityGroupId: laterOf(
        serviceOrdersApi,
        "securityGroup",
        "id",
      ),
    },
    { provider },
  );

// Lets the caller reach it (service.orders-api -> database.orders).
export const securityGroupEgressRuleServiceOrdersApiToDatabaseOrders =
  new aws.vpc.SecurityGroupEgressRule(
    "service_orders_api_to_database_orders",
    {
      securityGroupId: laterOf(serviceOrdersApi, "securityGroup", "id"),
      description: "service.orders-api to database.orders",
      ipProtocol: "tcp",
      fromPort: 5432,
      toPort: 5432,
      referencedSecurityGroupId: securityGroup.id,
    },
    { provider },
  );

// Holds the connection URLs.
export const secretUrls = new aws.secretsmanager.Secret(
  "database_orders_urls",
  {
    name: "shop-dev-orders-database-urls",
    description: "connection URLs of database.orders",
    recoveryWindowInDays: 0,
  },
  { provider },
);

// Writes the finished URLs.
export const secretVersionUrls = new aws.secretsmanager.SecretVersion(
  "database_orders_urls",
  {
    secretId: secretUrls.id,
    secretStringWo: pulumi.jsonStringify({
      job_nightly_report_DATABASE_URL: pulumi.interpolate`postgresql+psycopg://klo:${urlEncode(entry(ordersCredentials, "password"))}@${instance.address}:5432/orders?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem`,
      service_orders_api_DATABASE_URL: pulumi.interpolate`postgresql+psycopg://klo:${urlEncode(entry(ordersCredentials, "password"))}@${instance.address}:5432/orders?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem`,
    }),
    secretStringWoVersion: parseInteger(
      substring(
        sha256(pulumi.jsonStringify([ordersRevision, ordersUrls])),
        0,
        7,
      ),
      16,
    ),
  },
  { provider },
);

// Tells other apps.
export const parameterHost = new aws.ssm.Parameter(
  "database_orders_host",
  {
    name: "/klo/shop/dev/database/orders/host",
    description: "host of database.orders",
    type: "String",
    value: instance.address,
  },
  { provider },
);

// Tells other apps.
export const parameterPort = new aws.ssm.Parameter(
  "database_orders_port",
  {
    name: "/klo/shop/dev/database/orders/port",
    description: "port of database.orders",
    type: "String",
    value: "5432",
  },
  { provider },
);

// Tells other apps.
export const parameterDatabase = new aws.ssm.Parameter(
  "database_orders_database",
  {
    name: "/klo/shop/dev/database/orders/database",
    description: "database of database.orders",
    type: "String",
    value: "orders",
  },
  { provider },
);
