"""The picture of the states of a person, as docs/lifecycle.md shows it."""

from rekindle.domain.lifecycle.states import diagram

BEGIN = "<!-- Written by make describe, from the table of the transitions. -->\n"
END = "<!-- End of what make describe writes. -->\n"


def in_document(text: str) -> str:
    """The document with the picture drawn anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}```mermaid\n{diagram()}```\n{END}{after}"
