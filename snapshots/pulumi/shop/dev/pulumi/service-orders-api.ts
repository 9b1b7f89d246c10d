// The service orders-api (service.orders-api), stated in
// examples/shop/services/orders/main.py at app.
//
// shop, environment dev. Written by klo from the annotated source: change that
// instead.

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import * as config from "./config";
import { entry, replace } from "./functions";
import { provider } from "./providers";
import * as network from "./network";
import * as cluster from "./cluster";
import * as ingress from "./ingress";
import * as queueReceiptRequests from "./queue-receipt-requests";
import * as bucketReceipts from "./bucket-receipts";
import * as cacheCatalog from "./cache-catalog";
import * as databaseOrders from "./database-orders";

// What the unit may reach, and what may reach it.
export const securityGroup = new aws.ec2.SecurityGroup(
  "service_orders_api",
  {
    name: "shop-dev-orders-api",
    description: "service.orders-api",
    vpcId: network.vpc.id,
    tags: {
      Name: "shop-dev-orders-api",
    },
  },
  { provider },
);

// HTTPS to AWS APIs and the internet.
export const securityGroupEgressRuleHttps = new aws.vpc.SecurityGroupEgressRule(
  "service_orders_api_https",
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
  "service_orders_api",
  {
    name: "/klo/shop/dev/orders-api",
    retentionInDays: 30,
  },
  { provider },
);

// What the unit's code may do.
export const role = new aws.iam.Role(
  "service_orders_api",
  {
    name: "shop-dev-orders-api",
    description: "service.orders-api: what the unit's code may do",
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
  "service_orders_api_execution",
  {
    name: "shop-dev-orders-api-execution",
    description:
      "service.orders-api: starts the container: image, logs, secrets",
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
  "service_orders_api_execution",
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
          Resource: "arn:aws:ecr:eu-west-1:*:repository/shop-dev-orders-api",
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
          Resource: [
            databaseOrders.secretUrls.arn,
            entry(config.secrets, "secret-payments-api-key"),
          ],
        },
      ],
    }),
  },
  { provider },
);

// Read and nothing else (service.orders-api -> bucket.receipts).
export const rolePolicyToBucketReceipts = new aws.iam.RolePolicy(
  "service_orders_api_to_bucket_receipts",
  {
    name: "bucket-receipts",
    role: role.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "BucketReceipts",
          Effect: "Allow",
          Action: ["s3:GetObject"],
          Resource: pulumi.interpolate`${bucketReceipts.bucket.arn}/*`,
        },
      ],
    }),
  },
  { provider },
);

// Publish and nothing else (service.orders-api -> queue.receipt-requests).
export const rolePolicyToQueueReceiptRequests = new aws.iam.RolePolicy(
  "service_orders_api_to_queue_receipt_requests",
  {
    name: "queue-receipt-requests",
    role: role.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "QueueReceiptRequests",
          Effect: "Allow",
          Action: ["sqs:SendMessage"],
          Resource: queueReceiptRequests.queue.arn,
        },
      ],
    }),
  },
  { provider },
);

