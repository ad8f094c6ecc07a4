"""How requests travel: over one connection that is kept open.

botocore still writes, signs, repeats and reads them; this stands where its pool of connections does. The pool costs a
fifth of the CPU of every request, and it reads all root certificates again for each new connection, which at the size
of our functions takes longer than the decision that waits for it.
"""

import http.client
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from botocore.exceptions import SSLError as UntrustedError
from urllib3.util.wait import wait_for_read


@dataclass
class KeptConnection:
    """The connection to one service; each thread has its own. What fails is told in botocore's words, so that botocore
    tries it again."""

    endpoint: str
    connect_timeout: float
    read_timeout: float
    certificates: str
    """The file of the roots that are trusted."""
    _kept: threading.local = field(default_factory=threading.local)
    _trusted: ssl.SSLContext | None = None

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        connection = self._connection()
        try:
            connection.putrequest(request.method, urlsplit(request.url).path or "/", skip_accept_encoding=True)
            for name, value in request.headers.items():
                connection.putheader(name, value)
            body: Any = request.body
            connection.endheaders(body)
            answer = connection.getresponse()
            headers: Any = answer.headers
            return AWSResponse(request.url, answer.status, headers, _Body(answer.read()))
        except TimeoutError as error:
            connection.close()
            raise ReadTimeoutError(endpoint_url=self.endpoint, error=error) from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise ConnectionClosedError(endpoint_url=self.endpoint, error=error) from error

    def close(self) -> None:
        if hasattr(self._kept, "connection"):
            self._kept.connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._kept, "connection"):
            self._kept.connection = self._made()
        connection: http.client.HTTPConnection = self._kept.connection
        if connection.sock is not None and wait_for_read(connection.sock, 0):
            connection.close()  # Nothing was asked, so all there is to read is the other side's goodbye.
        if connection.sock is None:
            self._open(connection)
        return connection

    def _made(self) -> http.client.HTTPConnection:
        url = urlsplit(self.endpoint)
        host, port = url.hostname or "", url.port
        if url.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self.connect_timeout)
        if self._trusted is None:
            self._trusted = ssl.create_default_context(cafile=self.certificates)
        return http.client.HTTPSConnection(host, port, timeout=self.connect_timeout, context=self._trusted)

    def _open(self, connection: http.client.HTTPConnection) -> None:
        try:
            connection.connect()
        except ssl.SSLError as error:
            connection.close()
            raise UntrustedError(endpoint_url=self.endpoint, error=error) from error
        except TimeoutError as error:
            connection.close()
            raise ConnectTimeoutError(endpoint_url=self.endpoint, error=error) from error
        except OSError as error:
            connection.close()
            raise EndpointConnectionError(endpoint_url=self.endpoint, error=error) from error
        connection.sock.settimeout(self.read_timeout)


@dataclass(frozen=True, slots=True)
class _Body:
    """A body that was read, in the way that AWSResponse reads one."""

    content: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.content
