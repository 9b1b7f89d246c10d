// The service minimal (service.minimal), stated in examples/minimal/app.py at
// app.
//
// minimal, environment dev. Written by klo from the annotated source: change
// that instead.

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import * as config from "./config";
import { entry } from "./functions";
import { provider } from "./providers";
import * as network from "./network";
import * as cluster from "./cluster";

// What the unit may reach, and what may reach it.
export const securityGroup = new aws.ec2.SecurityGroup(
  "service_minimal",
  {
    name: "minimal-dev-minimal",
    description: "service.minimal",
    vpcId: network.vpc.id,
    tags: {
      Name: "minimal-dev-minimal",
    },
  },
  { provider },
);

// HTTPS to AWS APIs and the internet.
export const securityGroupEgressRuleHttps = new aws.vpc.SecurityGroupEgressRule(
  "service_minimal_https",
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
  "service_minimal",
  {
    name: "/klo/minimal/dev/minimal",
    retentionInDays: 30,
  },
  { provider },
);

// What the unit's code may do.
export const role = new aws.iam.Role(
  "service_minimal",
  {
    name: "minimal-dev-minimal",
    description: "service.minimal: what the unit's code may do",
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: {
            Service: "ecs-tasks.amazonaws.com",
          },
          Action: "sts:AssumeRole",
        },
      ],
    }),
  },
  { provider },
);

// Starts the container: image, logs, secrets.
export const roleExecution = new aws.iam.Role(
  "service_minimal_execution",
  {
    name: "minimal-dev-minimal-execution",
    description: "service.minimal: starts the container: image, logs, secrets",
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: {
            Service: "ecs-tasks.amazonaws.com",
          },
          Action: "sts:AssumeRole",
        },
      ],
    }),
  },
  { provider },
);

// Starts the container: image, logs, secrets.
export const rolePolicyExecution = new aws.iam.RolePolicy(
  "service_minimal_execution",
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
          Resource: "arn:aws:ecr:us-east-1:*:repository/minimal-dev-minimal",
        },
        {
          Sid: "WriteLogs",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: pulumi.interpolate`${logGroup.arn}:*`,
        },
      ],
    }),
  },
  { provider },
);

// What one task of the unit is.
export const taskDefinition = new aws.ecs.TaskDefinition(
  "service_minimal",
  {
    family: "minimal-dev-minimal",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "512",
    memory: "1024",
    executionRoleArn: roleExecution.arn,
    taskRoleArn: role.arn,
    containerDefinitions: pulumi.jsonStringify([
      {
        name: "app",
        image: pulumi.interpolate`${entry(config.repositories, "service-minimal")}@${entry(config.images, "service-minimal")}`,
        essential: true,
        readonlyRootFilesystem: true,
        linuxParameters: {
          initProcessEnabled: true,
        },
        mountPoints: [
          {
            sourceVolume: "tmp",
            containerPath: "/tmp",
            readOnly: false,
          },
        ],
        portMappings: [
          {
            containerPort: 8080,
            hostPort: 8080,
            protocol: "tcp",
          },
        ],
        healthCheck: {
          command: [
            "CMD",
            "python",
            "-c",
            'import http.client as c, sys, urllib.parse as p; u = p.urlsplit("http://127.0.0.1:8080/"); k = c.HTTPConnection(u.netloc, timeout=4); k.request("GET", u.path); sys.exit(k.getresponse().status >= 500)',
          ],
          interval: 15,
          timeout: 5,
          retries: 3,
          startPeriod: 60,
        },
        environment: [
          {
            name: "PORT",
            value: "8080",
          },
        ],
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": logGroup.name,
            "awslogs-region": "us-east-1",
            "awslogs-stream-prefix": "app",
          },
        },
      },
    ]),
    runtimePlatform: {
      operatingSystemFamily: "LINUX",
      cpuArchitecture: "X86_64",
    },
    volumes: [
      {
        name: "tmp",
      },
    ],
  },
  { provider },
);

// Keeps the unit's tasks running.
export const service = new aws.ecs.Service(
  "service_minimal",
  {
    name: "minimal-dev-minimal",
    cluster: cluster.ecsClusterMain.arn,
    taskDefinition: taskDefinition.arn,
    desiredCount: 1,
    launchType: "FARGATE",
    availabilityZoneRebalancing: "ENABLED",
    enableEcsManagedTags: true,
    propagateTags: "SERVICE",
    networkConfiguration: {
      subnets: [network.subnetPrivate1.id, network.subnetPrivate2.id],
      securityGroups: [securityGroup.id],
      assignPublicIp: false,
    },
    deploymentCircuitBreaker: {
      enable: true,
      rollback: true,
    },
  },
  {
    provider,
    ignoreChanges: ["desiredCount"],
    dependsOn: [
      rolePolicyExecution,
      network.routePrivateInternet,
      network.vpcEndpointS3,
      securityGroupEgressRuleHttps,
    ],
  },
);

// How few and how many tasks there may be.
export const target = new aws.appautoscaling.Target(
  "service_minimal",
  {
    serviceNamespace: "ecs",
    resourceId: pulumi.interpolate`service/${cluster.ecsClusterMain.name}/${service.name}`,
    scalableDimension: "ecs:service:DesiredCount",
    minCapacity: 1,
    maxCapacity: 2,
  },
  { provider },
);

// As many tasks as keep the CPU at its target.
export const policyCpu = new aws.appautoscaling.Policy(
  "service_minimal_cpu",
  {
    name: "cpu",
    policyType: "TargetTrackingScaling",
    serviceNamespace: target.serviceNamespace,
    resourceId: target.resourceId,
    scalableDimension: target.scalableDimension,
    targetTrackingScalingPolicyConfiguration: {
      targetValue: 60,
      scaleInCooldown: 300,
      scaleOutCooldown: 60,
      predefinedMetricSpecification: {
        predefinedMetricType: "ECSServiceAverageCPUUtilization",
      },
    },
  },
  { provider },
);
