"""The tree-sitter parsers of SQL and PL/pgSQL, loaded without the package's own start-up cost.

``tree_sitter_postgres/__init__.py`` imports ``importlib.resources`` (12 ms). Only its extension module is needed.
"""

from __future__ import annotations

import sys
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from os import listdir
from os.path import join
from time import monotonic
from typing import TYPE_CHECKING, Final

from tree_sitter import Language, Parser

if TYPE_CHECKING:
    from types import ModuleType

    from tree_sitter import Node

_PACKAGE: Final = "tree_sitter_postgres"
_BINDING: Final = "_binding"
_LARGE: Final = 30_000
_CHUNK: Final = 65_536
_SECONDS: Final = 2.0
_parsers: dict[str, Parser] = {}


def parse_sql(data: bytes) -> Node | None:
    """Return the root of the tree of a SQL statement, None where it does not parse."""
    return _root("language", data)


def parse_plpgsql(data: bytes) -> Node | None:
    """Return the root of the tree of a PL/pgSQL block, None where it does not parse."""
    return _root("language_plpgsql", data)


def _root(entry: str, data: bytes) -> Node | None:
    parser = _parser(entry)
    if len(data) > _LARGE and not _ends_in_time(parser, data):
        return None
    root = parser.parse(data).root_node
    return None if root.has_error else root


def _ends_in_time(parser: Parser, data: bytes) -> bool:
    """Tell whether a large text parses soon: to recover from its errors, tree-sitter may take quadratic time."""
    deadline = monotonic() + _SECONDS
    try:
        parser.parse(lambda at, _: data[at : at + _CHUNK], progress_callback=lambda *_: monotonic() > deadline)
    except ValueError:  # what py-tree-sitter raises when it is stopped
        parser.reset()
        return False
    return True


def _parser(entry: str) -> Parser:
    found = _parsers.get(entry)
    if found is None:
        found = _parsers[entry] = Parser(Language(getattr(_binding(), entry)()))
    return found


def _binding() -> ModuleType:
    """Return the extension module; the ordinary import where it cannot be found on its own."""
    if _PACKAGE in sys.modules:
        return sys.modules[_PACKAGE]
    name = f"{_PACKAGE}.{_BINDING}"
    if name in sys.modules:
        return sys.modules[name]
    spec = PathFinder.find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for file in listdir(folder):
            if file.startswith(_BINDING) and file.endswith((".so", ".pyd")):
                return _load(name, join(folder, file))
    return __import__(_PACKAGE)


def _load(name: str, path: str) -> ModuleType:
    loader = ExtensionFileLoader(name, path)
    module = loader.create_module(ModuleSpec(name, loader, origin=path))
    loader.exec_module(module)
    return module
