"""The tree-sitter parsers of SQL and PL/pgSQL, loaded without the package's own start-up cost.

``tree_sitter_postgres/__init__.py`` imports ``importlib.resources`` (12 ms). Only its extension module is needed.
"""

from __future__ import annotations

import sys
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from os import listdir
from os.path import join
from typing import TYPE_CHECKING, Final

from tree_sitter import Language, Parser

if TYPE_CHECKING:
    from types import ModuleType

    from tree_sitter import Node

_PACKAGE: Final = "tree_sitter_postgres"
_BINDING: Final = "_binding"
_parsers: dict[str, Parser] = {}


def parse_sql(data: bytes) -> Node:
    """Return the root of the tree of a SQL statement."""
    return _parser("language").parse(data).root_node


def parse_plpgsql(data: bytes) -> Node:
    """Return the root of the tree of a PL/pgSQL block."""
    return _parser("language_plpgsql").parse(data).root_node


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
