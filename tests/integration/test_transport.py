"""The kept connection, against servers that behave as servers do: they answer, say goodbye, hang, or are strangers."""

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rekindle.adapters.dynamodb.connection import open_client
from rekindle.adapters.dynamodb.transport import KeptConnection

HOST = "127.0.0.1"


class Server(ThreadingHTTPServer):
    """Answers with the body it was sent, until it is told to do something else."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), Handler)
        self.connections = 0
        self.goodbye_after_answer = False
        self.hang_up = False
        self.in_pieces = False
        self.break_off = False
        self.silent = False
        self.speak, self.said_goodbye = threading.Event(), threading.Event()

    def finish_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().finish_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.said_goodbye.set()

    def handle_error(self, *_: object) -> None:
        """A client that went away is no matter here."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.silent:
            self.server.speak.wait(10)
        if self.server.hang_up:
            self.close_connection = True
            return
        self.send_response(400 if body == b"bad" else 200)
        self.send_header("X-Path", self.path)
        self.send_header("X-Hosts", ", ".join(self.headers.get_all("Host")))
        if self.server.in_pieces:
            self.send_header("Transfer-Encoding", "chunked")
            pieces = [b"%x;note=none\r\n%b\r\n" % (len(piece), piece) for piece in (body[:2], body[2:])]
            body = b"".join([*pieces, b"0\r\n", b"Trailer: none\r\n\r\n"])
        else:
            self.send_header("Content-Length", str(len(body) + self.server.break_off))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        # Closed without a word, as a service does with a connection that was idle for long.
        self.close_connection = self.server.goodbye_after_answer or self.server.break_off

    def log_message(self, *_: object) -> None:
        """Nothing to be read."""


@contextmanager
def running(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    with Server() as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def connected(server: Server, scheme: str = "http", certificates: str = "") -> Iterator[Callable[..., Any]]:
    endpoint = f"{scheme}://{HOST}:{server.server_port}"
    kept = KeptConnection(endpoint, 1, 1, certificates)

    def send(body: bytes = b"hello", **more: str) -> Any:
        headers = {"Content-Length": str(len(body)), **more}
        request = AWSRequest(method="POST", url=f"{endpoint}/", data=body, headers=headers)
        return kept.send(request.prepare())

    try:
        yield send
    finally:
        kept.close()


def test_many_requests_travel_over_one_connection() -> None:
    with running() as server, connected(server) as send:
        answers = [send(b"%d" % number) for number in range(5)]

        assert [answer.content for answer in answers] == [b"0", b"1", b"2", b"3", b"4"]
        assert answers[0].status_code == 200 and answers[0].headers["x-path"] == "/"
        assert send(b"bad").status_code == 400
        assert server.connections == 1


def test_the_host_is_named_once_whether_botocore_names_it_or_not() -> None:
    with running() as server, connected(server) as send:
        named = f"{HOST}:{server.server_port}"

        assert send().headers["x-hosts"] == named
        assert send(host=named).headers["x-hosts"] == named


def test_an_answer_in_pieces_is_put_together() -> None:
    with running() as server, connected(server) as send:
        server.in_pieces = True

        assert [send(b"hello").content, send(b"again").content] == [b"hello", b"again"]
        assert server.connections == 1


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    with running() as server, connected(server) as send:
        server.break_off = True
        with pytest.raises(ConnectionClosedError):
            send()


def test_a_connection_that_was_closed_meanwhile_is_opened_anew() -> None:
    with running() as server, connected(server) as send:
        server.goodbye_after_answer = True
        assert send().content == b"hello"
        assert server.said_goodbye.wait(5)

        assert send().content == b"hello"
        assert server.connections == 2


def test_a_server_that_hangs_up_is_told_as_a_closed_connection() -> None:
    with running() as server, connected(server) as send:
        server.hang_up = True
        with pytest.raises(ConnectionClosedError):
            send()

        server.hang_up = False
        assert send().content == b"hello"


def test_a_server_that_is_silent_runs_into_the_timeout() -> None:
    with running() as server, connected(server) as send:
        server.silent = True
        with pytest.raises(ReadTimeoutError):
            send()

        server.silent = False
        server.speak.set()
        assert send(b"another").content == b"another"


def test_nobody_there_is_told_as_such() -> None:
    with running() as server:
        pass
    with connected(server) as send, pytest.raises((EndpointConnectionError, ConnectTimeoutError)):
        send()


def test_each_thread_has_its_own_connection() -> None:
    with running() as server:
        endpoint = f"http://{HOST}:{server.server_port}"
        kept, answers = KeptConnection(endpoint, 1, 1, ""), []

        def ask(number: int) -> None:
            body = b"%d" % number
            headers = {"Content-Length": str(len(body))}
            request = AWSRequest(method="POST", url=endpoint, data=body, headers=headers).prepare()
            answers.extend(kept.send(request).content for _ in range(20))
            kept.close()

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(answers) == sorted([b"0", b"1", b"2", b"3"] * 20)
    assert server.connections == 4


def test_only_a_server_that_a_trusted_root_vouches_for_is_spoken_to(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.pem", tmp_path / "theirs.pem"
    with running(a_certificate(ours)) as server:
        a_certificate(theirs)
        with connected(server, "https", str(ours)) as send:
            assert send().content == b"hello"
        with connected(server, "https", str(theirs)) as send, pytest.raises(SSLError):
            send()


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.pem"
    with (
        running(a_certificate(file, address="127.0.0.2")) as server,
        connected(server, "https", str(file)) as send,
        pytest.raises(SSLError),
    ):
        send()


def test_botocore_sends_again_what_was_lost() -> None:
    """The client that the functions have, on a server that hangs up: three tries, then botocore's own error."""
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    with running() as server:
        client = open_client("eu-central-1", f"http://{HOST}:{server.server_port}", session)
        server.hang_up = True
        with pytest.raises(ConnectionClosedError):
            client.get_item(TableName="t", Key={"k": {"S": "1"}})
        client.close()

    assert server.connections == 3


def a_certificate(file: Path, address: str = HOST) -> ssl.SSLContext:
    """A server's context, and the file of the root that vouches for it: the certificate itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both = file.with_suffix(".key")
    both.write_bytes(private + public)
    file.write_bytes(public)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context
