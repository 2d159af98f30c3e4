"""What is otherwise than before of a thing that an upgrade and its downgrade have touched and left in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from tenantlint.migration import CreateTable
from tenantlint.schema import UNKNOWN, Column, Index, Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.replay import State
    from tenantlint.rules._things import Step, Thing
    from tenantlint.rules._undo import Undo
    from tenantlint.schema import Table
    from tenantlint.source import Location

    Difference: TypeAlias = tuple[Location, str, str]

_OTHERWISE: Final = "{verb}: after {place} it is {after}, and it was {before} before; set it back there"
_OTHER_POLICY: Final = "does not undo the upgrade: the policy was another one before; create it again as it was"
_VERBS: Final = {"column": ("add", "drop"), "constraint": ("add", "drop")}
NOUNS: Final = {
    "primary key": "primary key",
    "unique": "unique constraint",
    "foreign key": "foreign key",
    "check": "check constraint",
    "exclude": "exclusion constraint",
    None: "constraint",
}
_FACTS: Final[dict[str, tuple[str, str]]] = {
    "nullable": ("NOT NULL", "nullable"),
    "server_default": ("without a default", "with a default"),
}
_SAME: Final[dict[object, str]] = {"varchar": "text"}
"""Types that are called otherwise than what they are the same as."""


def changes(thing: Thing, undo: Undo, before: State) -> Iterator[Difference]:
    """Yield what is otherwise than before: where, of what, and the text of the finding."""
    table = before.table((thing.owner or thing).first_name or "")
    if table is not None:
        detail = thing.detail
        if thing.kind == "table":
            yield from _security(thing, table, undo)
            yield from _missing_columns(thing, table, undo)
        elif thing.kind == "column":
            yield from _column(thing, table)
            yield from _missing_keys(thing, table, undo)
        elif isinstance(detail, Index):
            yield from _index(thing, detail, table)
        elif isinstance(detail, Policy):
            yield from _policy(thing, detail, table)


def _security(thing: Thing, table: Table, undo: Undo) -> Iterator[Difference]:
    """Yield what row level security is otherwise; whether it is forced does not matter where it is not enabled."""
    enabled, _ = thing.parts.get("enabled", (table.rls.enabled, None))
    for part, was, words in (
        ("enabled", table.rls.enabled, ("disabled", "enabled")),
        ("forced", table.rls.forced if enabled is True else UNKNOWN, ("not forced", "forced")),
    ):
        value, step = thing.parts.get(part, (UNKNOWN, thing.last))
        if isinstance(value, bool) and isinstance(was, bool) and value is not was and not undo.blind_to_security:
            yield _otherwise(step, f"row level security of {thing.first_name}", words[was], words[value])


def _missing_columns(thing: Thing, table: Table, undo: Undo) -> Iterator[Difference]:
    if not isinstance(thing.detail, CreateTable) or "columns" in table.incomplete:
        return
    names: set[object] = {column.name for column in thing.detail.columns}
    names |= {each.name for each in undo.things.inside(thing) if each.kind == "column"}
    missing = [f"`{column.name}`" for column in table.columns if column.name not in names]
    if missing and UNKNOWN not in names:
        text = f"does not undo the upgrade: the table had {', '.join(missing)} too; create it as it was"
        yield thing.last.operation.at, subject_of(thing, make=True), text


def _column(thing: Thing, table: Table) -> Iterator[Difference]:
    column = table.column(thing.first_name or "")
    if column is None:
        return
    subject = f"alter column {place_of(thing, thing.first_name)}"
    if isinstance(thing.detail, Column):
        after = {"type": (thing.detail.type, thing.last)} | thing.parts
        was: dict[str, object] = {"type": column.type}
        subject = subject_of(thing, make=True)
    else:
        after = thing.parts
        was = {"type": column.type, "nullable": column.nullable, "server_default": column.has_server_default}
    for part, old in was.items():
        value, step = after.get(part, (UNKNOWN, thing.last))
        if UNKNOWN not in (old, value) and _SAME.get(old, old) != _SAME.get(value, value):
            words = _FACTS.get(part)
            yield _otherwise(step, subject, *(words[each is True] if words else str(each) for each in (old, value)))


def _missing_keys(thing: Thing, table: Table, undo: Undo) -> Iterator[Difference]:
    """Yield the keys that went with a column which comes back without them."""
    if not isinstance(thing.detail, Column):
        return
    all_keys = [each for each in undo.things.all if each.kind in ("index", "constraint")]
    seen = {each.first_name for each in all_keys}
    made = [each.columns for each in all_keys if each.owner is thing.owner and each.alive and each.last.down]
    for noun, keys in (
        ("index", table.indexes),
        ("unique constraint", table.unique_constraints),
        ("foreign key", table.foreign_keys),
    ):
        for key in keys:
            again = key.name is UNKNOWN or key.name in seen or key.columns in made or None in made
            if key.columns is not UNKNOWN and thing.first_name in key.columns and not again:
                text = f"does not undo the upgrade: the column had the {noun} `{key.name}` too; create it again"
                yield thing.last.operation.at, subject_of(thing, make=True), text


def _index(thing: Thing, index: Index, table: Table) -> Iterator[Difference]:
    for old in table.indexes:
        was, now = _describe(old), _describe(index)
        if old.name == thing.first_name and was and now and was != now:
            yield _otherwise(thing.last, subject_of(thing, make=True), was, now)


def _describe(index: Index) -> str:
    """Return what an index is over, "" where that is not known, or is an expression."""
    if index.columns is UNKNOWN or index.unique is UNKNOWN:
        return ""
    names = [column for column in index.columns if isinstance(column, str)]
    if len(names) < len(index.columns):
        return ""
    return f"{'unique ' if index.unique else ''}on ({', '.join(names)})"


def _policy(thing: Thing, policy: Policy, table: Table) -> Iterator[Difference]:
    for old in table.policies:
        texts = (old.using, old.with_check, policy.using, policy.with_check)
        if old.name == thing.first_name and UNKNOWN not in texts and texts[:2] != texts[2:]:
            yield thing.last.operation.at, subject_of(thing, make=True), _OTHER_POLICY


def _otherwise(step: Step, subject: str, before: str, after: str) -> Difference:
    verb = "does not undo the upgrade" if step.down else "is not undone"
    text = _OTHERWISE.replace("{verb}", verb).replace("{before}", before).replace("{after}", after)
    return step.operation.at, subject, text


def subject_of(thing: Thing, make: bool) -> str:
    """Return how a message names the operation that makes or drops a thing: ``add column users.age``."""
    made, dropped = _VERBS.get(thing.kind, ("create", "drop"))
    noun = NOUNS[thing.sort] if thing.kind == "constraint" else thing.kind
    return f"{made if make else dropped} {noun} {place_of(thing, thing.name)}"


def place_of(thing: Thing, name: str | None) -> str:
    """Return how a message names a thing: with its table, but for an index."""
    table = thing.owner.first_name if thing.owner else None
    if name is None:
        return f"{table} ({', '.join(thing.columns)})" if thing.columns else f"of {table}"
    return f"{table}.{name}" if table and thing.kind != "index" else name
