from __future__ import annotations

import pytest

from tenantlint.arguments import HELP, Arguments, Command, Option, UsageError, read, usage

COMMAND = Command(
    "look",
    "Look at things",
    (
        ("Choice", (Option("--color", "which colour", "COLOR", ("red", "green", "blue")),)),
        (
            "Other",
            (
                Option("--select", "these things", "THING[,THING]"),
                Option("--with-a-very-long-name", "long", "NAME"),
                Option("--quiet", "say less", short="-q"),
                HELP,
            ),
        ),
    ),
    "PATH",
    "where to look",
)


@pytest.mark.parametrize(
    ("words", "operands", "given"),
    [
        ("", (), {}),
        ("a b", ("a", "b"), {}),
        ("a --color red b", ("a", "b"), {"--color": ("red",)}),
        ("--color=red --color blue", (), {"--color": ("red", "blue")}),
        ("-q a", ("a",), {"--quiet": ()}),
        ("--select=a=b", (), {"--select": ("a=b",)}),
        ("--select --quiet", (), {"--select": ("--quiet",)}),
        ("-- -q --color", ("-q", "--color"), {}),
        ("-", ("-",), {}),
        ("-h", (), {"--help": ()}),
    ],
)
def test_read(words: str, operands: tuple[str, ...], given: dict[str, tuple[str, ...]]) -> None:
    assert read(COMMAND, words.split()) == Arguments(operands, given)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--colour red", "unknown option --colour; did you mean --color?"),
        ("-x", "unknown option -x"),
        ("--color", "--color expects COLOR"),
        ("--color=pink", "--color: expected red, green or blue, not pink"),
        ("--quiet=yes", "--quiet takes no value"),
    ],
)
def test_wrong_options(words: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(COMMAND, words.split())
    assert str(raised.value) == message


def test_too_many_operands() -> None:
    one = Command("one", "One", (("Options", (HELP,)),), "THING", "a thing", most=1)
    assert read(one, ["a"]).operands == ("a",)
    with pytest.raises(UsageError, match=r"^unexpected argument: b$"):
        read(one, ["a", "b"])


def test_values() -> None:
    arguments = read(COMMAND, ["--color=red", "--color=blue", "--select", "a, b,,", "--select=c", "-q"])
    assert arguments.one("--color") == "blue"
    assert arguments.listed("--select") == ("a", "b", "c")
    assert arguments.flag("--quiet")
    assert arguments.one("--with-a-very-long-name") is None
    assert arguments.listed("--with-a-very-long-name") == ()
    assert not arguments.flag("--help")


def test_usage() -> None:
    assert usage(COMMAND) == (
        "Usage: tenantlint look [OPTION ...] [PATH ...]\n"
        "\n"
        "Look at things.\n"
        "\n"
        "  PATH                        where to look\n"
        "\n"
        "Choice:\n"
        "  --color COLOR               which colour\n"
        "\n"
        "Other:\n"
        "  --select THING[,THING]      these things\n"
        "  --with-a-very-long-name NAME\n"
        "                              long\n"
        "  -q, --quiet                 say less\n"
        "  -h, --help                  show this help and exit\n"
    )
