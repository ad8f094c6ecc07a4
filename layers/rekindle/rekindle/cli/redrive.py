"""rekindle redrive: look into a stack's failure queue, and send its content on again."""

import argparse
import sys


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("redrive", help="send the content of a stack's failure queue on again")
    parser.add_argument("--stack", required=True, metavar="NAME", help="name of the deployed stack")
    parser.add_argument("--dry-run", action="store_true", help="only list what is there, and why")
    parser.set_defaults(run=_redrive)


def _redrive(parsed: argparse.Namespace) -> int:
    """Exit status 1 where something stays in the queue."""
    # Half of the time a command takes to start would be the import of AWS's client, which no other command needs.
    from rekindle.adapters.aws.redrive import NotRedriven, Outdated, Redrive

    redrive = Redrive(parsed.stack)
    sent = left = dropped = 0
    found = list(redrive.failed())
    for failed in found:
        print(f"{failed.what}  {failed.reason}")
        try:
            if parsed.dry_run:
                redrive.keep(failed)
                continue
            redrive.send_on(failed)
            sent += 1
        except Outdated as why:
            dropped += 1
            print(f"  dropped: {why}")
        except NotRedriven as why:
            redrive.keep(failed)
            left += 1
            print(f"  stays: {why}")
    if parsed.dry_run:
        print(f"{len(found):,} in the failure queue.", file=sys.stderr)
    else:
        outdated = f", {dropped} dropped" if dropped else ""
        print(f"{sent} sent on{outdated}, {left} left.", file=sys.stderr)
    return 1 if left else 0
