"""Runs pieces of code with the SQLModel that is installed, each on its own, and says what became of them.

Reads a JSON object of code by name from standard input. Writes what happens to each: ``raises`` with the exception's
name when the classes are made, ``broken`` where an object of the last class cannot be made, ``warns``, or ``fine``; and
for ``value`` what the code left in that variable.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any


def outcome(code: str) -> list[Any]:
    """Return what happens, and the variable ``value``."""
    from sqlalchemy.orm import clear_mappers
    from sqlmodel import SQLModel

    SQLModel.metadata.clear()
    clear_mappers()
    SQLModel._sa_registry._class_registry.clear()
    scope: dict[str, Any] = {"__name__": "misuse"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(compile(code, "case", "exec", dont_inherit=True), scope)  # the tests' own code
        except Exception as error:
            return ["raises", type(error).__name__]
    told = any("shadows" in str(each.message) or "reserved" in str(each.message) for each in caught)
    try:
        scope.get("make", lambda: None)()
    except Exception as error:
        return ["broken", type(error).__name__]
    return ["warns" if told else "fine", scope.get("value")]


if __name__ == "__main__":
    json.dump({name: outcome(code) for name, code in json.load(sys.stdin).items()}, sys.stdout)
