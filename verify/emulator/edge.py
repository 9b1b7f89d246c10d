"""Gaps in CloudFront and API Gateway."""

import uuid
from typing import Any

import moto.cloudfront.models as cloudfront
import moto.cloudfront.urls as cloudfront_urls
from moto.apigatewayv2.models import DomainName
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.route53.responses import Route53

from emulator.patching import after, plain, route


def distributions_answer_what_was_asked() -> None:
    """moto drops ids and functions, makes up what nobody set, and shortens the ARN."""

    def origin(self: Any, _: None, config: dict[str, Any]) -> None:
        self.origin_access_control_id = config.get("OriginAccessControlId") or ""
        self.vpc_origin_config = plain(config.get("VpcOriginConfig"))

    def behaviour(self: Any, _: None, config: dict[str, Any]) -> None:
        functions = plain(config.get("FunctionAssociations")) or {"Quantity": 0}
        self.function_associations = functions
        if "ForwardedValues" not in config:
            self.forwarded_values = None

    def address(self: cloudfront.Distribution, _: None, *__: Any, **___: Any) -> None:
        if "::" not in self.arn:
            self.arn = self.arn.replace(":cloudfront:", ":cloudfront::")

    def certificate(self: Any, _: None, config: dict[str, Any]) -> None:
        self.ssl_support_method = config.get("SSLSupportMethod")
        if "CloudFrontDefaultCertificate" not in config:
            self.cloud_front_default_certificate = False

    after(cloudfront.Origin, "__init__", origin)
    after(cloudfront.DefaultCacheBehaviour, "__init__", behaviour)
    after(cloudfront.Distribution, "__init__", address)
    after(cloudfront.ViewerCertificate, "__init__", certificate)


def domain_names_become_available() -> None:
    """moto answers a custom domain without the status and the address to point DNS at."""

    def complete(self: DomainName, _: None, *__: Any, **___: Any) -> None:
        self.mutual_tls_authentication = self.mutual_tls_authentication or None
        for configuration in self.domain_name_configurations:
            configuration.setdefault("domainNameStatus", "AVAILABLE")
            configuration.setdefault("hostedZoneId", "Z2FDTNDATAQYW2")
            target = f"d-{uuid.uuid4().hex[:10]}.execute-api.amazonaws.com"
            configuration.setdefault("apiGatewayDomainName", target)

    after(DomainName, "__init__", complete)


class EntityNotFound(ServiceException):
    code = "EntityNotFound"
    message = "The entity was not found."


def vpc_origins_exist() -> None:
    """moto has no VPC origins."""
    origins: dict[str, dict[str, Any]] = {}

    def found(self: CloudFrontResponse) -> dict[str, Any]:
        try:
            return origins[self._get_param("Id")]
        except KeyError:
            raise EntityNotFound from None

    def answer(origin: dict[str, Any]) -> ActionResult:
        return ActionResult({"VpcOrigin": origin, "ETag": origin["Id"]})

    def create(self: CloudFrontResponse) -> ActionResult:
        made = "vo_" + uuid.uuid4().hex[:22]
        origins[made] = {
            "Id": made,
            "Arn": f"arn:aws:cloudfront::{self.current_account}:vpcorigin/{made}",
            "AccountId": self.current_account,
            "Status": "Deployed",
            "CreatedTime": "2026-01-01T00:00:00Z",
            "LastModifiedTime": "2026-01-01T00:00:00Z",
            "VpcOriginEndpointConfig": plain(self._get_param("VpcOriginEndpointConfig")),
        }
        tags = plain(self._get_param("Tags")) or {}
        self.backend.tagger.tag_resource(origins[made]["Arn"], tags.get("Items", []))
        return answer(origins[made])

    def update(self: CloudFrontResponse) -> ActionResult:
        origin = found(self)
        origin["VpcOriginEndpointConfig"] = plain(self._get_param("VpcOriginEndpointConfig"))
        return answer(origin)

    def delete(self: CloudFrontResponse) -> ActionResult:
        return answer(origins.pop(found(self)["Id"]))

    CloudFrontResponse.create_vpc_origin = create
    CloudFrontResponse.get_vpc_origin = lambda self: answer(found(self))
    CloudFrontResponse.update_vpc_origin = update
    CloudFrontResponse.delete_vpc_origin = delete
    route(
        cloudfront_urls,
        CloudFrontResponse.dispatch,
        "/2020-05-31/vpc-origin$",
        "/2020-05-31/vpc-origin/(?P<origin_id>[^/]+)$",
    )


class NoSuchResponseHeadersPolicy(ServiceException):
    code = "NoSuchResponseHeadersPolicy"
    message = "The response headers policy does not exist."


