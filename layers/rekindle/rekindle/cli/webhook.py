"""rekindle webhook: make a request as a tool would sign it, or see what a mapping makes of a body."""

import argparse
import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from rekindle.cli.arguments import STANDARD_INPUT, command
from rekindle.cli.lines import write_line
from rekindle.cli.play import Unusable, bytes_of, settings_of
from rekindle.domain.core.errors import Unavailable

if TYPE_CHECKING:
    from rekindle.domain.webhooks.webhook import Webhook


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "webhook",
        "sign a request as a tool does, or try a mapping",
        """
          rekindle webhook --settings settings.yaml --source typeform --preview body.json
          rekindle webhook --settings settings.yaml --source hubspot --sign body.json --secret secret.txt
          rekindle webhook --settings settings.yaml --source hubspot --sign body.json --secret secret.txt --send
        """,
        "Sign a body as the tool of a webhook would, and write the request as a command of curl, or send it. Or write "
        "the facts that the mapping makes of a body, one line for each item, without a stack.",
    )
    parser.add_argument("--settings", type=Path, required=True, help="YAML or JSON; - for standard input")
    parser.add_argument("--source", required=True, metavar="NAME", help="a key of the settings' webhooks")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--sign", type=Path, metavar="BODY", help="file with the body to sign")
    what.add_argument("--preview", type=Path, metavar="BODY", help="file with the body to map")
    parser.add_argument("--secret", type=Path, metavar="FILE", help="file with the secret; - for standard input")
    parser.add_argument("--url", help="where to send it (default: the address of the settings)")
    parser.add_argument("--send", action="store_true", help="send the request, and write the answer")
    parser.set_defaults(run=_webhook)


def _webhook(parsed: argparse.Namespace) -> int:
    from rekindle.domain.webhooks.webhook import webhooks_of

    webhook = webhooks_of(settings_of(parsed.settings)).get(parsed.source)
    if webhook is None:
        raise Unusable(f"the settings have no webhook {parsed.source!r}")
    if parsed.preview is not None:
        return _preview(webhook, bytes_of(parsed.preview))
    if parsed.secret is None:
        raise Unusable("--sign needs --secret, a file with the secret")
    url = parsed.url or webhook.address
    if not url.startswith(("https://", "http://")):
        raise Unusable("the settings have no address for this webhook: name one with --url")
    return _signed(webhook, parsed, url)


def _preview(webhook: "Webhook", body: bytes) -> int:
    """Exit status 1 where an item would fail. Who has an e-mail address is not known without a stack."""
    from rekindle.adapters.sources.webhooks.mapper import mapped
    from rekindle.adapters.wire.webhooks import preview
    from rekindle.domain.webhooks.item import RawWebhook

    now = datetime.now(UTC).replace(microsecond=0)
    items = preview(mapped(webhook, RawWebhook(webhook.source, body, now), lambda address: f"mail:{address}"))["items"]
    for item in items:
        write_line(item)
    return int(any(item["fault"] for item in items))


def _signed(webhook: "Webhook", parsed: argparse.Namespace, url: str) -> int:
    from rekindle.domain.webhooks.proof import sign

    body = bytes_of(parsed.sign)
    secret = sys.stdin.read() if parsed.secret == STANDARD_INPUT else parsed.secret.read_text(encoding="utf-8")
    headers = {"Content-Type": "application/json", **sign(webhook, body, secret.strip(), datetime.now(UTC))}
    if not parsed.send:
        lines = [f"curl -X POST {shlex.quote(url)}", *(shlex.join(["-H", f"{n}: {v}"]) for n, v in headers.items())]
        print(" \\\n  ".join([*lines, shlex.join(["--data-binary", f"@{parsed.sign}"])]))
        return 0
    status, answer = _sent(Request(url, body, headers, method="POST"))  # noqa: S310
    write_line({"status": status, "answer": answer})
    return int(status >= 300)


def _sent(request: Request) -> tuple[int, Any]:
    """Status and body of the answer. Raises Unavailable."""
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, _json(answer.read())
    except HTTPError as refused:
        with refused:
            return refused.code, _json(refused.read())
    except URLError as error:
        raise Unavailable(f"{request.full_url}: {error.reason}") from error


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
