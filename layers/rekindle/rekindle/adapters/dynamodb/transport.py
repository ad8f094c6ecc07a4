"""How requests travel: over one connection that is kept open.

botocore still writes, signs, repeats and reads them; this stands where its pool of connections does. The pool takes a
third of the CPU of every request, and it reads all root certificates again for each new connection, which at the size
of our functions takes longer than the decision that waits for it. What DynamoDB speaks of HTTP/1.1 is little: no
redirects, no compression that was not asked for, a request with its length and an answer with its own.
"""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from botocore.exceptions import SSLError as UntrustedError
from urllib3.util.wait import wait_for_read

LONGEST_LINE = 65_536
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """An open connection, and what comes in over it."""

    socket: socket.socket
    incoming: IO[bytes]

    def close(self) -> None:
        self.incoming.close()
        self.socket.close()


@dataclass
class KeptConnection:
    """The connection to one service; each thread has its own. What fails is a botocore error, so that botocore
    tries it again."""

    endpoint: str
    connect_timeout: float
    read_timeout: float
    certificates: str
    """The file of the roots that are trusted."""
    _kept: threading.local = field(default_factory=threading.local)
    _open: set[_Line] = field(default_factory=set)
    """Those of all threads."""
    _trusted: ssl.SSLContext | None = None

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        line = self._line()
        try:
            line.socket.sendall(self._written(request))
            return self._answer(request.url, line)
        except TimeoutError as error:
            self._drop()
            raise ReadTimeoutError(endpoint_url=self.endpoint, error=error) from error
        except (OSError, LookupError, ValueError) as error:
            self._drop()
            raise ConnectionClosedError(endpoint_url=self.endpoint, error=error) from error

    def close(self) -> None:
        """The connections of all threads."""
        self._drop()
        while self._open:
            self._open.pop().close()

    def _drop(self) -> None:
        """The connection of this thread."""
        line: _Line | None = getattr(self._kept, "line", None)
        if line is not None:
            self._kept.line = None
            self._open.discard(line)
            line.close()

    def _written(self, request: AWSPreparedRequest) -> bytes:
        head = [f"{request.method} {urlsplit(request.url).path or '/'} HTTP/1.1"]
        headers: Any = request.headers
        if "host" not in headers:  # A whole botocore, as beside the command line, names it; the layer's leaves it out.
            url = urlsplit(self.endpoint)
            host = url.hostname if url.port in (None, _PORTS[url.scheme]) else f"{url.hostname}:{url.port}"
            head.append(f"Host: {host}")
        for name, value in headers.items():
            head.append(f"{name}: {value.decode() if isinstance(value, bytes) else value}")
        body: Any = request.body
        return b"".join(("\r\n".join((*head, "", "")).encode(), body))

    def _answer(self, url: str, line: _Line) -> AWSResponse:
        status = int(line.incoming.readline(LONGEST_LINE).split(None, 2)[1])
        headers: Any = {}
        while (header := line.incoming.readline(LONGEST_LINE)) not in (b"\r\n", b"\n", b""):
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join(_chunks(line.incoming))
        else:
            body = _exactly(line.incoming, int(headers["content-length"]))
        if headers.get("connection") == "close":
            self._drop()
        return AWSResponse(url, status, headers, _Body(body))

    def _line(self) -> _Line:
        line: _Line | None = getattr(self._kept, "line", None)
        # Nothing was asked, so all there is to read is the other side's goodbye.
        if line is not None and wait_for_read(line.socket, 0):
            self._drop()
            line = None
        if line is None:
            line = self._kept.line = self._opened()
            self._open.add(line)
        return line

    def _opened(self) -> _Line:
        url = urlsplit(self.endpoint)
        host = url.hostname or ""
        try:
            opened = socket.create_connection((host, url.port or _PORTS[url.scheme]), self.connect_timeout)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if url.scheme == "https":
                opened = self._secured(opened, host)
        except ssl.SSLError as error:
            raise UntrustedError(endpoint_url=self.endpoint, error=error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=self.endpoint, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=self.endpoint, error=error) from error
        opened.settimeout(self.read_timeout)
        return _Line(opened, opened.makefile("rb"))

    def _secured(self, opened: socket.socket, host: str) -> ssl.SSLSocket:
        if self._trusted is None:
            self._trusted = ssl.create_default_context(cafile=self.certificates)
        try:
            return self._trusted.wrap_socket(opened, server_hostname=host)
        except OSError:
            opened.close()
            raise


def _exactly(incoming: IO[bytes], length: int) -> bytes:
    data = incoming.read(length)
    if len(data) < length:
        raise ConnectionError("the answer broke off")
    return data


def _chunks(incoming: IO[bytes]) -> Iterator[bytes]:
    """The pieces of a body whose length its sender did not know beforehand."""
    while length := int(incoming.readline(LONGEST_LINE).partition(b";")[0], 16):
        yield _exactly(incoming, length + 2)[:-2]
    while incoming.readline(LONGEST_LINE) not in (b"\r\n", b"\n", b""):
        pass


@dataclass(frozen=True, slots=True)
class _Body:
    """A body that was read, in the way that AWSResponse reads one."""

    content: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.content
