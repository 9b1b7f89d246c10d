"""Gaps in Lambda, ECS, Batch and Application Auto Scaling."""

import json
from typing import Any
from urllib.parse import unquote

import moto.awslambda.urls as lambda_urls
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.awslambda.models import LambdaFunction
from moto.awslambda.responses import LambdaResponse
from moto.batch.models import BatchBackend
from moto.core.config import default_user_config
from moto.ecs.models import Service
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.iam.models import iam_backends

from emulator.patching import after, body, plain, route


LAMBDA_SETTINGS = ("DeadLetterConfig", "FileSystemConfigs", "KMSKeyArn", "LoggingConfig")


def lambda_settings_come_back() -> None:
    """moto drops four settings, and answers an ImageConfig that nobody set."""

    def keep(self: Any, _: None, spec: dict[str, Any], *__: Any, **___: Any) -> None:
        self.requested = spec

    def answer(self: Any, configuration: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        for key in LAMBDA_SETTINGS:
            if self.requested.get(key):
                configuration[key] = self.requested[key]
        if not self.requested.get("ImageConfig"):
            configuration.pop("ImageConfigResponse", None)
        return configuration

    after(LambdaFunction, "__init__", keep)
    after(LambdaFunction, "get_configuration", answer)


def lambda_has_provisioned_concurrency() -> None:
    """moto has no provisioned concurrency at all."""
    asked: dict[tuple[str, str], int] = {}

    def key(self: LambdaResponse) -> tuple[str, str]:
        return unquote(self.path.rsplit("/", 2)[-2]), self.querystring["Qualifier"][0]

    def described(asked_for: int) -> str:
        return json.dumps(
            {
                "RequestedProvisionedConcurrentExecutions": asked_for,
                "AvailableProvisionedConcurrentExecutions": asked_for,
                "AllocatedProvisionedConcurrentExecutions": asked_for,
                "Status": "READY",
            }
        )

    def missing() -> tuple[int, dict[str, str], str]:
        error = {"x-amzn-ErrorType": "ProvisionedConcurrencyConfigNotFoundException"}
        return 404, error, json.dumps({"Message": "No Provisioned Concurrency Config found"})

    def put(self: LambdaResponse) -> Any:
        asked[key(self)] = body(self)["ProvisionedConcurrentExecutions"]
        return 202, {}, described(asked[key(self)])

    def get(self: LambdaResponse) -> Any:
        found = asked.get(key(self))
        return missing() if found is None else (200, {}, described(found))

    def delete(self: LambdaResponse) -> Any:
        asked.pop(key(self), None)
        return 204, {}, ""

    LambdaResponse.put_provisioned_concurrency_config = put
    LambdaResponse.get_provisioned_concurrency_config = get
    LambdaResponse.delete_provisioned_concurrency_config = delete
    route(
        lambda_urls,
        LambdaResponse.dispatch,
        r"/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/provisioned-concurrency/?$",
    )


SERVICE_SETTINGS = {
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
    "capacityProviderStrategy": "capacity_provider_strategy",
    "deploymentConfiguration": "deployment_configuration",
    "enableECSManagedTags": "enable_ecs_managed_tags",
    "enableExecuteCommand": "enable_execute_command",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
}


def ecs_service_settings_come_back() -> None:
    """moto forgets most of what a service was created with."""

    def remember(self: EC2ContainerServiceResponse, result: Any) -> Any:
        cluster = self._get_param("cluster", "default")
        name = self._get_param("serviceName") or self._get_param("service")
        (service,), _ = self.ecs_backend.describe_services(cluster, [name])
        for key, attribute in SERVICE_SETTINGS.items():
            value = plain(self._get_param(key))
            if value is not None:
                setattr(service, attribute, value)
        return result

    def default(self: Service, _: None, *__: Any, **___: Any) -> None:
        self.availability_zone_rebalancing = "DISABLED"

    after(Service, "__init__", default)
    after(EC2ContainerServiceResponse, "create_service", remember)
    after(EC2ContainerServiceResponse, "update_service", remember)


def batch_has_a_service_linked_role() -> None:
    """AWS falls back to the service-linked role; moto demands one in the request."""
    original = BatchBackend.create_compute_environment

    def create(self: BatchBackend, *args: Any, **kwargs: Any) -> Any:
        if not kwargs.get("service_role"):
            kwargs["service_role"] = service_linked_role(self.account_id, self.partition)
        return original(self, *args, **kwargs)

    BatchBackend.create_compute_environment = create


def service_linked_role(account: str, partition: str) -> str:
    iam = iam_backends[account][partition]
    name = "AWSServiceRoleForBatch"
    for role in iam.get_roles():
        if role.name == name:
            return role.arn
    return iam.create_role(
        role_name=name,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": []}),
        path="/aws-service-role/batch.amazonaws.com/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    ).arn


def batch_jobs_end_without_docker() -> None:
    """moto runs jobs in containers, where there is an engine."""
    default_user_config["batch"]["use_docker"] = False


def scaling_targets_have_tags() -> None:
    """moto takes no tags for scaling targets and has no way to list them."""
    tags: dict[str, dict[str, str]] = {}

    def keep(self: ApplicationAutoScalingResponse, answer: str) -> str:
        given = body(self).get("Tags")
        if given:
            tags[json.loads(answer)["ScalableTargetARN"]] = given
        return answer

    def list_tags(self: ApplicationAutoScalingResponse) -> str:
        return json.dumps({"Tags": tags.get(body(self)["ResourceARN"], {})})

    after(ApplicationAutoScalingResponse, "register_scalable_target", keep)
    ApplicationAutoScalingResponse.list_tags_for_resource = list_tags


def fill() -> None:
    lambda_settings_come_back()
    lambda_has_provisioned_concurrency()
    ecs_service_settings_come_back()
    batch_has_a_service_linked_role()
    batch_jobs_end_without_docker()
    scaling_targets_have_tags()
