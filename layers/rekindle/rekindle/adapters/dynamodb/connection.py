"""One botocore client for all tables, and botocore's errors as ours.

pynamodb opens a client for each model, each with its own connection pool and its own parsing of service data: half of
a cold start. Here all models share one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException
from pynamodb.models import Model

from rekindle.adapters.dynamodb.tables import LedgerItem, PeopleItem, ReferenceItem, ScoreItem
from rekindle.adapters.dynamodb.transport import KeptConnection
from rekindle.domain.core.errors import Conflict, Refusal, TooLarge, Unavailable

CONNECT_TIMEOUT, READ_TIMEOUT = 1, 2
"""Seconds. A call with all its tries ends before the function that makes it does (template.yaml, `Timeout`)."""
CONFIG = Config(
    # The models make the parameters, and the contract suite proves them: checking each again costs 5 % of a call.
    parameter_validation=False,
    # Assembling botocore's own user agent costs 15 % of a call.
    user_agent="rekindle",
    tcp_keepalive=True,
    retries={"mode": "standard", "total_max_attempts": 3},
    connect_timeout=CONNECT_TIMEOUT,
    read_timeout=READ_TIMEOUT,
)


@dataclass(frozen=True, slots=True)
class TableNames:
    people: str
    scores: str
    ledger: str
    reference: str


def open_client(region: str, endpoint: str | None = None, session: botocore.session.Session | None = None) -> Any:
    """A tuned DynamoDB client. `endpoint` is None on AWS."""
    session = session or botocore.session.get_session()
    client: Any = session.create_client("dynamodb", region_name=region, endpoint_url=endpoint, config=CONFIG)
    address = client.meta.endpoint_url
    # botocore has no public place for another transport; what the next line relies on is held by its pinned version.
    if not get_environ_proxies(address):
        roots: Any = session.get_config_variable("ca_bundle") or get_cert_path(True)
        client._endpoint.http_session = KeptConnection(address, CONNECT_TIMEOUT, READ_TIMEOUT, roots)
    return client


def bind(client: Any, names: TableNames) -> Connection:
    """Give all models their tables and the one client. The last binding of a process wins."""
    connection = Connection(region=client.meta.region_name)
    connection._client = client
    tables: Mapping[type[Model], str] = {
        PeopleItem: names.people,
        ScoreItem: names.scores,
        LedgerItem: names.ledger,
        ReferenceItem: names.reference,
    }
    for model, name in tables.items():
        model.Meta.table_name = name
        # pynamodb's own way registers with the connection which attributes are keys; only the connection is exchanged.
        table = model._get_connection()
        connection.add_meta_table(table.get_meta_table())
        table.connection = connection
    return connection


_CONFLICTS = {"ConditionalCheckFailed", "TransactionConflict", "ConditionalCheckFailedException"}
_CONFLICTS |= {"TransactionConflictException", "TransactionInProgressException"}
_NEVER = {"ValidationException", "ValidationError"}
"""What the service will not take, however often it is asked; the second is a transaction's own word for it."""


@contextmanager
def our_errors() -> Iterator[None]:
    """Conditions that fail are Conflicts, and what can never be taken is refused; whatever else the service says is
    Unavailable, with its code."""
    try:
        yield
    except PynamoDBException as error:
        raise _domain_error(error, error.cause) from error
    except (ClientError, BotoCoreError) as error:
        raise _domain_error(error, error) from error


def _domain_error(error: Exception, cause: Exception | None) -> Exception:
    messages: dict[str, str] = {}
    if isinstance(cause, ClientError):
        for one in (cause.response.get("Error", {}), *cause.response.get("CancellationReasons", ())):
            messages[one.get("Code", "")] = one.get("Message", "")
    reasons = getattr(cause, "cancellation_reasons", None) or getattr(error, "cancellation_reasons", None) or ()
    messages.update({reason.code: reason.message or "" for reason in reasons if reason is not None})
    codes = messages.keys()
    if codes & _CONFLICTS:
        return Conflict("a condition did not hold")
    never = " ".join(messages[code] for code in codes & _NEVER)
    if "Item size" in never:
        return TooLarge("the record would become larger than the 400 KB that the store holds")
    if never or codes & _NEVER:
        return Refusal("the store does not take it as it is")
    return Unavailable(f"DynamoDB: {', '.join(sorted(codes - {''})) or type(cause or error).__name__}")
