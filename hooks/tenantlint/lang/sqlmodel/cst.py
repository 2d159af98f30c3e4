"""LibCST's parser without LibCST's node classes.

``import libcst`` takes 120 ms, nearly all of it to build some 200 dataclasses that reading a schema does not need. The
parser itself is a native module that asks the module ``libcst`` for a class by name whenever it makes a node. So
while it runs, it is given classes that only hold what they are made with: the same tree, with the same attribute
names, in a fifth of the time. Where this LibCST cannot be driven so, or the real one is imported already, the real
one does the work; a test holds both trees to be equal.
"""

from __future__ import annotations

import os
import re
import sys
from _thread import allocate_lock
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec, PathFinder
from importlib.util import module_from_spec
from types import FunctionType, ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    import libcst

_PLACE: Final = re.compile(r"error at (\d+):(\d+)")
"""The parser's message tells the column, which its exception leaves at 0."""


class CstSyntaxError(Exception):
    """The text is no Python. ``line`` counts from 1, ``column`` from 0 in UTF-8 bytes."""

    def __init__(self, message: str, *, lines: object = (), raw_line: int = 1, raw_column: int = 0) -> None:
        super().__init__(message)
        place = _PLACE.search(message)
        self.message = message
        self.line = int(place[1]) if place else raw_line
        self.column = int(place[2]) if place else raw_column


class _Node(SimpleNamespace):
    """Holds what it is made with. That no Python runs when one is made saves a fifth of the parser's time."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__  # type: ignore[assignment]

    def __getattr__(self, name: str) -> None:
        """Give None for what the node was made without: where LibCST's class has another default, it is empty too."""
        if name.startswith("__"):
            raise AttributeError(name)


def _class_of(name: str) -> type:
    """Return the class of the name that is asked for, and keep it: the ``__getattr__`` of ``_classes``."""
    if name.startswith("_"):
        raise AttributeError(name)
    made = type(name, (_Node,), {})
    setattr(_classes, name, made)
    return made


_PACKAGE: Final = "libcst"
_NATIVE: Final = "libcst.native"
_classes: Final = ModuleType(_PACKAGE)
"""Stands in for the module ``libcst``: has a class of every name that is asked for."""
_classes.__dict__.update(ParserSyntaxError=CstSyntaxError, __getattr__=_class_of)


def _call(function: Callable[[str], object], text: str) -> object:
    return function(text)


_call_parser: Final = FunctionType(_call.__code__, {"__builtins__": {"__import__": lambda name, *_: sys.modules[name]}})
"""Calls the parser, which imports ``libcst`` anew for each node, and for that takes the ``__import__`` of its caller.

Python's own looks for more than that the module is loaded, which takes a sixth of the parser's time.
"""


_ALONE: Final = allocate_lock()
"""Held while ``libcst`` is another module than it is: threads parse one after the other."""


def parse(text: str) -> libcst.Module:
    """Return the tree of a module. Raises CstSyntaxError where the text does not parse.

    The nodes have the attributes of LibCST's nodes and classes of the same names, but need not be instances of
    LibCST's classes: ask ``type(node).__name__``.
    """
    with _ALONE:
        if _PACKAGE in sys.modules:
            return _parse_with_libcst(text)
        parser = _native()
        if parser is None:
            return _parse_with_libcst(text)
        sys.modules[_PACKAGE] = _classes
        try:
            return cast("libcst.Module", _call_parser(parser.parse_module, text))
        finally:
            del sys.modules[_PACKAGE]


def _parse_with_libcst(text: str) -> libcst.Module:
    import libcst

    try:
        return libcst.parse_module(text)
    except (libcst.CSTValidationError, libcst.CSTLogicError) as error:
        raise CstSyntaxError(str(error)) from error
    except libcst.ParserSyntaxError as error:
        raise CstSyntaxError(error.message, raw_line=error.raw_line, raw_column=error.raw_column) from error


def _native() -> ModuleType | None:
    """Return the native parser; it stays in ``sys.modules``, where the real package finds it, as it loads only once."""
    if _NATIVE not in sys.modules:
        package = PathFinder.find_spec(_PACKAGE)
        folders = package.submodule_search_locations if package is not None else None
        file = next((path for folder in folders or () for path in _extension_files(folder)), None)
        if file is None:
            return None
        loader = ExtensionFileLoader(_NATIVE, file)
        module = module_from_spec(ModuleSpec(_NATIVE, loader, origin=file))
        loader.exec_module(module)
        sys.modules[_NATIVE] = module
    return sys.modules[_NATIVE]


def _extension_files(folder: str) -> list[str]:
    candidates = [os.path.join(folder, "native" + suffix) for suffix in EXTENSION_SUFFIXES]
    return [path for path in candidates if os.path.isfile(path)]
