"""Reads a command line by tables of options, and prints the help for them.

``argparse`` does more, and takes a fifth of the time of a cold run on one file to be imported and set up.
"""

from __future__ import annotations

from tenantlint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Final

HELP_COLUMN: Final = 30


class UsageError(Exception):
    """The command line asks for something that cannot be done; the message says what, for people."""


class ConfigError(Exception):
    """The configuration cannot be used. The message names the file and the key, for people."""


class Option(Record):
    """An option. ``value`` is what its value is called in the help, None for an option that takes none.

    ``choices`` are the values that it may have; () allows any. ``short`` is its one-letter form (``-q``).
    """

    name: str
    help: str
    value: str | None = None
    choices: tuple[str, ...] = ()
    short: str | None = None


class Command(Record):
    """A command: its options in groups with titles, and what it calls its operands; ``most`` of them may be given."""

    name: str
    help: str
    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    operand: str
    operand_help: str
    most: int | None = None

    def options(self) -> dict[str, Option]:
        """Return the options by each of their names."""
        listed = [option for _, options in self.groups for option in options]
        shorts = {option.short: option for option in listed if option.short is not None}
        return {option.name: option for option in listed} | shorts


class Arguments(Record):
    """A command line that has been read. ``given`` has the values of each option given, in order."""

    operands: tuple[str, ...]
    given: Mapping[str, tuple[str, ...]]

    def flag(self, name: str) -> bool:
        """Return whether the option was given."""
        return name in self.given

    def one(self, name: str) -> str | None:
        """Return the value of an option, None where it was not given; the last one counts."""
        values = self.given.get(name)
        return values[-1] if values else None

    def listed(self, name: str) -> tuple[str, ...]:
        """Return all values of an option that takes lists with commas and may be repeated."""
        words = (word.strip() for value in self.given.get(name, ()) for word in value.split(","))
        return tuple(word for word in words if word)


HELP: Final = Option("--help", "show this help and exit", short="-h")


def read(command: Command, words: Sequence[str]) -> Arguments:
    """Return what ``words`` say to ``command``. Options and operands may mix; after ``--`` all are operands.

    Raises UsageError.
    """
    options = command.options()
    operands: list[str] = []
    given: dict[str, tuple[str, ...]] = {}
    rest = iter(words)
    for word in rest:
        if word == "--":
            operands.extend(rest)
        elif len(word) < 2 or not word.startswith("-"):
            operands.append(word)
        else:
            option, value = _option(options, word, rest)
            given[option.name] = given.get(option.name, ()) + value
    if command.most is not None and len(operands) > command.most and HELP.name not in given:
        raise UsageError(f"unexpected argument: {operands[command.most]}")
    return Arguments(tuple(operands), given)


def _option(options: Mapping[str, Option], word: str, rest: Iterator[str]) -> tuple[Option, tuple[str, ...]]:
    """Return the option that ``word`` is and its value, taken from ``word`` or from ``rest``; () where it has none."""
    name, equals, value = word.partition("=")
    option = options.get(name)
    if option is None:
        raise UsageError(f"unknown option {name}{_suggestion(name, options)}")
    if option.value is None:
        if equals:
            raise UsageError(f"{name} takes no value")
        return option, ()
    if not equals:
        following = next(rest, None)
        if following is None:
            raise UsageError(f"{name} expects {option.value}")
        value = following
    if option.choices and value not in option.choices:
        raise UsageError(f"{name}: expected {', '.join(option.choices[:-1])} or {option.choices[-1]}, not {value}")
    return option, (value,)


def _suggestion(name: str, options: Mapping[str, Option]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, options, 1)
    return f"; did you mean {close[0]}?" if close else ""


def usage(command: Command) -> str:
    """Return the help of a command."""
    operand = f" [{command.operand}{'' if command.most == 1 else ' ...'}]" if command.operand else ""
    lines = [f"Usage: tenantlint {command.name} [OPTION ...]{operand}", "", f"{command.help}."]
    lines += ["", *_row(command.operand, command.operand_help)] if command.operand else []
    for title, options in command.groups:
        lines += ["", f"{title}:"]
        for option in options:
            lines += _row(_synopsis(option), option.help)
    return "".join(f"{line}\n" for line in lines)


def _synopsis(option: Option) -> str:
    name = option.name if option.short is None else f"{option.short}, {option.name}"
    return name if option.value is None else f"{name} {option.value}"


def _row(left: str, text: str) -> list[str]:
    if len(left) + 4 > HELP_COLUMN:
        return [f"  {left}", f"{'':{HELP_COLUMN}}{text}"]
    return [f"  {left:{HELP_COLUMN - 2}}{text}"]
