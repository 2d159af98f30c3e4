"""The command line: its arguments, and the exit status of what goes wrong."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from typing import TYPE_CHECKING, Final

from tenantlint import __version__, commands
from tenantlint.asked import UsageError
from tenantlint.commands import ERROR
from tenantlint.config import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

INTERRUPTED: Final = 130

_EXIT_STATUS: Final = """\
exit status:
  0  nothing was found, or only warnings (see --fail-on)
  1  findings, or files that cannot be read
  2  a wrong command line or configuration, or a bug in tenantlint
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    arguments = _parser().parse_args(argv)
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except (UsageError, ConfigError) as error:
        print(f"tenantlint: error: {error}", file=sys.stderr)
        return ERROR
    except BrokenPipeError:
        # What is left in the buffer goes nowhere, so that the interpreter does not complain about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _run(arguments: Namespace) -> int:
    command: Callable[[Namespace], int] = arguments.run
    try:
        return command(arguments)
    except (UsageError, ConfigError, BrokenPipeError):
        raise
    except Exception:
        from traceback import print_exc

        print_exc()
        print("tenantlint: error: this is a bug in tenantlint", file=sys.stderr)
        return ERROR


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        "tenantlint",
        description="Check multi-tenant PostgreSQL schemas in SQLModel and Drizzle.",
        epilog=_EXIT_STATUS,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tenantlint {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_check(subparsers.add_parser("check", help="check schemas against the rules"))
    _add_dump(subparsers.add_parser("dump", help="print the schema as it is read"))
    _add_rule(subparsers.add_parser("rule", help="print the page of a rule, or list the rules"))
    return parser


def _add_check(check: ArgumentParser) -> None:
    check.set_defaults(run=commands.check)
    _add_paths(check)
    selection = check.add_argument_group("rules", "A RULE is a code, a name, a family such as TEN, or ALL.")
    selection.add_argument("--select", metavar="RULE[,RULE]", action="append", help="run these rules and no others")
    selection.add_argument("--extend-select", metavar="RULE[,RULE]", action="append", help="run these rules too")
    selection.add_argument("--ignore", metavar="RULE[,RULE]", action="append", help="do not run these rules")
    selection.add_argument(
        "--only", metavar="RULE[,RULE]", action="append", help="of the selected rules, run only these"
    )
    selection.add_argument("--preset", choices=["recommended", "strict", "all"], help="the rules to start from")
    output = check.add_argument_group("output")
    output.add_argument("--output-format", choices=["text", "concise", "json", "github"], default="text")
    output.add_argument("--color", choices=["auto", "always", "never"], default="auto")
    output.add_argument("--explain-unknown", action="store_true", help="also list what could not be read statically")
    output.add_argument("-q", "--quiet", action="store_true", help="print findings only, no summary")
    output.add_argument("--exit-zero", action="store_true", help="exit with status 0 in spite of findings")
    output.add_argument("--fail-on", choices=["error", "warning"], help="the mildest finding that gives status 1")
    check.add_argument("--stdin-filename", metavar="NAME", help="check standard input as the content of this file")
    check.add_argument(
        "--force-exclude", action="store_true", help="leave out excluded files even where they are named"
    )


def _add_dump(dump: ArgumentParser) -> None:
    dump.set_defaults(run=commands.dump)
    _add_paths(dump)
    dump.add_argument("--output-format", choices=["json"], default="json")


def _add_paths(parser: ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: the current folder)")
    config = parser.add_mutually_exclusive_group()
    config.add_argument("--config", metavar="FILE", help="read this configuration file and no other")
    config.add_argument("--no-config", action="store_true", help="read no configuration file")


def _add_rule(rule: ArgumentParser) -> None:
    rule.set_defaults(run=commands.rule)
    rule.add_argument("rule", nargs="?", metavar="RULE", help="a code or a name (default: list all rules)")