class NoSuchFunctionExists(ServiceException):
    code = "NoSuchFunctionExists"
    message = "The function does not exist."


def response_headers_policies_exist() -> None:
    """moto has no response-headers policies."""
    policies: dict[str, dict[str, Any]] = {}

    def found(self: CloudFrontResponse) -> dict[str, Any]:
        try:
            return policies[self._get_param("Id")]
        except KeyError:
            raise NoSuchResponseHeadersPolicy from None

    def answer(policy: dict[str, Any]) -> ActionResult:
        return ActionResult({"ResponseHeadersPolicy": policy, "ETag": policy["Id"]})

    def create(self: CloudFrontResponse) -> ActionResult:
        policy = {
            "Id": str(uuid.uuid4()),
            "LastModifiedTime": "2026-01-01T00:00:00Z",
            "ResponseHeadersPolicyConfig": plain(self._get_param("ResponseHeadersPolicyConfig")),
        }
        policies[policy["Id"]] = policy
        return answer(policy)

    def update(self: CloudFrontResponse) -> ActionResult:
        policy = found(self)
        config = plain(self._get_param("ResponseHeadersPolicyConfig"))
        policy["ResponseHeadersPolicyConfig"] = config
        return answer(policy)

    def delete(self: CloudFrontResponse) -> EmptyResult:
        del policies[found(self)["Id"]]
        return EmptyResult()

    CloudFrontResponse.create_response_headers_policy = create
    CloudFrontResponse.get_response_headers_policy = lambda self: answer(found(self))
    CloudFrontResponse.update_response_headers_policy = update
    CloudFrontResponse.delete_response_headers_policy = delete
    route(
        cloudfront_urls,
        CloudFrontResponse.dispatch,
        "/2020-05-31/response-headers-policy$",
        "/2020-05-31/response-headers-policy/(?P<policy_id>[^/]+)$",
    )


def functions_exist() -> None:
    """moto has no CloudFront functions."""
    functions: dict[str, dict[str, Any]] = {}

    def found(self: CloudFrontResponse) -> dict[str, Any]:
        try:
            return functions[self._get_param("Name")]
        except KeyError:
            raise NoSuchFunctionExists from None

    def answer(function: dict[str, Any]) -> ActionResult:
        return ActionResult({"FunctionSummary": function["summary"], "ETag": function["etag"]})

    def store(self: CloudFrontResponse) -> ActionResult:
        name = self._get_param("Name")
        functions[name] = {
            "code": self._get_param("FunctionCode"),
            "etag": uuid.uuid4().hex,
            "summary": {
                "Name": name,
                "Status": "UNPUBLISHED",
                "FunctionConfig": plain(self._get_param("FunctionConfig")),
                "FunctionMetadata": {
                    "FunctionARN": f"arn:aws:cloudfront::{self.current_account}:function/{name}",
                    "Stage": "DEVELOPMENT",
                    "LastModifiedTime": "2026-01-01T00:00:00Z",
                },
            },
        }
        return answer(functions[name])

    def get(self: CloudFrontResponse) -> ActionResult:
        function = found(self)
        return ActionResult(
            {
                "FunctionCode": function["code"],
                "ETag": function["etag"],
                "ContentType": "text/plain",
            }
        )

    def delete(self: CloudFrontResponse) -> EmptyResult:
        found(self)
        del functions[self._get_param("Name")]
        return EmptyResult()

    CloudFrontResponse.create_function = store
    CloudFrontResponse.update_function = store
    CloudFrontResponse.publish_function = lambda self: answer(found(self))
    CloudFrontResponse.describe_function = lambda self: answer(found(self))
    CloudFrontResponse.get_function = get
    CloudFrontResponse.delete_function = delete
    route(
        cloudfront_urls,
        CloudFrontResponse.dispatch,
        "/2020-05-31/function$",
        "/2020-05-31/function/(?P<name>[^/]+)$",
        "/2020-05-31/function/(?P<name>[^/]+)/describe$",
        "/2020-05-31/function/(?P<name>[^/]+)/publish$",
    )


def zones_of_a_network_are_private() -> None:
    """AWS takes a zone that is made with a network for a private one; moto wants it said."""
    original = Route53._get_bool_param

    def asked(self: Route53, name: str, if_none: bool = False) -> bool:
        if name == "HostedZoneConfig.PrivateZone" and self._get_param("VPC.VPCId"):
            return True
        return bool(original(self, name, if_none))

    Route53._get_bool_param = asked


def fill() -> None:
    distributions_answer_what_was_asked()
    response_headers_policies_exist()
    functions_exist()
    domain_names_become_available()
    vpc_origins_exist()
    zones_of_a_network_are_private()
