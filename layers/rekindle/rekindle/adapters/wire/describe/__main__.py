"""Write what is made from the declarations: the OpenAPI document, and the table of events in docs/events.md.

python -m rekindle.adapters.wire.describe docs/events.md      (make describe)
"""

import json
import sys
from pathlib import Path

from rekindle.adapters.wire.describe.document import WRITTEN
from rekindle.adapters.wire.describe.event_table import in_document
from rekindle.adapters.wire.describe.openapi import described


def written() -> str:
    return f"{json.dumps(described(), indent=1, ensure_ascii=False)}\n"


if __name__ == "__main__":
    WRITTEN.write_text(written(), encoding="utf-8")
    guide = Path(sys.argv[1])
    guide.write_text(in_document(guide.read_text(encoding="utf-8")), encoding="utf-8")
