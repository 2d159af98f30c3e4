"""Reads ``tenantlint.toml`` or ``[tool.tenantlint]`` in ``pyproject.toml`` into Settings.

The nearest file upward from where the check starts counts, and none above it; the search ends at the folder that holds
``.git``. In one folder ``tenantlint.toml`` comes first. What the command line says goes over the file.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from tenantlint.arguments import ConfigError as ConfigError
from tenantlint.record import Record
from tenantlint.rule import coerce, options
from tenantlint.rules import RULES, find
from tenantlint.rules import load as load_rule
from tenantlint.selection import ALL, Layer, PresetName, families, members, resolve
from tenantlint.settings import DriftSettings, FileIgnore, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Toml: TypeAlias = "Mapping[str, object]"

OWN_FILE: Final = "tenantlint.toml"
SHARED_FILE: Final = "pyproject.toml"

_HINTS: Final[dict[str, object]] = {
    "preset": PresetName,
    "select": tuple[str, ...],
    "extend-select": tuple[str, ...],
    "ignore": tuple[str, ...],
    "tenant-column": tuple[str, ...],
    "tenant-tables": tuple[str, ...],
    "exempt-tables": tuple[str, ...],
    "exclude": tuple[str, ...],
    "extend-exclude": tuple[str, ...],
    "fail-on": Literal["error", "warning"],
    "baseline": str,
    "drift": dict,
    "per-file-ignores": dict,
    "rules": dict,
}
"""The keys of the configuration and their types, as ``tenantlint.rule.coerce`` takes them."""

_SELECTORS: Final = ("select", "extend-select", "ignore")
_RENAMED: Final = {"tenant-column": "tenant_columns", "rules": "options"}
_MENTIONS: Final = rb"""(?m)tool["']?\s*\.\s*["']?tenantlint|^\s*\[\s*["']?tool["']?\s*\]|^\s*["']?tool["']?\s*="""


class Overrides(Record):
    """What the command line says. None and () mean that it does not.

    ``only`` narrows what is selected to families or rules, whatever the configuration selects. ``baseline`` is a path
    (absolute), or "" for none; ``recording`` tells that it is to be written.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    preset: PresetName | None = None
    fail_on: Literal["error", "warning"] | None = None
    tenant_columns: tuple[str, ...] = ()
    baseline: str | None = None
    recording: bool = False


NO_OVERRIDES: Final = Overrides()


def read_file(path: str) -> bytes:
    """Return the content of a configuration file. Raises OSError."""
    with open(path, "rb") as file:
        return file.read()


class _Table(Record):
    """A configuration table: the file that it is in, its key path there, and its content."""

    path: str
    prefix: str
    content: Toml

    def error(self, key: str, message: str) -> ConfigError:
        """Return the error to raise about ``key``."""
        return ConfigError(f"{self.path}: {self.prefix}{_quoted(key)}: {message}")

    def table(self, key: str) -> _Table:
        """Return the table at ``key``, empty where there is none."""
        content = self.content.get(key, {})
        if not isinstance(content, dict):
            raise self.error(key, "expected a table")
        return _Table(self.path, f"{self.prefix}{_quoted(key)}.", content)


def load(
    start: str,
    overrides: Overrides = NO_OVERRIDES,
    explicit: str | None = None,
    contents: Callable[[str], bytes] = read_file,
) -> Settings:
    """Return the settings that hold for files in the folder ``start`` (absolute) and below.

    ``explicit`` is a configuration file to read instead of looking for one; ``contents`` reads one. Raises ConfigError.
    """
    _check_selectors(overrides)
    found = _find(start, contents) if explicit is None else _read(explicit, contents, required=True)
    return _settings(found, overrides)


def defaults(overrides: Overrides = NO_OVERRIDES) -> Settings:
    """Return the settings that hold without any configuration file. Raises ConfigError."""
    _check_selectors(overrides)
    return _settings(None, overrides)


def _check_selectors(overrides: Overrides) -> None:
    for option in ("select", "extend_select", "ignore", "only"):
        for selector in getattr(overrides, option) or ():
            if not members(selector):
                raise ConfigError(f"--{option.replace('_', '-')}: {_unknown_selector(selector)}")


def _find(start: str, contents: Callable[[str], bytes]) -> _Table | None:
    folder = start
    while True:
        for name in (OWN_FILE, SHARED_FILE):
            found = _read(os.path.join(folder, name), contents, required=False)
            if found is not None:
                return found
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = parent


def _read(path: str, contents: Callable[[str], bytes], required: bool) -> _Table | None:
    """Return the configuration in a file, None where it has none and none is required."""
    try:
        data = contents(path)
    except (FileNotFoundError, NotADirectoryError):
        if required:
            raise ConfigError(f"{path}: no such file") from None
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    shared = os.path.basename(path) == SHARED_FILE
    if shared and not required and not _may_configure(data):
        return None
    document = _parse_toml(path, data)
    if not shared:
        return _Table(path, "", document)
    tool = _Table(path, "", document).table("tool")
    return tool.table("tenantlint") if "tenantlint" in tool.content or required else None


def _may_configure(data: bytes) -> bool:
    """Tell by a scan whether it is worth importing a TOML parser, which takes a tenth of a cold run."""
    if b"tenantlint" not in data:
        return False
    import re

    return re.search(_MENTIONS, data) is not None


