"""Starts SAM CLI with the YAML parser that is written in C, if there is one. SAM CLI reads a template seven times to
deploy it, and ours is long.

    .venv/bin/python -P tests/local_cloud/start_sam.py deploy ...
"""

import yaml

if yaml.__with_libyaml__:
    yaml.SafeLoader = yaml.CSafeLoader  # type: ignore[assignment,misc]
    yaml.SafeDumper = yaml.CSafeDumper  # type: ignore[assignment,misc]

# SAM CLI takes the names that yaml has when it is imported.
from samcli.cli.main import cli  # type: ignore[import-untyped]

if __name__ == "__main__":
    cli(prog_name="sam")
