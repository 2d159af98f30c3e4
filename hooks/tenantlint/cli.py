"""The command line."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Final

from tenantlint import __version__
from tenantlint.asked import Opening, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CLEAN: Final = 0
FINDINGS: Final = 1
ERROR: Final = 2
INTERRUPTED: Final = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 clean, 1 findings, 2 error."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    arguments = _parser().parse_args(argv)
    try:
        status = _COMMANDS[arguments.command](arguments)
        sys.stdout.flush()
    except UsageError as error:
        print(f"tenantlint: error: {error}", file=sys.stderr)
        return ERROR
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _parser() -> ArgumentParser:
    parser = ArgumentParser("tenantlint", description="Check multi-tenant PostgreSQL schemas in SQLModel and Drizzle.")
    parser.add_argument("--version", action="version", version=f"tenantlint {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    dump = commands.add_parser("dump", help="print the schema that is read")
    dump.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: the current folder)")
    dump.add_argument("--output-format", choices=["json"], default="json")
    return parser


def _dump(arguments: Namespace) -> int:
    opening = Opening(arguments.paths, os.getcwd())
    from tenantlint.link import link
    from tenantlint.report.dump import dump

    project = opening.finish().project
    result = link(project)
    sys.stdout.write(dump(result.schema, lambda at: project.source(at.path).line_of(at.start)))
    return CLEAN


_COMMANDS: Final[dict[str, Callable[[Namespace], int]]] = {"dump": _dump}
