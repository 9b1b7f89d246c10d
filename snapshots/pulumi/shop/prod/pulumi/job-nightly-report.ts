// The job nightly-report (job.nightly-report), stated in
// examples/shop/jobs/nightly_report.py at main.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import * as config from "./config";
import { entry } from "./functions";
import { provider } from "./providers";
import * as network from "./network";
import * as bucketReceipts from "./bucket-receipts";
import * as databaseOrders from "./database-orders";

// What the unit may reach, and what may reach it.
export const securityGroup = new aws.ec2.SecurityGroup(
  "job_nightly_report",
  {
    name: "shop-prod-nightly-report",
    description: "job.nightly-report",
    vpcId: network.vpc.id,
    tags: {
      Name: "shop-prod-nightly-report",
    },
  },
  { provider },
);

// HTTPS to AWS APIs and the internet.
export const securityGroupEgressRuleHttps = new aws.vpc.SecurityGroupEgressRule(
  "job_nightly_report_https",
  {
    securityGroupId: securityGroup.id,
    description: "HTTPS to AWS APIs and the internet",
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
    cidrIpv4: "0.0.0.0/0",
  },
  { provider },
);

// What the unit writes to its output.
export const logGroup = new aws.cloudwatch.LogGroup(
  "job_nightly_report",
  {
    name: "/klo/shop/prod/nightly-report",
    retentionInDays: 365,
    kmsKeyId: config.keyArn,
  },
  { provider },
);

// What the unit's code may do.
export const role = new aws.iam.Role(
  "job_nightly_report",
  {
    name: "shop-prod-nightly-report",
    description: "job.nightly-report: what the unit's code may do",
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: {
            Service: "ecs-tasks.amazonaws.com",
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

// Starts the container: image, logs, secrets.
export const roleExecution = new aws.iam.Role(
  "job_nightly_report_execution",
  {
    name: "shop-prod-nightly-report-execution",
    description:
      "job.nightly-report: starts the container: image, logs, secrets",
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: {
            Service: "ecs-tasks.amazonaws.com",
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

// Starts the container: image, logs, secrets.
export const rolePolicyExecution = new aws.iam.RolePolicy(
  "job_nightly_report_execution",
  {
    name: "execution",
    role: roleExecution.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "LogInToRegistry",
          Effect: "Allow",
          Action: ["ecr:GetAuthorizationToken"],
          // The registry's token belongs to the account, not to a repository.
          Resource: "*",
        },
        {
          Sid: "PullImage",
          Effect: "Allow",
          Action: [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
          ],
          Resource:
            "arn:aws:ecr:eu-west-1:123456789012:repository/shop-prod-nightly-report",
        },
        {
          Sid: "WriteLogs",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: pulumi.interpolate`${logGroup.arn}:*`,
        },
        {
          Sid: "ReadSecrets",
          Effect: "Allow",
          Action: ["secretsmanager:GetSecretValue"],
          Resource: databaseOrders.secretUrls.arn,
        },
        {
          Sid: "DecryptSecrets",
          Effect: "Allow",
          Action: ["kms:Decrypt"],
          Resource: config.keyArn,
          Condition: {
            StringEquals: {
              "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com",
            },
          },
        },
      ],
    }),
  },
  { provider },
);

// Write and nothing else (job.nightly-report -> bucket.receipts).
export const rolePolicyToBucketReceipts = new aws.iam.RolePolicy(
  "job_nightly_report_to_bucket_receipts",
  {
    name: "bucket-receipts",
    role: role.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "BucketReceipts",
          Effect: "Allow",
          Action: ["s3:PutObject"],
          Resource: pulumi.interpolate`${bucketReceipts.bucket.arn}/*`,
        },
        {
          Sid: "BucketReceiptsKey",
          Effect: "Allow",
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: config.keyArn,
          Condition: {
            StringEquals: {
              "kms:ViaService": "s3.eu-west-1.amazonaws.com",
            },
          },
        },
      ],
    }),
  },
  { provider },
);

