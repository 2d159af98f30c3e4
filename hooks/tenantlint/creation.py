"""``tenantlint new table``: a table as the rules and the other tables of the project want it.

A skeleton, with the columns that were asked for, is written first. Then the rules look at it, and what they find in the
new table is fixed as it would be in any other: so the tenant column, the times, the indexes, the relations and the
policy are written as the project writes them.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from tenantlint import rules
from tenantlint.arguments import UsageError
from tenantlint.change import AddInverse, AddRelation, AddTenant, EnableSecurity, Patch, RenameColumn
from tenantlint.edit import overlap
from tenantlint.fix import laid_over, patched
from tenantlint.lang.lowering import Lowering, RefusedError
from tenantlint.lang.new_table import NewColumn, NewTable
from tenantlint.link import link
from tenantlint.lower import lower
from tenantlint.names import IRREGULAR, camel_case, is_plural, plurals, snake_case
from tenantlint.record import Record, replace
from tenantlint.schema import UNKNOWN
from tenantlint.settings import FRAMEWORK_TABLES
from tenantlint.testing import is_test
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.change import Change
    from tenantlint.config_tree import ConfigTree
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.edit import Edit
    from tenantlint.project import Project
    from tenantlint.schema import Orm, Schema, Table
    from tenantlint.settings import Settings

_PASSES: Final = 12
_SUFFIXES: Final = {"sqlmodel": ".py", "drizzle": ".ts"}


class _Skeleton(Protocol):
    def first(self, models: list[bytes]) -> str: ...
    def last(self, text: str) -> str: ...
    def append(self, wanted: NewTable, path: str, context: Lowering) -> Patch: ...
    def loosen(self, table: Table, key: str, context: Lowering) -> tuple[Edit, ...]: ...


class Request(Record):
    """What is asked for. ``columns`` are as given; ``path`` is the file that gets the table, None to show it only."""

    name: str
    orm: Orm | None
    columns: tuple[str, ...]
    path: str | None
    migration: bool


class Created(Record):
    """The new contents of files, the one with the table, what rules still find in the table, and why."""

    contents: dict[str, bytes]
    path: str
    left: tuple[Diagnostic, ...]


class Creation:
    """The making of one table. Raises UsageError where it cannot be made."""

    def __init__(self, project: Project, tree: ConfigTree, request: Request) -> None:
        self._tree = tree
        self._request = request
        self._alone = request.path is None
        schema = link(project).schema
        self._orm: Orm = request.orm or _orm_of(schema)
        self._skeleton = cast("_Skeleton", import_module(f"tenantlint.lang.{self._orm}.skeleton"))
        self._own = [
            table
            for table in schema.tables
            if table.orm == self._orm and table.name not in FRAMEWORK_TABLES and not is_test(table.at.path)
        ]
        self._path = request.path or self._folder(project)
        self._kept = project.files
        if self._path not in project:
            self._contents = {self._path: self._skeleton.first(self._models(project)).encode()}
            project = laid_over(project, self._contents)
        else:
            self._contents = {}
        self._project = project
        self._schema = link(project).schema
        self._settings = self._chosen(tree.of(self._path))
        self._wanted = self._table()

    def _models(self, project: Project) -> list[bytes]:
        """Return the files of the other tables, those in the same folder first."""
        paths = dict.fromkeys(table.at.path for table in self._own)
        here = posixpath.dirname(self._path)
        return [project.source(path).data for path in sorted(paths, key=lambda path: posixpath.dirname(path) != here)]

    def _folder(self, project: Project) -> str:
        """Return the path that a file of its own would have, beside most of the other tables."""
        folders = Counter(posixpath.dirname(table.at.path) for table in self._own)
        folder = folders.most_common(1)[0][0] if folders else ""
        name = snake_case(self._request.name).strip("_") or "table"
        while (path := posixpath.join(folder, name + _SUFFIXES[self._orm])) in project:
            name += "_"
        return path

    def _chosen(self, settings: Settings) -> Settings:
        """Return the settings with the rules on relations too, where the project declares relations."""
        related = {"REL002", "REL003"}
        if self._alone or not any(table.relations for table in self._own):
            return replace(settings, rules=settings.rules - related)
        options = {**settings.options, "REL002": {**settings.options.get("REL002", {}), "require": "always"}}
        return replace(settings, rules=settings.rules | related, options=options)

    # What it is called

    def _table(self) -> NewTable:
        asked = snake_case(self._request.name).strip("_")
        if not (self._request.name.isidentifier() and self._request.name.isascii() and asked):
            raise UsageError(f"{self._request.name} cannot be the name of a table: letters, digits and _, please")
        name = _plural(asked) if self._is_plural() else _singular(asked)
        noun = _singular(name) if self._orm == "sqlmodel" else name
        symbol = camel_case(noun)
        symbol = symbol[:1].upper() + symbol[1:] if self._orm == "sqlmodel" else symbol
        for table in self._schema.tables:
            if table.orm == self._orm and name in (table.name, table.qualified_name):
                raise UsageError(f"there is a table {name} already: {table.symbol} in {table.at.path}")
            if table.orm == self._orm and table.symbol == symbol:
                raise UsageError(f"there is a {symbol} already in {table.at.path}")
        view = SchemaView(self._schema, self._settings)
        if view.database.has(name):
            raise UsageError(f"the migrations have a table {name} already")
        columns = tuple(self._column(each) for each in self._request.columns)
        twice = [key for key, count in Counter(each.key for each in columns).items() if count > 1]
        if twice:
            raise UsageError(f"--column: {twice[0]} is given twice")
        return NewTable(name, symbol, columns, self._bare_tenant(view, name))

    def _bare_tenant(self, view: SchemaView, name: str) -> str | None:
        """Return the tenant column to write where the project has no table of tenants that a fix could reference."""
        tenant = snake_case(self._settings.tenant_columns[0])
        is_root = name in (tenant.removesuffix("_id"), *plurals(tenant.removesuffix("_id")))
        if is_root or view.tenant_roots or "TEN001" not in self._settings.rules:
            return None
        if any(view.tenant_columns(table) for table in self._own):
            return None
        return tenant if self._is_snake() or self._orm == "sqlmodel" else camel_case(tenant)

    def _is_plural(self) -> bool:
        names = [snake_case(table.name) for table in self._own if table.name is not UNKNOWN]
        return sum(map(is_plural, names)) * 2 >= len(names)

    def _is_snake(self) -> bool:
        """Return whether keys of several words are in snake case; in a project without any, as NAM002 wants them."""
        keys = [column.key for table in self._own for column in table.columns]
        snake = sum("_" in key.strip("_") for key in keys)
        camel = sum(key == camel_case(key) != snake_case(key) for key in keys)
        options = self._settings.options.get("NAM002", {})
        wished = options.get(f"{self._orm}_keys") or options.get("keys")
        return snake > camel if snake != camel else wished != "camel"

    def _column(self, given: str) -> NewColumn:
        """Return the column that ``name:type[?]`` asks for."""
        name, colon, kind = given.partition(":")
        nullable = kind.endswith("?")
        kind = kind.removesuffix("?").strip().lower() if "ref=" not in kind else kind.removesuffix("?").strip()
        name = snake_case(name.strip())
        if not colon or not name.isidentifier() or not name.isascii() or not kind:
            raise UsageError(f"--column: expected NAME:TYPE, as in title:text, not {given}")
        if name in ("id", "created_at", "updated_at"):
            raise UsageError(f"--column: {name} comes by itself")
        key = name if self._is_snake() else camel_case(name)
        if kind.startswith("ref="):
            name = name if name.endswith("_id") else f"{name}_id"
            key = name if self._is_snake() else camel_case(name)
            return NewColumn(key, name, "", nullable, (), self._target(kind.removeprefix("ref="), given).id)
        sort, sizes = _type(kind, given)
        return NewColumn(key, name, sort, nullable, sizes)

    def _target(self, name: str, given: str) -> Table:
        found = [table for table in self._own if name in (table.name, table.qualified_name, table.symbol)]
        if len(found) != 1:
            count = "no table" if not found else "more than one table"
            raise UsageError(f"--column {given}: there is {count} called {name}")
        return found[0]

    # How it is made

    def make(self) -> Created:
        """Return the files with the table in them."""
        self._apply(self._skeleton_patch())
        self._copy_tenant()
        for column in self._wanted.columns:
            if column.reference is not None:
                change = AddTenant(self._new().id, column.name, column.reference)
                self._apply(_accepted(lower(change, self._context())))
                if column.nullable:
                    new = self._new()
                    key = next(each.key for each in new.columns if each.name == column.name)
                    self._apply(self._loosened(new, key))
        self._fix()
        if self._request.migration:
            self._migrate()
        if self._path not in self._kept:
            text = self._skeleton.last(self._contents[self._path].decode()).encode()
            self._contents[self._path] = text
            self._project = laid_over(self._project, {self._path: text})
        self._link()
        return Created(self._contents, self._path, tuple(self._found()))

    def _copy_tenant(self) -> None:
        """Add the tenant column of the other tables where it references no table, so that no fix would."""
        view = SchemaView(self._schema, self._settings)
        names = Counter(
            columns[0].name for table in self._own if (columns := view.tenant_columns(table)) and not view.tenant_roots
        )
        for name, _ in names.most_common(1) if "TEN001" in self._settings.rules else ():
            new = self._new()
            if name is not UNKNOWN and not view.tenant_columns(new):
                patch = lower(AddTenant(new.id, name, None), self._context())
                if patch.refused is None:
                    self._apply(patch)

    def _skeleton_patch(self) -> Patch:
        try:
            return self._skeleton.append(self._wanted, self._path, self._context())
        except RefusedError as error:
            raise UsageError(f"no table was written: {error}") from error

    def _loosened(self, table: Table, key: str) -> Patch:
        try:
            return Patch(self._skeleton.loosen(table, key, self._context()))
        except RefusedError as error:
            raise UsageError(f"no table was written: {error}") from error

    def _context(self) -> Lowering:
        return Lowering(self._project, self._schema, migrate=False)

    def _link(self) -> None:
        self._schema = link(self._project).schema

    def _apply(self, patch: Patch) -> None:
        contents, broken = patched(self._project, patch)
        if broken is not None:
            raise UsageError(f"no table was written: {broken} would not parse any more")
        self._contents |= contents
        self._project = laid_over(self._project, contents)
        self._link()

    def _new(self) -> Table:
        """Return the new table as it is read."""
        for table in self._schema.tables:
            if table.at.path == self._path and table.symbol == self._wanted.symbol:
                return table
        raise UsageError(f"no table was written: it could not be read in {self._path}")

    def _found(self) -> list[Diagnostic]:
        """Return what the rules find in the new table; what a mixin brings along is that of others."""
        from tenantlint.marks import marks

        view = SchemaView(self._schema, self._settings)
        codes = [code for code in sorted(self._settings.rules) if rules.applies(code, self._schema)]
        every = [each for code in codes if code != "UNU001" for each in rules.run(code, view)]
        new = self._new()
        mine = [mark.diagnostic for mark in marks(self._schema, every).by_table.get(new.id, ())]
        return [each for each in mine if each.at.path == self._path and each.at.start >= new.at.start]

    def _fix(self) -> None:
        """Make what rules find in the new table good, in as many passes as that takes."""
        tried: set[Change] = set()
        waiting: list[Change] = []  # a table that says when it was made is not asked any more when it was changed
        for _ in range(_PASSES):
            edits: list[Edit] = []
            asked, waiting = dict.fromkeys([*waiting, *self._open(tried)]), []
            for change in asked:
                tried.add(change)
                patch = lower(change, self._context())
                if patch.refused is None and not patch.unresolved and self._is_own_affair(change, patch):
                    if overlap([*edits, *patch.edits]):
                        waiting.append(change)
                    else:
                        edits += patch.edits
            if not asked:
                return
            if edits:
                self._apply(Patch(tuple(edits)))

    def _is_own_affair(self, change: Change, patch: Patch) -> bool:
        """Return whether a change concerns the new table alone; the other sides of its relations are written too."""
        if isinstance(change, RenameColumn):
            column = next((each for each in self._new().columns if each.key == change.key), None)
            if column is None or len(SchemaView(self._schema, self._settings).sharing(column)) > 1:
                return False
        elsewhere = any(edit.path != self._path for edit in patch.edits)
        return not elsewhere or (isinstance(change, _LATE) and not self._alone)

    def _open(self, tried: set[Change]) -> list[Change]:
        """Return the changes that would end findings: renames alone, then what is added, then relations."""
        changes = dict.fromkeys(each.fix.change for each in self._found() if each.fix is not None)
        left = [each for each in changes if each not in tried]
        renames = [each for each in left if isinstance(each, RenameColumn)]
        added = [each for each in left if not isinstance(each, (RenameColumn, *_LATE))]
        return [*renames] or added or left

    # Its migration

    def _migrate(self) -> None:
        kind, tool = ("alembic", "Alembic") if self._orm == "sqlmodel" else ("drizzle-kit", "drizzle-kit")
        histories = [history for history in self._schema.histories if history.kind == kind]
        if len(histories) != 1:
            count = "no" if not histories else "more than one history of"
            raise UsageError(f"--migration: the project has {count} {tool} migrations")
        if self._orm == "sqlmodel":
            from tenantlint.lang.alembic.write_table import create

            self._apply(_accepted(create(self._new(), histories[0], self._context(), self._security())))
            return
        from tenantlint.lang.drizzle.kit.create import create as create_in_kit

        self._apply(_accepted(create_in_kit(self._new(), histories[0], self._context())))

    def _security(self) -> EnableSecurity | None:
        """Return the security that a rule asks for, or that most tables of tenants have."""
        view = SchemaView(self._schema, self._settings)
        table = self._new()
        columns = view.tenant_columns(table)
        if (
            "RLS001" not in self._settings.rules
            or not columns
            or columns[0].name is UNKNOWN
            or view.is_tenant_root(table)
        ):
            return None
        from tenantlint.rules._fixes import enable_security

        fix = enable_security(table, view)
        return fix.change if fix is not None and isinstance(fix.change, EnableSecurity) else None


_LATE: Final = (AddRelation, AddInverse)


def _accepted(patch: Patch) -> Patch:
    if patch.refused is not None:
        raise UsageError(f"no table was written: {patch.refused}")
    return patch


def _orm_of(schema: Schema) -> Orm:
    counts = Counter(table.orm for table in schema.tables)
    if not counts:
        raise UsageError("the project has no table yet: say which --orm it uses, sqlmodel or drizzle")
    return counts.most_common(1)[0][0]


_SIZED: Final = {"varchar": 1, "numeric": 2}
_ALIASES: Final = {
    "string": "text", "str": "text", "int": "integer", "bool": "boolean", "decimal": "numeric", "float": "double",
    "datetime": "timestamptz", "timestamp": "timestamptz", "json": "jsonb",
}  # fmt: skip
_KINDS: Final = (
    "text", "varchar", "integer", "bigint", "boolean", "numeric", "double", "date", "timestamptz", "uuid", "jsonb",
)  # fmt: skip


def _type(kind: str, given: str) -> tuple[str, tuple[int, ...]]:
    """Return the type that is meant, and its sizes."""
    name, opening, rest = kind.partition("(")
    name = _ALIASES.get(name.strip(), name.strip())
    sizes = [part.strip() for part in rest.removesuffix(")").split(",")] if opening else []
    wanted = _SIZED.get(name, 0)
    is_sized = len(sizes) == wanted and all(size.isdigit() and size.isascii() for size in sizes)
    if name not in _KINDS or not (is_sized or (not sizes and name == "numeric")):
        known = ", ".join("varchar(N)" if each == "varchar" else each for each in _KINDS)
        raise UsageError(f"--column {given}: a type is one of {known}, numeric(P,S), or ref=TABLE")
    return name, tuple(map(int, sizes))


def _plural(name: str) -> str:
    return name if is_plural(name) else plurals(name)[0]


def _singular(name: str) -> str:
    """Return the noun that ``name`` is the plural of, ``name`` itself where it is none."""
    candidates: Iterable[str] = (name[:-3] + "y", name[:-2], name[:-1])
    return next((noun for noun in (*_irregular(name), *candidates) if noun and name in plurals(noun)), name)


def _irregular(name: str) -> list[str]:
    head, separator, last = name.rpartition("_")
    return [head + separator + noun for noun, plural in IRREGULAR.items() if plural == last]
