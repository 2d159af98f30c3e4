"""A table of the database while operations change it, and the Table that it is between two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from tenantlint.record import Record, replace
from tenantlint.schema import UNKNOWN, Column, RowLevelSecurity, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tenantlint.migration import CreateTrigger
    from tenantlint.schema import ForeignKey, Index, Maybe, Part, Policy, UniqueConstraint
    from tenantlint.source import Location

N = TypeVar("N")
K = TypeVar("K", "Index", "UniqueConstraint", "ForeignKey")

STRUCTURE: Final[tuple[Part, ...]] = ("columns", "indexes", "unique_constraints", "foreign_keys", "primary_key")
"""The parts of a table that are not security."""

ALL_PARTS: Final[tuple[Part, ...]] = (*STRUCTURE, "policies", "relations")

_NAME_BYTES: Final = 63
_SET_BY_ARGUMENTS: Final = {"moddatetime": 1, "tsvector_update_trigger": 1, "suppress_redundant_updates_trigger": 0}
"""Trigger functions of PostgreSQL and its extensions, and how many of their first arguments are columns they set."""


class Links(Record):
    """What a Table needs to know of the rest of the database.

    ``drafts`` are the tables by qualified name, and ``prefix`` is what their ids begin with. ``assigns`` are the
    columns that each trigger function sets. ``closed`` tells that there is no table which ``drafts`` leaves out.
    """

    drafts: Mapping[str, Draft]
    prefix: str
    assigns: Mapping[str, Maybe[tuple[Maybe[str], ...]]]
    closed: bool


class Draft:
    """A table that changes. ``incomplete`` are the parts that may hold more than is listed, as in Table."""

    def __init__(self, name: str, at: Location, secured: Maybe[bool] = False) -> None:
        self.name = name
        self.at = at
        self.columns: dict[str, Column] = {}
        self.primary_key: Maybe[tuple[Maybe[str], ...]] = ()
        self.primary_key_name: Maybe[str | None] = None
        self.indexes: list[Index] = []
        self.unique_constraints: list[UniqueConstraint] = []
        self.foreign_keys: list[ForeignKey] = []
        self.policies: list[Policy] = []
        self.triggers: dict[Maybe[str], CreateTrigger] = {}
        self.enabled = secured
        self.forced = secured
        self.incomplete: set[Part] = set()

    def doubt(self, parts: Iterable[Part], security: bool = False) -> None:
        """Take note that ``parts`` may hold more than is listed, and row level security may have been changed."""
        self.incomplete.update(parts)
        if security:
            self.enabled = self.forced = UNKNOWN

    def bare_name(self) -> str:
        """Return the name without its schema."""
        return self.name.rpartition(".")[2]

    def named(self, name: Maybe[str | None], columns: Maybe[tuple[Maybe[str | None], ...]], label: str) -> Maybe[str]:
        """Return ``name``, or the one that PostgreSQL makes up where there is none: ``users_email_key``."""
        if name is not None:
            return name
        if columns is UNKNOWN or UNKNOWN in columns or None in columns:
            return UNKNOWN
        made = "_".join([self.bare_name(), *map(str, columns), label])
        return made if len(made.encode()) <= _NAME_BYTES else UNKNOWN

    def set_primary_key(self, name: Maybe[str | None], columns: Maybe[tuple[Maybe[str], ...]]) -> None:
        """Take over a primary key, which makes its columns NOT NULL."""
        self.primary_key = columns
        self.primary_key_name = self.named(name, (), "pkey")
        members = () if columns is UNKNOWN else columns
        for column in members:
            if column is not UNKNOWN:
                self.change_column(column, primary_key=True, nullable=False)
        if columns is UNKNOWN or UNKNOWN in columns:
            for column in list(self.columns):
                self.change_column(column, primary_key=UNKNOWN)
        else:
            self.incomplete.discard("primary_key")

    def drop_primary_key(self) -> None:
        """Drop the primary key; its columns stay NOT NULL."""
        for name, column in self.columns.items():
            if column.primary_key is not False:
                self.columns[name] = replace(column, primary_key=False)
        self.primary_key, self.primary_key_name = (), None

    def change_column(self, name: str, **changes: object) -> None:
        """Change facts of a column, where there is such a column."""
        column = self.columns.get(name)
        if column is not None:
            self.columns[name] = replace(column, **changes)

    def drop_column(self, name: str) -> None:
        """Drop a column with every key over it; what may be over it goes too, and leaves its part incomplete."""
        if self.columns.pop(name, None) is None and "columns" not in self.incomplete:
            return
        if self.primary_key is not UNKNOWN and name in self.primary_key:
            self.drop_primary_key()
        self.unique_constraints = [each for each in self.unique_constraints if not _has(each.columns, name)]
        self.foreign_keys = [each for each in self.foreign_keys if not _has(each.columns, name)]
        kept = [index for index in self.indexes if not (_has(index.columns, name) or name in (index.mentions or ()))]
        self.indexes = [index for index in kept if not _has_hidden(index)]
        if len(self.indexes) < len(kept):
            self.incomplete.add("indexes")

    def drop_policies_over(self, name: str) -> None:
        """Drop the policies that name a column, as CASCADE does; a subquery may name another table's column."""
        safe = [policy for policy in self.policies if not mentions(policy, name)]
        if len(safe) < len(self.policies):
            self.policies = safe
            self.incomplete.add("policies")

    def rename_column(self, old: str, new: str) -> None:
        """Rename a column, and with it what names it."""
        self.columns = {
            new if name == old else name: replace(column, name=new, key=new) if name == old else column
            for name, column in self.columns.items()
        }
        self.primary_key = renamed(self.primary_key, old, new)
        self.unique_constraints = [over(each, old, new) for each in self.unique_constraints]
        self.foreign_keys = [over(each, old, new) for each in self.foreign_keys]
        self.indexes = [_index_over(each, old, new) for each in self.indexes]
        self.policies = [_policy_over(each, old, new) for each in self.policies]

    def freeze(self, links: Links) -> Table:
        """Return the table as it is now."""
        schema, _, name = self.name.rpartition(".")
        return Table(
            id=links.prefix + self.name,
            name=name,
            schema=schema or None,
            dialect="postgresql",
            orm="sql",
            symbol=self.name,
            at=self.at,
            columns=self._columns(links),
            primary_key=self.frozen_primary_key(),
            indexes=tuple(self.indexes),
            unique_constraints=tuple(self.unique_constraints),
            foreign_keys=tuple(_linked(key, links) for key in self.foreign_keys),
            relations=(),
            policies=tuple(self.policies),
            rls=RowLevelSecurity(self.enabled, self.forced),
            incomplete=frozenset(self.incomplete),
        )

    def frozen_primary_key(self) -> Maybe[tuple[Maybe[str], ...]]:
        """Return the columns of the primary key, UNKNOWN where there may be one that has not been read."""
        return UNKNOWN if "primary_key" in self.incomplete and self.primary_key == () else self.primary_key

    def _columns(self, links: Links) -> tuple[Column, ...]:
        """Return the columns; one that a trigger sets before every update says so."""
        updating = [
            each for each in self.triggers.values() if each.before and each.each_row and "update" in each.events
        ]
        if not updating:
            return tuple(self.columns.values())
        assigned: set[Maybe[str]] = set()
        for trigger in updating:
            columns = _assigned(trigger, links)
            assigned.update((UNKNOWN,) if columns is UNKNOWN else columns)
        return tuple(_updated(column, assigned) for column in self.columns.values())


