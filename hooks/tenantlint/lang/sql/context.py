"""Where a statement stands, and what the statements before it have set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.made_names import made_name
from tenantlint.lang.sql.names import name_of, parts_of
from tenantlint.schema import UNKNOWN
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from tenantlint.lang.sql.routines import Routine
    from tenantlint.schema import Maybe

PUBLIC: Final = "public"
TEMPORARY: Final = "pg_temp"
_NOT_SEARCHED: Final = frozenset({"$user", "pg_catalog", TEMPORARY})


class Session:
    """What statements leave behind for those that follow: the search path, and the tables that were made.

    ``search_path`` holds the schemas that unqualified names are looked for in, UNKNOWN where that is not known.
    ``made`` are the qualified names of tables that the script creates, and ``temporary`` the bare ones of TEMP tables.
    ``primary_keys`` are those of the tables made, and ``indexes`` the columns of the indexes, by name. ``routines`` are
    the functions made, by name; ``calls`` is how many of them are running.
    """

    def __init__(self) -> None:
        self.search_path: Maybe[tuple[str, ...]] = (PUBLIC,)
        self.made: set[str] = set()
        self.temporary: set[str] = set()
        self.primary_keys: dict[str, tuple[Maybe[str], ...]] = {}
        self.routines: dict[str, Routine] = {}
        self.calls = 0
        self.indexes: dict[str, Maybe[tuple[Maybe[str | None], ...]]] = {}
        self._taken: set[str] = set()
        self._owned: dict[str, list[str]] = {}
        self._numbers: dict[str, int] = {}

    def begin(self) -> None:
        """Begin a file. It has its own connection, and what keys there are by then is known where it is replayed."""
        self.search_path = (PUBLIC,)
        self.temporary.clear()
        self.primary_keys.clear()

    def set_search_path(self, schemas: Maybe[tuple[str, ...]]) -> None:
        """Take over a search path; schemas that hold no table of the project do not count."""
        if schemas is not UNKNOWN:
            schemas = tuple(schema for schema in schemas if schema not in _NOT_SEARCHED)
        self.search_path = schemas

    def new_name(self, parts: list[str]) -> Maybe[str]:
        """Return the qualified name of what a statement creates: without a schema, it goes into the first one."""
        if len(parts) > 1:
            return join(parts[-2], parts[-1])
        if self.search_path is UNKNOWN or not self.search_path:
            return UNKNOWN
        return join(self.search_path[0], parts[0])

    def name(self, parts: list[str]) -> Maybe[str]:
        """Return the qualified name of what a statement refers to."""
        if parts[-1] in self.temporary and (len(parts) == 1 or parts[-2] == TEMPORARY):
            return join(TEMPORARY, parts[-1])
        if len(parts) > 1 or self.search_path is UNKNOWN or len(self.search_path) < 2:
            return self.new_name(parts)
        found = [join(schema, parts[0]) for schema in self.search_path]
        known = next((name for name in found if name in self.made), None)
        if known is not None:
            return known
        return found[0] if self.search_path[0] == PUBLIC else UNKNOWN

    def made_name(self, table: Maybe[str], columns: Sequence[Maybe[str]], label: str) -> Maybe[str]:
        """Return the name that PostgreSQL gives a constraint or index of ``table``, and take it."""
        if table is UNKNOWN:
            return UNKNOWN
        known = [column for column in columns if column is not UNKNOWN]
        if len(known) != len(columns):
            return UNKNOWN
        schema, _, name = table.rpartition(".")
        first = made = made_name(name, known, label)
        number = self._numbers.get(f"{schema}.{first}", 0)
        while f"{schema}.{made}" in self._taken:
            number += 1
            made = made_name(name, known, f"{label}{number}")
        self._numbers[f"{schema}.{first}"] = number
        self.take(table, made)
        return made

    def take(self, table: Maybe[str], name: Maybe[str | None]) -> None:
        """Remember that ``table`` has a constraint or index of that name."""
        if table is not UNKNOWN and name is not UNKNOWN and name is not None:
            key = f"{table.rpartition('.')[0]}.{name}"
            self._taken.add(key)
            self._owned.setdefault(table, []).append(key)

    def release(self, table: Maybe[str | None], name: Maybe[str | None] = None) -> None:
        """Forget one name, or all names that ``table`` has."""
        self._numbers.clear()
        if name is None:
            self._taken.difference_update(self._owned.pop(table, ()) if isinstance(table, str) else ())
        elif name is not UNKNOWN:
            schema = table.rpartition(".")[0] if isinstance(table, str) else ""
            self._taken.discard(f"{schema}.{name}")


class Context:
    """One statement: its bytes, its place, and whether it surely runs.

    ``base`` is the offset of the statement in the file; where ``fixed`` is set, everything stands there instead.
    ``refused`` is set once the statement turns out not to parse.
    """

    __slots__ = ("base", "certain", "data", "fixed", "path", "refused", "session")

    def __init__(
        self, data: bytes, path: str, base: int, session: Session, certain: bool = True, fixed: Location | None = None
    ) -> None:
        self.data = data
        self.path = path
        self.base = base
        self.session = session
        self.certain = certain
        self.fixed = fixed
        self.refused = False

    @property
    def here(self) -> Location:
        """The place of the whole statement."""
        return self.fixed or Location(self.path, self.base, self.base + len(self.data))

    def at(self, node: Node) -> Location:
        """Return the place of a part of the statement."""
        return self.fixed or Location(self.path, self.base + node.start_byte, self.base + node.end_byte)

    def inner(self, data: bytes, start: int | None, certain: bool) -> Context:
        """Return the context of SQL at an offset in this statement; None: its text is made up, so it stands here."""
        if start is None or self.fixed is not None:
            return self.moved(data, self.here, certain)
        return Context(data, self.path, self.base + start, self.session, self.certain and certain)

    def moved(self, data: bytes, place: Location, certain: bool) -> Context:
        """Return the context of SQL that stands at ``place`` as a whole."""
        return Context(data, self.path, 0, self.session, self.certain and certain, place)

    def table(self, node: Node | None) -> Maybe[str]:
        """Return the qualified name of a table that a statement refers to."""
        return UNKNOWN if node is None else self.session.name(parts_of(node))

    def new(self, node: Node | None) -> Maybe[str]:
        """Return the qualified name of what a statement creates."""
        return UNKNOWN if node is None else self.session.new_name(parts_of(node))

    def name(self, node: Node | None) -> Maybe[str]:
        """Return a name that has no schema."""
        return UNKNOWN if node is None else name_of(node)


def join(schema: str, name: str) -> str:
    """Return the qualified name, without the schema ``public``."""
    return name if schema == PUBLIC else f"{schema}.{name}"


def bare(table: Maybe[str]) -> Maybe[str]:
    """Return the name of a table without its schema."""
    return table if table is UNKNOWN else table.rpartition(".")[2]