// What one task of the unit is.
export const taskDefinition = new aws.ecs.TaskDefinition(
  "service_orders_api",
  {
    family: "shop-dev-orders-api",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "512",
    memory: "1024",
    executionRoleArn: roleExecution.arn,
    taskRoleArn: role.arn,
    containerDefinitions: pulumi.jsonStringify([
      {
        name: "app",
        image: pulumi.interpolate`${entry(config.repositories, "service-orders-api")}@${entry(config.images, "service-orders-api")}`,
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
            'import urllib.request as r; r.urlopen("http://127.0.0.1:8080/health", timeout=4)',
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
          {
            name: "RECEIPTS_BUCKET",
            value: bucketReceipts.bucket.id,
          },
          {
            name: "RECEIPT_QUEUE_URL",
            value: queueReceiptRequests.queue.url,
          },
          {
            name: "REDIS_URL",
            value: pulumi.interpolate`rediss://${cacheCatalog.replicationGroup.primaryEndpointAddress}:6379`,
          },
        ],
        secrets: [
          {
            name: "DATABASE_URL",
            valueFrom: pulumi.interpolate`${databaseOrders.secretUrls.arn}:service_orders_api_DATABASE_URL::${databaseOrders.secretVersionUrls.versionId}`,
          },
          {
            name: "PAYMENTS_API_KEY",
            valueFrom: entry(config.secrets, "secret-payments-api-key"),
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

// Its instances behind the load balancer.
export const targetGroup = new aws.lb.TargetGroup(
  "service_orders_api",
  {
    name: "shop-dev-orders-api-8080",
    port: 8080,
    protocol: "HTTP",
    targetType: "ip",
    vpcId: network.vpc.id,
    deregistrationDelay: 30,
    healthCheck: {
      path: "/health",
      matcher: "200-399",
      interval: 15,
      timeout: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
    },
  },
  { provider, deleteBeforeReplace: false },
);

// Requests for it.
export const listenerRuleApi = new aws.lb.ListenerRule(
  "service_orders_api_api",
  {
    listenerArn: ingress.listenerApi.arn,
    priority: 10377,
    actions: [
      {
        type: "forward",
        targetGroupArn: targetGroup.arn,
      },
    ],
    conditions: [
      {
        httpHeader: {
          httpHeaderName: "x-klo-unit",
          values: ["orders-api"],
        },
      },
    ],
  },
  { provider },
);

// Keeps the unit's tasks running.
export const service = new aws.ecs.Service(
  "service_orders_api",
  {
    name: "shop-dev-orders-api",
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
    healthCheckGracePeriodSeconds: 60,
    loadBalancers: [
      {
        targetGroupArn: targetGroup.arn,
        containerName: "app",
        containerPort: 8080,
      },
    ],
  },
  {
    provider,
    ignoreChanges: ["desiredCount"],
    dependsOn: [
      rolePolicyExecution,
      rolePolicyToBucketReceipts,
      rolePolicyToQueueReceiptRequests,
      network.routePrivateInternet,
      network.vpcEndpointS3,
      securityGroupEgressRuleHttps,
      cacheCatalog.securityGroupIngressRuleServiceOrdersApiToCacheCatalog,
      cacheCatalog.securityGroupEgressRuleServiceOrdersApiToCacheCatalog,
      databaseOrders.securityGroupIngressRuleServiceOrdersApiToDatabaseOrders,
      databaseOrders.securityGroupEgressRuleServiceOrdersApiToDatabaseOrders,
      databaseOrders.instance,
      cacheCatalog.replicationGroup,
      databaseOrders.secretVersionUrls,
      listenerRuleApi,
    ],
  },
);

// How few and how many tasks there may be.
export const target = new aws.appautoscaling.Target(
  "service_orders_api",
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
  "service_orders_api_cpu",
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

// The load balancer reaches its instances.
export const securityGroupEgressRuleIngressToServiceOrdersApi =
  new aws.vpc.SecurityGroupEgressRule(
    "ingress_to_service_orders_api",
    {
      securityGroupId: ingress.securityGroupIngress.id,
      description: "Load balancer to service.orders-api",
      referencedSecurityGroupId: securityGroup.id,
      ipProtocol: "tcp",
      fromPort: 8080,
      toPort: 8080,
    },
    { provider },
  );

// The load balancer reaches its instances.
export const securityGroupIngressRuleIngressToServiceOrdersApi =
  new aws.vpc.SecurityGroupIngressRule(
    "ingress_to_service_orders_api",
    {
      securityGroupId: securityGroup.id,
      description: "Load balancer to service.orders-api",
      referencedSecurityGroupId: ingress.securityGroupIngress.id,
      ipProtocol: "tcp",
      fromPort: 8080,
      toPort: 8080,
    },
    { provider },
  );

// As many instances as its requests need.
export const policyRequests = new aws.appautoscaling.Policy(
  "service_orders_api_requests",
  {
    name: "shop-dev-orders-api-requests",
    serviceNamespace: target.serviceNamespace,
    resourceId: target.resourceId,
    scalableDimension: target.scalableDimension,
    policyType: "TargetTrackingScaling",
    targetTrackingScalingPolicyConfiguration: {
      targetValue: 9000,
      scaleInCooldown: 300,
      scaleOutCooldown: 60,
      predefinedMetricSpecification: {
        predefinedMetricType: "ALBRequestCountPerTarget",
        resourceLabel: pulumi.interpolate`${ingress.loadBalancerIngress.arnSuffix}/${targetGroup.arnSuffix}`,
      },
    },
  },
  { provider, dependsOn: [listenerRuleApi] },
);

// Its way in from the internet.
export const api = new aws.apigatewayv2.Api(
  "service_orders_api",
  {
    name: "shop-dev-orders-api",
    protocolType: "HTTP",
    description: "Way in to service.orders-api",
  },
  { provider },
);

// Passes requests on to it.
export const integration = new aws.apigatewayv2.Integration(
  "service_orders_api",
  {
    apiId: api.id,
    integrationType: "HTTP_PROXY",
    integrationMethod: "ANY",
    integrationUri: ingress.listenerApi.arn,
    connectionType: "VPC_LINK",
    connectionId: ingress.vpcLinkIngress.id,
    payloadFormatVersion: "1.0",
    requestParameters: {
      "overwrite:header.x-klo-unit": "orders-api",
    },
    timeoutMilliseconds: 30000,
  },
  { provider },
);

// Requests that are let in.
export const routeDefault = new aws.apigatewayv2.Route(
  "service_orders_api_default",
  {
    apiId: api.id,
    routeKey: "$default",
    target: pulumi.interpolate`integrations/${integration.id}`,
  },
  { provider },
);

// A line per request.
export const logGroupAccess = new aws.cloudwatch.LogGroup(
  "service_orders_api_access",
  {
    name: "/aws/apigateway/shop-dev-orders-api",
    retentionInDays: 30,
  },
  { provider },
);

// Publishes the API, with a log line per request.
export const stage = new aws.apigatewayv2.Stage(
  "service_orders_api",
  {
    apiId: api.id,
    name: "$default",
    autoDeploy: true,
    accessLogSettings: {
      destinationArn: logGroupAccess.arn,
      format: JSON.stringify({
        requestId: "$context.requestId",
        time: "$context.requestTime",
        ip: "$context.identity.sourceIp",
        method: "$context.httpMethod",
        path: "$context.path",
        status: "$context.status",
        length: "$context.responseLength",
        latency: "$context.responseLatency",
        error: "$context.integrationErrorMessage",
      }),
    },
  },
  { provider },
);

// Tells other apps.
export const parameterUrl = new aws.ssm.Parameter(
  "service_orders_api_url",
  {
    name: "/klo/shop/dev/service/orders-api/url",
    description: "url of service.orders-api",
    type: "String",
    value: api.apiEndpoint,
  },
  { provider },
);

// Tells other apps.
export const parameterHost = new aws.ssm.Parameter(
  "service_orders_api_host",
  {
    name: "/klo/shop/dev/service/orders-api/host",
    description: "host of service.orders-api",
    type: "String",
    value: replace(api.apiEndpoint, "https://", ""),
  },
  { provider },
);

// Tells other apps.
export const parameterPort = new aws.ssm.Parameter(
  "service_orders_api_port",
  {
    name: "/klo/shop/dev/service/orders-api/port",
    description: "port of service.orders-api",
    type: "String",
    value: "443",
  },
  { provider },
);