def _parse_toml(path: str, data: bytes) -> Toml:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except RecursionError:
        raise ConfigError(f"{path}: cannot be read: it is nested too deeply") from None


def _settings(table: _Table | None, overrides: Overrides) -> Settings:
    values = {} if table is None else _values(table)
    preset = values.pop("preset", "recommended")
    file = Layer(**{key.replace("-", "_"): values.pop(key) for key in _SELECTORS if key in values})
    command_line = Layer(overrides.select, overrides.extend_select, overrides.ignore)
    preset = overrides.preset or preset
    rules = resolve(preset, (file, command_line))
    if overrides.only:
        rules &= frozenset().union(*map(members, overrides.only))
    changes = {_RENAMED.get(key, key.replace("-", "_")): value for key, value in values.items()}
    if overrides.fail_on is not None:
        changes["fail_on"] = overrides.fail_on
    if overrides.tenant_columns:
        changes["tenant_columns"] = overrides.tenant_columns
    if table is not None:
        changes.update(path=table.path, root=os.path.dirname(table.path))
    changes["baseline"] = _baseline(changes.get("baseline"), table, overrides)
    return Settings(
        rules=rules,
        strict=preset != "recommended",
        narrowed=_narrows(overrides),
        recording=overrides.recording,
        **changes,
    )


def _baseline(configured: str | None, table: _Table | None, overrides: Overrides) -> str | None:
    """Return the path of the baseline: what the command line says, else the file, whose paths begin at its folder."""
    if overrides.baseline is not None:
        return overrides.baseline or None
    if configured is None or table is None:
        return None
    return os.path.normpath(os.path.join(os.path.dirname(table.path), configured))


def _narrows(overrides: Overrides) -> bool:
    return bool(overrides.only or overrides.ignore) or overrides.select is not None


def _values(table: _Table) -> dict[str, Any]:
    """Return the parsed values by key: the readers below see to it that they fit Settings and Layer."""
    values: dict[str, Any] = {}
    for key, value in table.content.items():
        hint = _HINTS.get(key)
        if hint is None:
            raise table.error(key, f"unknown key{_suggestion(key, _HINTS)}")
        values[key] = _TABLES[key](table.table(key)) if key in _TABLES else _coerced(table, key, hint, value)
    for key in _SELECTORS:
        for selector in values.get(key, ()):
            if not members(selector):
                raise table.error(key, _unknown_selector(selector))
    if values.get("baseline") == "":
        raise table.error("baseline", "expected the name of a file")
    if values.get("tenant-column") == ():
        raise table.error("tenant-column", "expected at least one column name")
    return values


def _coerced(table: _Table, key: str, hint: object, value: object) -> object:
    try:
        return coerce(hint, value)
    except TypeError as error:
        raise table.error(key, str(error)) from None


def _file_ignores(table: _Table) -> tuple[FileIgnore, ...]:
    entries = []
    for pattern, value in table.content.items():
        selectors: Any = _coerced(table, pattern, tuple[str, ...], value)
        unknown = [selector for selector in selectors if not members(selector)]
        if unknown:
            raise table.error(pattern, _unknown_selector(unknown[0]))
        entries.append(FileIgnore(pattern, frozenset().union(*map(members, selectors))))
    return tuple(entries)


def _rule_options(table: _Table) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for name in table.content:
        code = find(name)
        if code is None:
            raise table.error(name, _unknown_rule(name))
        rule = load_rule(code)
        known = options(rule)
        chosen = table.table(name)
        for key, value in chosen.content.items():
            if key not in known:
                raise chosen.error(key, f"unknown option of {RULES[code].name}{_suggestion(key, known)}")
            parsed = _coerced(chosen, key, known[key].hint, value)
            if parsed == () and known[key].attribute in rule.never_empty:
                raise chosen.error(key, "expected at least one string")
            found.setdefault(code, {})[known[key].attribute] = parsed
    return found


def _drift(table: _Table) -> DriftSettings:
    known = {"groups": list, "ignore": tuple[str, ...]}
    for key in table.content:
        if key not in known:
            raise table.error(key, f"unknown key{_suggestion(key, known)}")
    ignore: Any = _coerced(table, "ignore", tuple[str, ...], table.content.get("ignore", []))
    groups: Any = _coerced(table, "groups", list, table.content.get("groups", []))
    sides: list[Any] = [_coerced(table, "groups", tuple[str, ...], each) for each in groups]
    if any(len(each) < 2 for each in sides):
        raise table.error("groups", "expected lists of two paths or more")
    return DriftSettings(tuple(sides), ignore)


_TABLES: Final = {"per-file-ignores": _file_ignores, "rules": _rule_options, "drift": _drift}


def _unknown_selector(selector: str) -> str:
    names = [*RULES, *(entry.name for entry in RULES.values()), *families(), ALL]
    return f'unknown rule or family "{selector}"{_suggestion(selector, names)}'


def _unknown_rule(name: str) -> str:
    return f"unknown rule{_suggestion(name, [*RULES, *(entry.name for entry in RULES.values())])}"


def _suggestion(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), 1) or get_close_matches(word.upper(), list(known), 1)
    return f"; did you mean {close[0]}?" if close else ""


def _quoted(key: str) -> str:
    """Return a TOML key as it must be written."""
    return key if key.replace("-", "a").replace("_", "a").isalnum() and key.isascii() else f'"{key}"'
