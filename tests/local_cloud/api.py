"""The deployed API, called as a machine calls it: over HTTP, signed with SigV4."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SECONDS = 60
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: dict[str, str]

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Api:
    base: str
    region: str
    key_id: str = "test"
    secret: str = "test"
    """An empty secret sends requests unsigned."""

    def get(self, *parts: str, **query: str) -> Answer:
        asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        return self._call("GET", f"{self._path(parts)}{'?' if asked else ''}{asked}", None, {})

    def put(self, *parts: str, body: Any, **headers: str) -> Answer:
        return self._send("PUT", parts, body, headers)

    def post(self, *parts: str, body: Any, **headers: str) -> Answer:
        return self._send("POST", parts, body, headers)

    def _send(self, method: str, parts: tuple[str, ...], body: Any, headers: dict[str, str]) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._call(method, self._path(parts), data, {"content-type": "application/json", **named})

    def url(self, *parts: str) -> str:
        return self.base + self._path(parts)

    def _path(self, parts: tuple[str, ...]) -> str:
        return "".join(f"/{quote(part, safe='')}" for part in parts)

    def signature(self, method: str, url: str, data: Any, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        """The headers that sign a request; none where there is no secret."""
        request = AWSRequest(method=method, url=url, data=data, headers=headers)
        if self.secret:
            SigV4Auth(Credentials(self.key_id, self.secret), "execute-api", self.region).add_auth(request)
        return dict(request.prepare().headers.items())

    def _call(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Answer:
        url = self.base + path
        signed = {**headers, **self.signature(method, url, data, headers)}
        sent = urllib.request.Request(url, data=data, headers=signed, method=method)
        try:
            with _OPENER.open(sent, timeout=SECONDS) as answer:
                return Answer(answer.status, answer.read().decode(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode(errors="replace"), dict(error.headers))
