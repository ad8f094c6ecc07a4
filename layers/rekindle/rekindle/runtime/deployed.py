"""The use cases over a deployed stack, for an operator at the command line."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from rekindle.adapters.aws.stack import outputs_of, session_of_caller
from rekindle.adapters.dynamodb.connection import open_client
from rekindle.runtime import aws
from rekindle.runtime.environment import Environment
from rekindle.runtime.use_cases import UseCases

_TABLES = {
    "PEOPLE_TABLE": "PeopleTableName",
    "SCORES_TABLE": "ScoresTableName",
    "LEDGER_TABLE": "LedgerTableName",
    "REFERENCE_TABLE": "ReferenceTableName",
}


@contextmanager
def use_cases_of(stack: str) -> Iterator[UseCases]:
    """As the stack's functions have them, with the credentials of whoever calls. Raises Refusal and Unavailable."""
    session = session_of_caller()
    outputs = outputs_of(session, stack)
    tables = {variable: outputs[output] for variable, output in _TABLES.items()}
    environment = Environment.of({**tables, "AWS_REGION": session.get_config_variable("region")})
    with closing(open_client(environment.region, session=session)) as client:
        yield aws.use_cases_on(environment, client)
