"""The schema of drizzle-kit from 1.0 on: a list of entities, which changes are made in, with a record of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from tenantlint.lang.drizzle.kit.entities import footprint, items, key_of, rename
from tenantlint.lang.drizzle.kit.text import (
    alter_policy_sql,
    clauses,
    known,
    listed,
    names_in_text,
    policy_sql,
    quoted,
    refuse_special,
    renamed_in,
    target_of,
)
from tenantlint.lang.lowering import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.lang.drizzle.kit.text import Entity, Json, NewColumn
    from tenantlint.schema import ForeignKey, Index, Policy

_TEXTS: Final = (("checks", "value"), ("policies", "using"), ("policies", "withCheck"), ("indexes", "where"))


class ChainSnapshot:
    """The last snapshot of a folder, which changes are made in. Each method returns the SQL that it takes.

    Tables are ``schema.name``, with ``public.`` too. Names that the code does not give stay as the database has them:
    drizzle-kit leaves those alone. ``deltas`` and ``footprints`` are what a snapshot of version 9 holds of the changes,
    ``renames`` what one of version 8 does.
    """

    def __init__(self, content: Entity) -> None:
        self.content = content
        self.unresolved: list[str] = []
        self.deltas: list[Entity] = []
        self.footprints: list[Entity] = []
        self.renames: list[str] = []

    @property
    def entities(self) -> list[Entity]:
        """The entities: tables, columns, indexes, keys and so on, each with its ``entityType``."""
        return cast("list[Entity]", self.content["ddl"])

    def of(self, table: str, *kinds: str) -> Iterator[Entity]:
        """Yield the entities of a table."""
        schema, _, name = table.partition(".")
        for each in self.entities:
            if each["entityType"] in kinds and (each.get("schema"), each.get("table")) == (schema, name):
                yield each

    def table(self, name: str) -> Entity:
        """Return a table. Raises RefusedError where the snapshot has none of that name."""
        schema, _, own = name.partition(".")
        for each in self.entities:
            if (each["entityType"], each.get("schema"), each["name"]) == ("tables", schema, own):
                return each
        raise RefusedError(f"the last snapshot has no table `{name}`")

    def column(self, table: str, name: str) -> Entity:
        """Return a column. Raises RefusedError where the snapshot has none of that name."""
        found = next((each for each in self.of(table, "columns") if each["name"] == name), None)
        if found is None:
            raise RefusedError(f"the last snapshot has no column `{name}` in `{table}`: generate that migration first")
        return found

    # Renames

    def rename_column(self, table: str, old: str, new: str) -> list[str]:
        """Rename a column, and what is over it."""
        column, (_, _, name) = self.column(table, old), table.partition(".")
        if any(each["name"] == new for each in self.of(table, "columns")):
            raise RefusedError(f"the last snapshot has a column `{new}` in `{table}` already")
        self._refuse_views(f'"{old}"', f'"{name}"')
        self._rename(column, new)
        self.renames.append(f"{table}.{old}->{table}.{new}")
        self._texts(table, lambda text, where: self._renamed_text(text, where, name, old, new))
        writes = (f"{mark}|col|{table}.{each}" for each in (old, new) for mark in "sn")
        self.footprints.append(footprint("rename_column", self._target("column", table, old), writes, _reads(table)))
        return [f"ALTER TABLE {_written(table)} RENAME COLUMN {quoted(old)} TO {quoted(new)};"]

    def rename_table(self, table: str, new: str) -> list[str]:
        """Rename a table, and what belongs to it."""
        entity, (schema, _, old) = self.table(table), table.partition(".")
        if any(each["entityType"] in ("tables", "views") and each["name"] == new for each in self.entities):
            raise RefusedError(f"the last snapshot has a table `{new}` already")
        self._refuse_views(f'"{old}"')
        self._rename(entity, new)
        renamed = f"{schema}.{new}"
        self.renames.append(f"{table}->{renamed}")
        self._texts(renamed, lambda text, where: text.replace(f'"{old}".', f'"{new}".'))
        marks = ("s|tbl", "n|tbl", "n|rel", "n|type")
        writes = (f"{mark}|{each}" for each in (table, renamed) for mark in marks)
        target = ("table", schema, old)
        self.footprints.append(footprint("rename_table", target, writes, (f"n|sch|{schema}",)))
        return [f"ALTER TABLE {_written(table)} RENAME TO {quoted(new)};"]

    def _rename(self, entity: Entity, new: str) -> None:
        self.deltas.append({"op": "rename", "key": key_of(entity), "set": {"name": new}})
        rename(entity, {"name": new}, self.entities)

    def _alter(self, entity: Entity, key: str, value: Json) -> None:
        if entity.get(key) != value:
            entity[key] = value
            self.deltas.append({"op": "alter", "key": key_of(entity), "set": {key: value}})

    @staticmethod
    def _target(kind: str, table: str, name: str) -> tuple[str, str, str, str]:
        schema, _, own = table.partition(".")
        return kind, schema, own, name

    def _renamed_text(self, text: str, where: str, table: str, old: str, new: str) -> str:
        if names_in_text(text, old):
            self.unresolved.append(where)
        return renamed_in(text, table, old, new)

    def _texts(self, table: str, change: Callable[[str, str], str]) -> None:
        """Change the expressions of a table."""
        for kind, key in _TEXTS:
            for each in self.of(table, kind):
                if isinstance(each.get(key), str):
                    self._alter(each, key, change(str(each[key]), f"`{each['name']}`"))
        for index in self.of(table, "indexes"):
            parts = [dict(part) for part in cast("list[Entity]", items(index, "columns"))]
            for part in parts:
                if part["isExpression"]:
                    part["value"] = change(str(part["value"]), f"`{index['name']}`")
            self._alter(index, "columns", [*parts])
        for column in self.of(table, "columns"):
            generated = column.get("generated")
            if isinstance(generated, dict) and isinstance(generated.get("as"), str):
                text = change(str(generated["as"]), f"`{column['name']}`")
                self._alter(column, "generated", generated | {"as": text})

    def _refuse_views(self, *names: str) -> None:
        for view in self.entities:
            definition = view.get("definition")
            if (
                view["entityType"] == "views"
                and isinstance(definition, str)
                and all(each in definition for each in names)
            ):
                raise RefusedError(f"the view `{view['name']}` is made of it, and has to be made again: generate that")

    # Additions

    def _insert(self, entity: Entity) -> None:
        """Put an entity after the last one of its kind."""
        kinds = [each["entityType"] for each in self.entities]
        kind = entity["entityType"]
        after = len(kinds) - kinds[::-1].index(kind) if kind in kinds else len(kinds)
        self.entities.insert(after, entity)
        self.deltas.append({"op": "create", "row": entity})

    def _noted(self, kind: str, table: str, mark: str, name: str, reads: tuple[str, ...], extra: str = "") -> None:
        """Note the footprint of a statement that makes something."""
        writes = [f"{each}|{mark}|{name}" for each in "sne"] + ([f"n|{extra}|{name}"] if extra else [])
        own = name.rpartition(".")[2]
        schema, _, owner = table.partition(".")
        target = (*_TARGETS.get(kind, ("table",)), schema, owner, *([own] if kind in _TARGETS else []))
        self.footprints.append(footprint(kind, target, writes, (*_reads(table), *reads)))

    def _base(self, table: str, name: str) -> Entity:
        schema, _, own = table.partition(".")
        return {"schema": schema, "table": own, "name": name}

    def add_column(self, table: str, column: NewColumn) -> list[str]:
        """Add a column. A precision is written without a blank before it."""
        written = column.type.replace(" (", "(")
        self._insert(
            self._base(table, column.name)
            | {
                "type": written,
                "typeSchema": None,
                "notNull": not column.nullable,
                "dimensions": 0,
                "default": column.default,
                "generated": None,
                "identity": None,
                "entityType": "columns",
            }
        )
        self._noted("add_column", table, "col", f"{table}.{column.name}", ())
        default = "" if column.default is None else f" DEFAULT {column.default}"
        return [f"ALTER TABLE {_written(table)} ADD COLUMN {quoted(column.name)} {written}{default}{column.required};"]

    def add_key(self, table: str, key: ForeignKey) -> list[str]:
        """Add a foreign key. Its name is drizzle-kit's own where the code gives none."""
        columns, targets = known(key.columns), known(key.target_columns)
        schema, target = target_of(key)
        words = [table.partition(".")[2], *columns, target, *targets]
        is_given = isinstance(key.name, str) and key.name not in ("_".join([*words, "fk"]), "_".join([*words, "fkey"]))
        name = str(key.name) if is_given else "_".join([*words, "fkey"])
        on_update, on_delete = (str(each or "no action").upper() for each in (key.on_update, key.on_delete))
        self._insert(
            self._base(table, name)
            | {
                "nameExplicit": is_given,
                "columns": [*columns],
                "schemaTo": schema,
                "tableTo": target,
                "columnsTo": [*targets],
                "onUpdate": on_update,
                "onDelete": on_delete,
                "entityType": "fks",
            }
        )
        over = (f"n|col|{table}.{each}" for each in columns)
        goal = f"{schema}.{target}"
        reads = (*_reads(goal), *over, *(f"n|col|{goal}.{each}" for each in targets))
        unique = f"e|uniqueness|{goal}.{','.join(targets)}"
        self._noted("create_fk", table, "fk", f"{table}.{name}", (*reads, unique), "con")
        actions = "".join(
            f" ON {word} {action}"
            for word, action in (("DELETE", on_delete), ("UPDATE", on_update))
            if action[:2] != "NO"
        )
        return [
            f"ALTER TABLE {_written(table)} ADD CONSTRAINT {quoted(name)} FOREIGN KEY ({listed(columns)})"
            f" REFERENCES {_written(goal)}({listed(targets)}){actions};"
        ]

    def add_index(self, table: str, index: Index) -> list[str]:
        """Add an index over columns."""
        refuse_special(index)
        columns = known(index.columns)
        name = index.name if isinstance(index.name, str) else f"{table.partition('.')[2]}_{'_'.join(columns)}_index"
        parts: list[Json] = [
            {"value": column, "isExpression": False, "asc": True, "nullsFirst": False, "opclass": None}
            for column in columns
        ]
        self._insert(
            self._base(table, name)
            | {
                "nameExplicit": index.name is not None,
                "columns": parts,
                "isUnique": index.unique is True,
                "where": None,
                "with": "",
                "method": "btree",
                "concurrently": False,
                "entityType": "indexes",
            }
        )
        reads = tuple(f"n|col|{table}.{column}" for column in columns)
        self._noted("create_index", table, "idx", f"{table.partition('.')[0]}.{name}", reads, "rel")
        kind = "UNIQUE INDEX" if index.unique is True else "INDEX"
        return [f"CREATE {kind} {quoted(name)} ON {_written(table)} ({listed(columns)});"]

    def add_policy(self, table: str, policy: Policy) -> list[str]:
        """Add a policy; the first one turns row level security on."""
        using, check = clauses(policy)
        entity = self.table(table)
        enable = [] if entity.get("isRlsEnabled") is True else [self._enabled(table)]
        self._insert(
            self._base(table, str(policy.name))
            | {
                "as": "RESTRICTIVE" if policy.permissive is False else "PERMISSIVE",
                "for": str(policy.command).upper(),
                "roles": [*known(policy.roles)],
                "using": using,
                "withCheck": check,
                "entityType": "policies",
            }
        )
        self._alter(entity, "isRlsEnabled", True)
        self._noted("create_policy", table, "pol", f"{table}.{policy.name}", (f"e|rls|{table}",))
        return [*enable, policy_sql(policy, _written(table))]

    def _enabled(self, table: str) -> str:
        sql = f"ALTER TABLE {_written(table)} ENABLE ROW LEVEL SECURITY;"
        schema, _, name = table.partition(".")
        made = footprint("alter_rls", ("table", schema, name), (f"s|rls|{table}",), _reads(table), sql)
        self.footprints.append(made)
        return sql

    def alter_policy(self, table: str, policy: Policy) -> list[str]:
        """Give a policy the predicates that it has in code, unless the snapshot has them, or no such policy."""
        using, check = clauses(policy)
        found = next((each for each in self.of(table, "policies") if each["name"] == policy.name), None)
        if found is None or (found.get("using"), found.get("withCheck")) == (using, check):
            return []
        self._alter(found, "using", using)
        self._alter(found, "withCheck", check)
        sql = alter_policy_sql(policy, _written(table))
        schema, _, name = table.partition(".")
        writes = (f"s|pol|{table}.{policy.name}",)
        self.footprints.append(footprint("alter_policy", ("table", schema, name), writes, _reads(table), sql))
        return [sql]

    def enable_security(self, table: str) -> list[str]:
        """Turn row level security on."""
        entity = self.table(table)
        if entity.get("isRlsEnabled") is True:
            return []
        self._alter(entity, "isRlsEnabled", True)
        return [self._enabled(table)]

    def alter_type(self, table: str, column: str, new: str, sql: str) -> None:
        """Give a column the type that the statement ``sql`` gives it."""
        self._alter(self.column(table, column), "type", new)
        target, reads = self._target("column", table, column), (*_reads(table), f"n|col|{table}.{column}")
        writes = (f"s|colprop|{table}.{column}.type", f"s|colprop|{table}.{column}.default")
        self.footprints.append(footprint("alter_column", target, writes, reads, sql))

    def require(self, table: str, column: str) -> list[str]:
        """Make a column NOT NULL."""
        entity = self.column(table, column)
        if entity["notNull"] is True:
            return []
        self._alter(entity, "notNull", True)
        sql = f"ALTER TABLE {_written(table)} ALTER COLUMN {quoted(column)} SET NOT NULL;"
        target, reads = self._target("column", table, column), (*_reads(table), f"n|col|{table}.{column}")
        writes = (f"s|colprop|{table}.{column}.notNull",)
        self.footprints.append(footprint("alter_column", target, writes, reads, sql))
        return [sql]


_TARGETS: Final = {"add_column": ("column",), "create_index": ("index",)}
"""What the statements are aimed at whose target is no table."""


def _reads(table: str) -> tuple[str, str]:
    return f"n|tbl|{table}", f"n|sch|{table.partition('.')[0]}"


def _written(table: str) -> str:
    schema, _, name = table.partition(".")
    return quoted(name) if schema == "public" else f"{quoted(schema)}.{quoted(name)}"
