"""What the settings of the project's own tools leave out: drizzle-kit's filters, and Alembic's ``include_object``.

They are read where they are written out; what a program decides is not known, and then nothing is left out for it.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from tenantlint.drift.sides import lies_in
from tenantlint.record import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tenantlint.drift.model import Side

_CONFIG: Final = r"(^|/)drizzle[\w.-]*\.config\.[cm]?[jt]s$|(^|/)drizzle\.config[\w.-]*\.[cm]?[jt]s$"
_FILTER: Final = r"""\b%s\s*:\s*(\[[^\]]*\]|"[^"\n]*"|'[^'\n]*')"""
_OUT: Final = r"""\bout\s*:\s*["']([^"'\n]+)["']"""
_STRINGS: Final = r"""["']([^"'\n]*)["']"""
_COMMENTS: Final = r"/\*.*?\*/|(?<![:\"'])//[^\n]*"
_HOOKS: Final = r"\binclude_(?:object|name)\s*="
_WORDS: Final = r"""["']([A-Za-z_][\w.]*)["']"""


def filtered(sides: Sequence[Side], files: Iterable[str], read: Callable[[str], str]) -> list[Side]:
    """Return the sides with what the tools of the project leave out. ``read`` gives the text of a file."""
    configs = sorted(path for path in files if re.search(_CONFIG, path))
    return [_filtered(side, configs, files, read) for side in sides]


def _filtered(side: Side, configs: list[str], files: Iterable[str], read: Callable[[str], str]) -> Side:
    if side.maker == "drizzle-kit":
        texts = ((path, re.sub(_COMMENTS, "", read(path), flags=re.DOTALL)) for path in configs)
        own = [text for path, text in texts if _writes(text, path, side.path)]
        return replace(side, only=tuple(each for text in own for each in _patterns(text))) if len(own) == 1 else side
    if side.maker == "alembic":
        place = side.path.rpartition("/")[0]
        env = next((path for path in (f"{place}/env.py".lstrip("/"), f"{side.path}/env.py") if path in files), None)
        text = "" if env is None else read(env)
        if re.search(_HOOKS, text):
            return replace(side, hidden=tuple(re.findall(_WORDS, text)))
    return side


def _writes(text: str, config: str, folder: str) -> bool:
    """Return whether a configuration of drizzle-kit writes into a folder; its paths begin at its own folder."""
    from posixpath import dirname, join, normpath

    out = re.search(_OUT, text)
    written = normpath(join(dirname(config), out[1] if out else "drizzle"))
    return lies_in(folder, written)


def _patterns(text: str) -> list[str]:
    """Return ``tablesFilter`` and ``schemaFilter`` as patterns of qualified names."""
    tables, schemas = (_listed(text, name) for name in ("tablesFilter", "schemaFilter"))
    return [*(f"table:{each}" for each in tables), *(f"schema:{each}" for each in schemas)]


def _listed(text: str, name: str) -> list[str]:
    found = re.search(_FILTER % name, text)
    return re.findall(_STRINGS, found[1]) if found else []


def is_hidden(side: Side, name: str) -> bool:
    """Return whether the tools of a side leave a table out."""
    schema, _, bare_name = name.rpartition(".")
    if name in side.hidden or bare_name in side.hidden:
        return True
    return not (_passes(bare_name, side.only, "table:") and _passes(schema or "public", side.only, "schema:"))


def _passes(name: str, patterns: Iterable[str], kind: str) -> bool:
    """Return whether a name passes filters: it fits a positive one (where there is any), and no negated one."""
    own = [pattern.removeprefix(kind) for pattern in patterns if pattern.startswith(kind)]
    wanted = [pattern for pattern in own if not pattern.startswith("!")]
    refused = [pattern[1:] for pattern in own if pattern.startswith("!")]
    return (not wanted or any(fnmatchcase(name, each) for each in wanted)) and not any(
        fnmatchcase(name, each) for each in refused
    )
