"""``tenantlint init``: a configuration that fits what the majority of a project's tables do, with the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint import habits
from tenantlint.habits import Against, Entry
from tenantlint.prescribed import prescribed_columns
from tenantlint.record import replace
from tenantlint.settings import FRAMEWORK_TABLES, Settings
from tenantlint.tenants import count, exemptions, tenant_columns, tenant_entries
from tenantlint.testing import FOLDERS
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from tenantlint.schema import Schema, Table

_TEST_FILES: Final = ("*.test.*", "*.spec.*", "test_*.py", "*_test.py", "conftest.py")

_HEAD: Final = """\
# tenantlint init wrote this from what the majority of the tables do. Each line has its reason; change what is wrong.
# The keys are explained in tenantlint's README, and `tenantlint rule CODE` prints the page of a rule.

"""


def document(schema: Schema, asked: Container[str]) -> str:
    """Return the configuration for the files in ``asked``, as TOML."""
    tables = tuple(table for table in schema.tables if table.at.path in asked)
    entries = propose(replace(schema, tables=tables))
    if not tables:
        return f"{_HEAD}# No table was found here, so there is nothing to propose: all defaults hold.\n"
    return _HEAD + render(entries)


def propose(schema: Schema) -> list[Entry]:
    """Return what to write into the configuration of a project with this schema, in order."""
    tables = [table for table in schema.tables if table.name not in FRAMEWORK_TABLES]
    tested: list[Table] = []
    deployed: list[Table] = []
    for table in tables:
        (tested if _test_pattern(table.at.path) else deployed).append(table)
    generated = _generated(deployed)
    own = [table for table in deployed if table.at.path not in generated]
    columns = tenant_columns(own)
    entries = [
        *tenant_entries(own, columns),
        *_exclusions(tested, generated),
        *exemptions(own, columns),
        *habits.key_styles(own),
        *habits.times(own),
        *habits.id_types(own),
    ]
    view = SchemaView(replace(schema, tables=tuple(own)), _settings(entries))
    against = [*habits.names_against(view), *habits.rules_against(view)]
    return [*entries, *_ignored(against), *_row_security(schema, own, bool(columns), against)]


def _settings(entries: Iterable[Entry]) -> Settings:
    """Return the settings that the entries give."""
    options: dict[str, dict[str, object]] = {}
    top: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        value = tuple(entry.value) if isinstance(entry.value, list) else entry.value
        if entry.active and entry.section:
            code = entry.section.removeprefix("rules.")
            options.setdefault(code, {})[entry.key.replace("-", "_")] = value
        elif entry.active and isinstance(value, tuple):
            top[entry.key] = value
    return Settings(
        rules=frozenset(),
        tenant_columns=top.get("tenant-column", Settings.__defaults__["tenant_columns"]),  # type: ignore[arg-type]
        exempt_tables=top.get("exempt-tables", ()),
        options=options,
    )


def render(entries: Iterable[Entry]) -> str:
    """Return the entries as a TOML document, each below the reason for it."""
    sections: dict[str, list[Entry]] = {"": []}
    for entry in entries:
        sections.setdefault(entry.section, []).append(entry)
    parts = []
    for section, members in sections.items():
        head = [f"[{section}]"] if section else []
        parts.append("\n".join([*head, *map(_line, members)]) if members else "")
    return "\n\n".join(part for part in parts if part) + "\n"


def _line(entry: Entry) -> str:
    mark = "" if entry.active else "# "
    return f"# {entry.reason}\n{mark}{entry.key} = {_toml(entry.value)}"


def _toml(value: str | bool | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    from json import dumps

    return dumps(value, ensure_ascii=False)


def _ignored(against: Sequence[Against]) -> list[Entry]:
    if not against:
        return []
    reasons = "; ".join(f"{each.code}: {each.lost} of {each.total} {each.what}" for each in against)
    codes = [each.code for each in against]
    return [Entry("", "ignore", codes, f"Too much goes against them for rules of this project. {reasons}.")]


def _row_security(schema: Schema, tables: Sequence[Table], tenants: bool, against: Sequence[Against]) -> list[Entry]:
    """Propose nothing where row level security is in use; else show how to put it off."""
    everywhere = (*tables, *(table for history in schema.histories for table in history.tables))
    in_use = any(table.policies or table.rls.enabled is not False for table in everywhere)
    if in_use or not tenants or all(table.dialect != "postgresql" for table in tables):
        return []
    reason = "Nothing here enables row level security. To adopt it later, ignore its rules until then:"
    return [Entry("", "ignore", [*(each.code for each in against), "RLS", "MIG005"], reason, active=False)]


def _exclusions(tested: Sequence[Table], generated: Sequence[str]) -> list[Entry]:
    patterns = {pattern for table in tested if (pattern := _test_pattern(table.at.path))}
    patterns.update(f"/{path}" for path in generated)
    reasons = []
    if tested:
        reasons.append(f"{count(tested, 'table')} of tests: nobody's rows are in them.")
    if generated:
        reasons.append("What a login library generates, and other files declare again, is no table of its own.")
    return [Entry("", "extend-exclude", sorted(patterns), " ".join(reasons))] if patterns else []


def _generated(tables: Sequence[Table]) -> list[str]:
    """Return the files that hold a login library's tables and no others, each declared in another file once more.

    Better Auth's command writes such a file, for people to copy from: no table of another file references its tables.
    """
    prescribed = prescribed_columns(tables)
    files: dict[str, set[object]] = {}
    for table in tables:
        files.setdefault(table.at.path, set()).add((table.orm, table.qualified_name))
    paths = {table.id: table.at.path for table in tables}
    targets = [(table.at.path, key.target_id) for table in tables for key in table.foreign_keys]
    targets += [(table.at.path, relation.target_id) for table in tables for relation in table.relations]
    used = {paths[to] for path, to in targets if isinstance(to, str) and paths.get(to, path) != path}
    own = used.union(table.at.path for table in tables if table.id not in prescribed)
    found: list[str] = []
    for path in sorted(files.keys() - own):
        others = set().union(*(names for each, names in files.items() if each != path and each not in found))
        if files[path] <= others:
            found.append(path)
    return found


def _test_pattern(path: str) -> str | None:
    """Return a pattern for the tests that the file is one of, None where it is none."""
    from fnmatch import fnmatchcase

    *folders, name = path.split("/")
    for index, folder in enumerate(folders):
        if folder.lower() in FOLDERS:
            return "/" + "/".join(folders[: index + 1])
    return next((pattern for pattern in _TEST_FILES if fnmatchcase(name, pattern)), None)
