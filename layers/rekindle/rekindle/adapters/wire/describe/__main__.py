"""Write what is made from the declarations: the OpenAPI document, the table of events in docs/events.md, the picture
of the states in docs/lifecycle.md, and the reference of the settings in docs/settings.md.

python -m rekindle.adapters.wire.describe docs      (make describe)
"""

import json
import sys
from pathlib import Path

from rekindle.adapters.wire.describe import event_table, settings_reference, states
from rekindle.adapters.wire.describe.document import WRITTEN
from rekindle.adapters.wire.describe.openapi import described


def written() -> str:
    return f"{json.dumps(described(), indent=1, ensure_ascii=False)}\n"


if __name__ == "__main__":
    WRITTEN.write_text(written(), encoding="utf-8")
    documents = Path(sys.argv[1])
    for name, made in (
        ("events.md", event_table.in_document),
        ("lifecycle.md", states.in_document),
        ("settings.md", settings_reference.in_document),
    ):
        guide = documents / name
        guide.write_text(made(guide.read_text(encoding="utf-8")), encoding="utf-8")
