"""The command line: its commands and options, and the exit status of what goes wrong."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from tenantlint import __version__, options
from tenantlint.arguments import ConfigError, UsageError, read, usage
from tenantlint.running import CLEAN, ERROR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final

    from tenantlint.arguments import Arguments, Command

INTERRUPTED: Final = 130

COMMANDS: Final[dict[str, Command]] = {
    "check": options.CHECK,
    "dump": options.DUMP,
    "rule": options.RULE,
    "init": options.INIT,
    "rename": options.RENAME,
    "checklist": options.CHECKLIST,
    "graph": options.GRAPH,
    "new": options.NEW,
    "drift": options.DRIFT,
    "scan": options.SCAN,
    "server": options.SERVER,
}
"""The function of a command's name, in the module of that name in ``commands``, runs it. Only that module is loaded."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # the caller has closed it
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        getattr(sys, name).reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except (UsageError, ConfigError) as error:
        print(f"tenantlint: error: {error}", file=sys.stderr)
        return ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        _tell(error)
        return ERROR
    return status


def _tell(error: Exception) -> None:
    """Tell what stopped a command: a reader that went away is nothing to tell, a full disk no bug."""
    from errno import EDQUOT, EFBIG, EIO, ENOSPC, EPIPE

    number = error.errno if isinstance(error, OSError) else None
    if number in (EDQUOT, EFBIG, EIO, ENOSPC, EPIPE):
        # What is left in the buffer goes nowhere, so that the interpreter does not complain about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if number != EPIPE:
            print(f"tenantlint: error: the output cannot be written: {os.strerror(number)}", file=sys.stderr)
        return
    from traceback import print_exception

    print_exception(error)
    print("tenantlint: error: this is a bug in tenantlint", file=sys.stderr)


def _run(words: Sequence[str]) -> int:
    if not words:
        sys.stderr.write(overview())
        return ERROR
    name, *rest = words
    if name in ("--help", "-h"):
        sys.stdout.write(overview())
        return CLEAN
    if name == "--version":
        print(f"tenantlint {__version__}")
        return CLEAN
    if name not in COMMANDS:
        raise UsageError(f"no such command: {name} (there are {', '.join(COMMANDS)})")
    command = COMMANDS[name]
    arguments = read(command, rest)
    if arguments.flag("--help"):
        sys.stdout.write(usage(command))
        return CLEAN
    run: Callable[[Arguments], int] = getattr(import_module(f"tenantlint.commands.{name}"), name)
    return run(arguments)


def overview() -> str:
    """Return the help of tenantlint as a whole."""
    listed = "".join(f"  {name:11}{command.help}\n" for name, command in COMMANDS.items())
    return f"""\
Usage: tenantlint COMMAND [OPTION ...] [PATH ...]

Checks multi-tenant PostgreSQL schemas in SQLModel and Drizzle.

Commands:
{listed}
tenantlint COMMAND --help tells more. --version prints the version.

Exit status:
  0  nothing was found, or only warnings (see --fail-on)
  1  findings, or files that cannot be read
  2  a wrong command line or configuration, or a bug in tenantlint
"""
