"""Ports of the loopback address, for servers that the tests start."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"


@contextmanager
def reserved_port() -> Iterator[int]:
    """A free port that no other program is given while the body runs. The server that listens on it must set
    SO_REUSEADDR, as servers do."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind((HOST, 0))
        port: int = keeper.getsockname()[1]
        if sys.platform != "linux":
            keeper.close()  # Only Linux lets a server listen on a port that another socket is bound to.
        yield port