def _assigned(trigger: CreateTrigger, links: Links) -> Maybe[tuple[Maybe[str], ...]]:
    """Return the columns that a trigger sets, by its function's text, or by its arguments for one that all know."""
    if trigger.function is UNKNOWN:
        return UNKNOWN
    name = trigger.function.rpartition(".")[2]
    if trigger.function not in links.assigns and name in _SET_BY_ARGUMENTS:
        return trigger.arguments[: _SET_BY_ARGUMENTS[name]]
    return links.assigns.get(trigger.function, UNKNOWN)


def mentions(policy: Policy, name: str) -> bool:
    """Return whether a policy names a column, or may."""
    texts = (policy.using, policy.with_check)
    return any(text is UNKNOWN or (text is not None and _is_word_of(name, text)) for text in texts)


def _updated(column: Column, assigned: set[Maybe[str]]) -> Column:
    if column.on_update is True:
        return column
    if column.name in assigned:
        return replace(column, on_update=True)
    return replace(column, on_update=UNKNOWN) if UNKNOWN in assigned else column


def _has(columns: Maybe[tuple[Maybe[str | None], ...]], name: str) -> bool:
    return columns is not UNKNOWN and name in columns


def _has_hidden(index: Index) -> bool:
    """Return whether an index may name a column in an expression or in its condition that has not been read."""
    if index.mentions is not None:
        return False
    return index.columns is UNKNOWN or None in index.columns or UNKNOWN in index.columns or index.partial is not False


def renamed(columns: Maybe[tuple[N, ...]], old: str, new: str) -> Maybe[tuple[N | str, ...]]:
    """Return column names with one of them renamed."""
    if columns is UNKNOWN or old not in columns:
        return columns
    return tuple(new if column == old else column for column in columns)


def over(key: K, old: str, new: str) -> K:
    """Return a key with a column of its own renamed."""
    columns = renamed(key.columns, old, new)
    return key if columns is key.columns else replace(key, columns=columns)


def _index_over(index: Index, old: str, new: str) -> Index:
    if index.mentions is not None and old in index.mentions:
        index = replace(index, mentions=tuple(new if name == old else name for name in index.mentions))
    return over(index, old, new)


def _policy_over(policy: Policy, old: str, new: str) -> Policy:
    if not mentions(policy, old):
        return policy
    return replace(
        policy,
        using=_text_over(policy.using, old, new),
        with_check=_text_over(policy.with_check, old, new),
        tenant_columns=renamed(policy.tenant_columns, old, new),
    )


def _text_over(text: Maybe[str | None], old: str, new: str) -> Maybe[str | None]:
    """Return a predicate with a column renamed, UNKNOWN where the name may be another table's column too."""
    if text is UNKNOWN or text is None or old not in text:
        return text
    if "select" in text.lower() or "'" in text or '"' in text or not new.isidentifier():
        return UNKNOWN if _is_word_of(old, text) else text
    import re

    return re.sub(rf"(?<![\w.]){re.escape(old)}(?!\w)", lambda _: new, text)


def _is_word_of(name: str, text: str) -> bool:
    import re

    return name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _linked(key: ForeignKey, links: Links) -> ForeignKey:
    """Return a foreign key that knows the id of its target, and its target's columns where it does not list them."""
    target = key.target_table
    if target is UNKNOWN:
        return key
    draft = links.drafts.get(target)
    target_id = links.prefix + target if draft else None if links.closed else UNKNOWN
    columns = key.target_columns
    if columns == ():
        columns = draft.frozen_primary_key() if draft else UNKNOWN
    return replace(key, target_id=target_id, target_columns=columns)
