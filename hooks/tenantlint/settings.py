"""What the user asked for, parsed: plain data that every layer may read."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenantlint.diagnostic import Severity

Preset: TypeAlias = Literal["recommended", "strict", "off"]
"""The smallest preset that a rule is part of; ``off`` means that only ``all`` or its own code selects it."""

FRAMEWORK_TABLES: Final = ("alembic_version", "__drizzle_migrations", "spatial_ref_sys")
"""Tables that tools keep for themselves; they are exempt whatever the user configures."""

_NO_OPTIONS: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType({})


class FileIgnore(Record):
    """One entry of ``per-file-ignores``: the rule codes that are silent in files that match ``pattern``."""

    pattern: str
    codes: frozenset[str]


class DriftSettings(Record):
    """What ``tenantlint drift`` is told.

    Each of ``groups`` are the paths of the sides that describe one database; none means that they are found.
    ``ignore`` are patterns of what is not told: tables, ``table.column``, each with ``:kind`` behind it or not.
    """

    groups: tuple[tuple[str, ...], ...] = ()
    ignore: tuple[str, ...] = ()


class Settings(Record):
    """The parsed configuration.

    ``rules`` are the codes of the selected rules; ``strict`` tells that the preset is ``strict`` or ``all``, for which
    some rules ask more, and ``narrowed`` that the command line keeps some of the selected rules from running.
    ``tenant_columns`` are the names that the tenant column may have,
    the outermost tenant first. ``tenant_tables`` and ``exempt_tables`` are patterns on table names; no
    ``tenant_tables`` means that they are found from the tenant columns. ``exclude`` is None where the defaults of
    discovery hold. ``options`` has the parsed options of each configured rule by code and attribute. ``path`` is the
    configuration file and ``root`` its folder (absolute; patterns are relative to it), None without a file.
    ``baseline`` is the file (absolute) whose findings are hidden; with ``recording`` it hides none, since it is to be
    written anew. ``drift`` is for that command.
    """

    rules: frozenset[str]
    tenant_columns: tuple[str, ...] = ("tenant_id",)
    tenant_tables: tuple[str, ...] = ()
    exempt_tables: tuple[str, ...] = ()
    per_file_ignores: tuple[FileIgnore, ...] = ()
    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    fail_on: Severity = "error"
    options: Mapping[str, Mapping[str, object]] = _NO_OPTIONS
    path: str | None = None
    root: str | None = None
    strict: bool = False
    narrowed: bool = False
    baseline: str | None = None
    recording: bool = False
    drift: DriftSettings = DriftSettings()

    def ignores(self, path: str, code: str) -> bool:
        """Return whether ``per-file-ignores`` silences a rule in a file (its path is relative to the root)."""
        if not self.per_file_ignores:
            return False
        from tenantlint.globs import matcher

        return any(code in entry.codes and matcher([entry.pattern])(path) for entry in self.per_file_ignores)
