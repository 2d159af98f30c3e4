"""Second tries with what the grammar does not know, for statements that it refuses."""

from __future__ import annotations

import re
from typing import Final

from tenantlint.lang.sql.effects import HOLE

_REPAIRS: Final = (
    rb"(?s)(?P<string>'(?:[^']|'')*+'(?:[ \t]*[\r\n]\s*'(?:[^']|'')*+')*+)"
    rb"|(?P<keep>\"[^\"]*\"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    rb"|(?P<comment>--[^\r\n]*|/\*.*?\*/)"
    rb"|(?P<any>(?:<>|!=|<=|>=|[=<>])\s*(?i:any|some))(?=\s*\(\s*(?i:select|with|values)\b)"
    rb"|(?<![:\w]):(?P<name>\"[^\"]+\")"
    rb"|(?P<value>(?<![:\w]):(?:'[^']*'|[A-Za-z_]\w*)|%\(\w+\)s|%s)"
)


def repaired(data: bytes) -> bytes:
    """Return a statement without comments, with IN for ``= ANY (SELECT …)``, and with parameters for variables.

    Variables are those of psql and of drivers (``:name``, ``%(name)s``). A string that goes on in the next line becomes
    one. All keeps its place, but after such a string, and after psql's ``:"name"``, which gives a name with a HOLE.
    """
    return re.sub(_REPAIRS, _repaired, data)


def _repaired(match: re.Match[bytes]) -> bytes:
    if match["keep"] is not None:
        return match[0]
    if match["string"] is not None:
        return re.sub(rb"'[ \t]*[\r\n]\s*'", b"", match[0])
    if match["comment"] is not None:
        return re.sub(rb"[^\r\n]", b" ", match[0])
    if match["name"] is not None:
        return b'"' + HOLE.encode() + b'"'
    return (b"in" if match["any"] is not None else b"$1").ljust(len(match[0]))
