"""A bucket of S3 asked in our own words, for what obstore does not do: parts of an upload that another process began.

Amazon S3's API of 2006-03-01, signed as AWS Signature Version 4 has it, with the keys of the environment.
"""

import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Self
from urllib.parse import quote, urlsplit

from archive import web

TIMEOUT = 300.0
MOST_TOLD = 16 << 20
"""Bytes of an answer; no more is read."""
_OTHERWISE = (
    *("AWS_SERVER_SIDE_ENCRYPTION", "AWS_SSE_KMS_KEY_ID", "AWS_SSE_BUCKET_KEY_ENABLED", "AWS_SSE_CUSTOMER_KEY_BASE64"),
    *("AWS_REQUEST_PAYER", "AWS_S3_EXPRESS", "AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "AWS_SKIP_SIGNATURE"),
)
"""Variables that ask for what is not done here."""


def find_endpoint() -> str:
    """The address of a server that is not Amazon's; empty where the environment names none."""
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket, and who may write it."""

    endpoint: str
    name: str
    region: str
    access: str
    secret: str
    token: str

    @classmethod
    def from_environment(cls, name: str) -> Self | None:
        """None where the environment names no keys, since a role of the machine has them, or asks for more than is done
        here: then a file goes by obstore, which knows how.
        """
        access, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
        if not access or not secret or any(map(os.environ.get, _OTHERWISE)):
            return None
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        return cls(
            endpoint=(find_endpoint() or f"https://s3.{region}.amazonaws.com").rstrip("/"),
            name=name,
            region=region,
            access=access,
            secret=secret,
            token=os.environ.get("AWS_SESSION_TOKEN", ""),
        )

    def ask(
        self,
        method: str,
        key: str,
        query: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        data: bytes = b"",
    ) -> "StoreAnswer":
        """One signed question. Raises what `archive.web.ask` raises."""
        url, signed = sign(self, method, key, query, headers or {}, data, datetime.now(UTC))
        with web.ask(url, signed, method=method, data=data or None, timeout=TIMEOUT) as response:
            return StoreAnswer(response.read(MOST_TOLD), response.headers.get("ETag") or "")


@dataclass(frozen=True)
class StoreAnswer:
    """What a bucket said: XML, and the ETag of what was sent."""

    body: bytes
    tag: str

    def all(self, element: str) -> list[str]:
        """The content of each such element. What a store says is no document to trust with a parser's entities."""
        found = re.findall(rb"<%b>(.*?)</%b>" % (element.encode(), element.encode()), self.body, re.DOTALL)
        return [each.decode("utf-8", "replace") for each in found]

    def one(self, element: str) -> str:
        """That of the first; empty where there is none."""
        return unescape(next(iter(self.all(element)), ""))


def sign(
    bucket: Bucket,
    method: str,
    key: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    data: bytes,
    now: datetime,
) -> tuple[str, dict[str, str]]:
    """The address and the headers of a question (AWS Signature Version 4)."""
    path = f"/{quote(bucket.name)}" + (f"/{quote(key, safe='/~')}" if key else "")
    asked = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(query.items()))
    moment, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    digest = hashlib.sha256(data).hexdigest()
    parts = urlsplit(bucket.endpoint)
    path = parts.path + path
    signed = {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment, **headers}
    if bucket.token:
        signed["x-amz-security-token"] = bucket.token
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    canonical = "\n".join((method, path, asked, lines, names, digest))
    scope = f"{day}/{bucket.region}/s3/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    secret = f"AWS4{bucket.secret}".encode()
    for word in (day, bucket.region, "s3", "aws4_request"):
        secret = hmac.digest(secret, word.encode(), "sha256")
    signature = hmac.digest(secret, text.encode(), "sha256").hex()
    credential = f"AWS4-HMAC-SHA256 Credential={bucket.access}/{scope}, SignedHeaders={names}, Signature={signature}"
    url = f"{parts.scheme}://{parts.netloc}{path}" + (f"?{asked}" if asked else "")
    return url, {**signed, "Authorization": credential, "Content-Type": "application/octet-stream"}
