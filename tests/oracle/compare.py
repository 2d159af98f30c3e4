"""Compares what tenantlint reads with what the same code says when it runs, fact by fact.

Both sides have the shape of ``tenantlint dump``. The truth may leave out attributes that do not exist at run time
(paths, lines, symbols); every attribute that it has is compared.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

Document = dict[str, Any]
FactKey = tuple[str, str, str]

COLUMN_FACTS = {
    "columns": ("key",),
    "nullability": ("nullable",),
    "types": ("type",),
    "defaults": ("has_default", "has_server_default", "on_update"),
    "keys": ("primary_key", "unique"),
}
MEMBERS = {
    "indexes": ("name", "columns"),
    "unique_constraints": ("name", "columns"),
    "foreign_keys": ("columns", "target_table", "target_columns"),
    "relations": ("name",),
    "policies": ("name",),
}
TABLE_FACTS = {"tables": ("dialect", "orm", "symbol"), "keys": ("primary_key",), "rls": ("rls",)}


class Report(NamedTuple):
    """``counts`` maps a kind to (facts equal, facts in the truth); ``differences`` are lines for a person.

    A fact that tenantlint states and the truth does not is a difference too, though it counts in no total.
    """

    counts: dict[str, tuple[int, int]]
    differences: list[str]

    @property
    def equal(self) -> int:
        return sum(equal for equal, _total in self.counts.values())

    @property
    def total(self) -> int:
        return sum(total for _equal, total in self.counts.values())


def compare(dump: Document, truth: Document) -> Report:
    """Return how far ``dump`` equals ``truth``."""
    read, true = facts(dump), facts(truth)
    counts: dict[str, list[int]] = {}
    differences = []
    for key, expected in true.items():
        count = counts.setdefault(key[0], [0, 0])
        count[1] += 1
        found = read.get(key)
        if found is not None and all(name in found and found[name] == value for name, value in expected.items()):
            count[0] += 1
        else:
            differences.append(_difference(key, expected, found))
    differences.extend(f"{' '.join(key)}: not in the truth: {_text(read[key])}" for key in read if key not in true)
    return Report({kind: (equal, total) for kind, (equal, total) in sorted(counts.items())}, sorted(differences))


def facts(document: Document) -> dict[FactKey, Document]:
    """Return every fact of a document as kind, table and subject, with its attributes."""
    result: dict[FactKey, Document] = {}
    for table in document["tables"]:
        _table_facts(table, result)
    for enum in document.get("enums", []):
        _put(result, ("enums", "", _qualified(enum)), {"values": enum["values"]})
    return result


def _table_facts(table: Document, result: dict[FactKey, Document]) -> None:
    name = _qualified(table)
    for kind, attributes in TABLE_FACTS.items():
        _put(result, (kind, name, ""), {key: table[key] for key in attributes if key in table})
    _put(result, ("columns", name, "order"), {"order": [column["name"] for column in table["columns"]]})
    for column in table["columns"]:
        for kind, attributes in COLUMN_FACTS.items():
            known = {key: column[key] for key in attributes if key in column}
            _put(result, (kind, name, str(column["name"])), known)
    for kind, identity in MEMBERS.items():
        for member in table.get(kind, []):
            subject = " ".join(_text(member[key]) for key in identity)
            rest = {key: value for key, value in member.items() if key not in ("path", "line")}
            _put(result, (kind, name, subject), rest)


def _put(result: dict[FactKey, Document], key: FactKey, value: Document) -> None:
    count = 2
    unique = key
    while unique in result:
        unique = (key[0], key[1], f"{key[2]} #{count}")
        count += 1
    if value:
        result[unique] = value


def _qualified(named: Document) -> str:
    return f"{named['schema']}.{named['name']}" if named.get("schema") else str(named["name"])


def _difference(key: FactKey, expected: Document, found: Document | None) -> str:
    subject = " ".join(part for part in key if part)
    if found is None:
        return f"{subject}: missing, the truth is {_text(expected)}"
    wrong = [name for name, value in expected.items() if name not in found or found[name] != value]
    return "; ".join(
        f"{subject}: {name} is {_text(found.get(name))}, the truth is {_text(expected[name])}" for name in wrong
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