// What one run of the unit is.
export const jobDefinition = new aws.batch.JobDefinition(
  "job_nightly_report",
  {
    name: "shop-prod-nightly-report",
    type: "container",
    platformCapabilities: ["FARGATE"],
    propagateTags: true,
    containerProperties: pulumi.jsonStringify({
      image: pulumi.interpolate`${entry(config.repositories, "job-nightly-report")}@${entry(config.images, "job-nightly-report")}`,
      jobRoleArn: role.arn,
      executionRoleArn: roleExecution.arn,
      resourceRequirements: [
        {
          type: "VCPU",
          value: "1",
        },
        {
          type: "MEMORY",
          value: "2048",
        },
      ],
      networkConfiguration: {
        assignPublicIp: "DISABLED",
      },
      fargatePlatformConfiguration: {
        platformVersion: "LATEST",
      },
      runtimePlatform: {
        operatingSystemFamily: "LINUX",
        cpuArchitecture: "X86_64",
      },
      environment: [
        {
          name: "RECEIPTS_BUCKET",
          value: bucketReceipts.bucket.id,
        },
        {
          name: "RECEIPT_QUEUE_URL",
          value: "https://unused.invalid/unused",
        },
      ],
      secrets: [
        {
          name: "DATABASE_URL",
          valueFrom: pulumi.interpolate`${databaseOrders.secretUrls.arn}:job_nightly_report_DATABASE_URL::${databaseOrders.secretVersionUrls.versionId}`,
        },
      ],
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": logGroup.name,
          "awslogs-region": "eu-west-1",
          "awslogs-stream-prefix": "app",
        },
      },
    }),
    retryStrategy: {
      attempts: 3,
    },
    timeout: {
      attemptDurationSeconds: 900,
    },
  },
  {
    provider,
    dependsOn: [
      rolePolicyExecution,
      rolePolicyToBucketReceipts,
      network.routePrivate1Internet,
      network.routePrivate2Internet,
      network.routePrivate3Internet,
      network.vpcEndpointS3,
      securityGroupEgressRuleHttps,
      databaseOrders.securityGroupIngressRuleJobNightlyReportToDatabaseOrders,
      databaseOrders.securityGroupEgressRuleJobNightlyReportToDatabaseOrders,
      databaseOrders.instance,
      databaseOrders.secretVersionUrls,
    ],
  },
);

// How much may run at once, and where.
export const computeEnvironment = new aws.batch.ComputeEnvironment(
  "job_nightly_report",
  {
    type: "MANAGED",
    state: "ENABLED",
    computeResources: {
      type: "FARGATE",
      maxVcpus: 1,
      subnets: [
        network.subnetPrivate1.id,
        network.subnetPrivate2.id,
        network.subnetPrivate3.id,
      ],
      securityGroupIds: [securityGroup.id],
    },
  },
  { provider, deleteBeforeReplace: false },
);

// Where runs of the unit wait for their turn.
export const jobQueue = new aws.batch.JobQueue(
  "job_nightly_report",
  {
    name: "shop-prod-nightly-report",
    state: "ENABLED",
    priority: 1,
    computeEnvironmentOrders: [
      {
        order: 1,
        computeEnvironment: computeEnvironment.arn,
      },
    ],
  },
  { provider },
);

// Starts that could not be made.
export const queueScheduleDead = new aws.sqs.Queue(
  "job_nightly_report_schedule_dead",
  {
    name: "shop-prod-nightly-report-schedule-dead",
    messageRetentionSeconds: 1209600,
    kmsMasterKeyId: config.keyArn,
  },
  { provider },
);

// Starts the job by the clock.
export const roleSchedule = new aws.iam.Role(
  "job_nightly_report_schedule",
  {
    name: "shop-prod-nightly-report-schedule",
    description: "job.nightly-report: starts the job by the clock",
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: {
            Service: "scheduler.amazonaws.com",
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

// Starts the job by the clock.
export const rolePolicySchedule = new aws.iam.RolePolicy(
  "job_nightly_report_schedule",
  {
    name: "schedule",
    role: roleSchedule.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "StartJob",
          Effect: "Allow",
          Action: ["batch:SubmitJob"],
          Resource: [
            jobDefinition.arnPrefix,
            pulumi.interpolate`${jobDefinition.arnPrefix}:*`,
            jobQueue.arn,
            "arn:aws:batch:eu-west-1:123456789012:job/*",
          ],
        },
        {
          Sid: "KeepFailures",
          Effect: "Allow",
          Action: ["sqs:SendMessage"],
          Resource: queueScheduleDead.arn,
        },
        {
          Sid: "UseKey",
          Effect: "Allow",
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: config.keyArn,
          Condition: {
            StringEquals: {
              "kms:ViaService": [
                "scheduler.eu-west-1.amazonaws.com",
                "sqs.eu-west-1.amazonaws.com",
              ],
            },
          },
        },
      ],
    }),
  },
  { provider },
);

// Starts the job by the clock.
export const schedule = new aws.scheduler.Schedule(
  "job_nightly_report",
  {
    name: "shop-prod-nightly-report",
    description: "Starts job.nightly-report",
    scheduleExpression: "cron(30 2 * * ? *)",
    scheduleExpressionTimezone: "UTC",
    kmsKeyArn: config.keyArn,
    flexibleTimeWindow: {
      mode: "OFF",
    },
    target: {
      arn: "arn:aws:scheduler:::aws-sdk:batch:submitJob",
      roleArn: roleSchedule.arn,
      input: pulumi.jsonStringify({
        JobName: "shop-prod-nightly-report",
        JobDefinition: jobDefinition.arn,
        JobQueue: jobQueue.arn,
      }),
      deadLetterConfig: {
        arn: queueScheduleDead.arn,
      },
    },
  },
  { provider },
);
