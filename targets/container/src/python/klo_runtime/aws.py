"""Signed calls to AWS JSON services, with the standard library alone."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import os
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, NamedTuple

RETRIED_STATUS = frozenset({429, 500, 502, 503, 504})
RETRIED_CODES = frozenset(
    {
        "InternalFailure",
        "InternalServiceError",
        "RequestThrottled",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
CREDENTIAL_CODES = frozenset({"ExpiredToken", "ExpiredTokenException"})
REFRESH_SECONDS = 300.0


class AwsError(Exception):
    """A refused or failed call. `code` is the service's own word for it."""

    def __init__(self, code: str, message: str, status: int = 0) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = status


class Credentials(NamedTuple):
    access_key: str
    secret_key: str
    token: str | None
    expires: float | None


class CredentialStore:
    """The credentials of the environment, or those that the platform hands to the container."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: Credentials | None = None

    def get(self) -> Credentials:
        with self._lock:
            known = self._known
            if known is None or (
                known.expires is not None and known.expires - time.time() < REFRESH_SECONDS
            ):
                self._known = known = _from_environment() or _from_container()
            return known

    def forget(self) -> None:
        with self._lock:
            self._known = None


STORE = CredentialStore()


def _from_environment() -> Credentials | None:
    access_key = os.environ.get("AWS_ACCESS_KEY_ID")
    secret_key = os.environ.get("AWS_SECRET_ACCESS_KEY")
    if not access_key or not secret_key:
        return None
    return Credentials(access_key, secret_key, os.environ.get("AWS_SESSION_TOKEN"), None)


def _from_container() -> Credentials:
    relative = os.environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    full = os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if relative:
        url = f"http://169.254.170.2{relative}"
    elif full:
        url = full
    else:
        raise AwsError("NoCredentials", "the environment holds no AWS credentials")
    request = urllib.request.Request(url)
    token = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    token_file = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    if token_file:
        with open(token_file, encoding="utf-8") as file:
            token = file.read().strip()
    if token:
        request.add_header("Authorization", token)
    # A proxy of the environment must never see these credentials.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for attempt in range(5):
        try:
            with direct.open(request, timeout=2) as answer:
                given = json.load(answer)
            break
        except (OSError, ValueError) as error:
            if attempt == 4:
                raise AwsError("NoCredentials", f"{url}: {error}") from error
            time.sleep(_pause(attempt))
    expires = given.get("Expiration")
    return Credentials(
        given["AccessKeyId"],
        given["SecretAccessKey"],
        given.get("Token"),
        _seconds(expires) if expires else None,
    )


def _seconds(moment: str) -> float:
    return datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def _pause(attempt: int) -> float:
    return min(5.0, 0.1 * 2.0**attempt) * (0.5 + random.random() / 2)


class Client:
    """One JSON service in one region."""

    def __init__(
        self,
        service: str,
        region: str,
        *,
        target: str,
        endpoint_variable: str,
        content_type: str = "application/x-amz-json-1.1",
        attempts: int = 4,
    ) -> None:
        self.service = service
        self.region = region
        self.target = target
        self.content_type = content_type
        self.attempts = attempts
        domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        self.endpoint = (
            os.environ.get(endpoint_variable)
            or os.environ.get("AWS_ENDPOINT_URL")
            or f"https://{service}.{region}.{domain}"
        )

    def call(self, operation: str, body: dict[str, Any], timeout: float = 5.0) -> dict[str, Any]:
        """The answer to one operation; what may pass by itself is tried again."""
        payload = json.dumps(body).encode()
        for attempt in range(self.attempts):
            last = attempt == self.attempts - 1
            try:
                return self._send(operation, payload, timeout)
            except AwsError as error:
                if error.code in CREDENTIAL_CODES:
                    STORE.forget()
                elif error.status not in RETRIED_STATUS and error.code not in RETRIED_CODES:
                    raise
                if last:
                    raise
            except OSError as error:
                if last:
                    raise AwsError("Unreachable", f"{self.endpoint}: {error}") from error
            time.sleep(_pause(attempt))
        raise AssertionError("the last attempt returns or raises")

    def _send(self, operation: str, payload: bytes, timeout: float) -> dict[str, Any]:
        now = datetime.datetime.now(datetime.timezone.utc)
        headers = {
            "Content-Type": self.content_type,
            "X-Amz-Target": f"{self.target}.{operation}",
        }
        headers.update(
            signature(self.endpoint, self.service, self.region, headers, payload, STORE.get(), now)
        )
        request = urllib.request.Request(
            self.endpoint, data=payload, headers=headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        answer_body: dict[str, Any] = json.loads(text) if text else {}
        return answer_body


def _refusal(error: urllib.error.HTTPError) -> AwsError:
    try:
        body = json.loads(error.read())
    except ValueError:
        body = {}
    # Some services name the error with its namespace before a `#`, or its URL after a `:`.
    code = str(body.get("__type") or body.get("code") or error.headers.get("x-amzn-errortype", ""))
    code = code.rpartition("#")[2].partition(":")[0] or f"HTTP{error.code}"
    message = str(body.get("message") or body.get("Message") or error.reason)
    return AwsError(code, message, error.code)


def signature(
    url: str,
    service: str,
    region: str,
    headers: dict[str, str],
    payload: bytes,
    credentials: Credentials,
    now: datetime.datetime,
) -> dict[str, str]:
    """The headers that sign a POST (AWS Signature Version 4)."""
    parts = urllib.parse.urlsplit(url)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    day = stamp[:8]
    added = {"X-Amz-Date": stamp}
    if credentials.token:
        added["X-Amz-Security-Token"] = credentials.token
    signed = {name.lower(): value.strip() for name, value in {**headers, **added}.items()}
    signed["host"] = parts.netloc
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        [
            "POST",
            urllib.parse.quote(parts.path or "/", safe="/-_.~"),
            parts.query,
            *(f"{name}:{signed[name]}" for name in sorted(signed)),
            "",
            names,
            hashlib.sha256(payload).hexdigest(),
        ]
    )
    scope = f"{day}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signed_text = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    added["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
        f"SignedHeaders={names}, Signature={signed_text}"
    )
    return added
