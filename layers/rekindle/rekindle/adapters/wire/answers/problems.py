"""Faults of a request or a document."""

from typing import TypedDict


class Fault(TypedDict):
    path: str
    message: str
