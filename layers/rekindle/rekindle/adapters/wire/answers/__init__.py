"""The shapes of the API's answers, from which the OpenAPI document is made. The views write them as plain dictionaries;
the tests check the answers of the functions against the document.

An annotation `Annotated[type, (keyword, value)]` adds keywords of JSON Schema. The class of an answer has the name of
its schema. No function imports this package: the document is made before the layer is built.
"""

from typing import Annotated

Instant = Annotated[str, ("format", "date-time")]
