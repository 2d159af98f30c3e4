"""The tree-sitter parsers, loaded without the package's own start-up cost.

``tree_sitter_typescript/__init__.py`` imports ``importlib.resources`` (12 ms). Only its extension module is needed.
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

_PACKAGE: Final = "tree_sitter_typescript"
_BINDING: Final = "_binding"
_parsers: dict[str, Parser] = {}


def parser(path: str) -> Parser:
    """Return the parser for a file: TypeScript, or TSX for everything that may hold JSX."""
    grammar = "typescript" if path.endswith("ts") else "tsx"
    found = _parsers.get(grammar)
    if found is None:
        language = getattr(_binding(), f"language_{grammar}")()
        found = _parsers[grammar] = Parser(Language(language))
    return found


def _binding() -> ModuleType:
    """Return the extension module; the ordinary import where it cannot be found on its own."""
    if _PACKAGE in sys.modules:
        return sys.modules[_PACKAGE]
    spec = PathFinder.find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for name in listdir(folder):
            if name.startswith(_BINDING) and name.endswith((".so", ".pyd")):
                return _load(join(folder, name))
    return __import__(_PACKAGE)


def _load(path: str) -> ModuleType:
    name = f"{_PACKAGE}.{_BINDING}"
    loader = ExtensionFileLoader(name, path)
    module = loader.create_module(ModuleSpec(name, loader, origin=path))
    loader.exec_module(module)
    return module
