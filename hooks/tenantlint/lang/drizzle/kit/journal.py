"""A snapshot of drizzle-kit up to 0.31 (version 7): one object of tables, whose keys are their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

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
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.lang.drizzle.kit.text import Entity, Json, NewColumn
    from tenantlint.schema import ForeignKey, Index, Policy

_GROUPS: Final = {
    "indexes": "index",
    "foreignKeys": "fk",
    "compositePrimaryKeys": "pk",
    "uniqueConstraints": "unique",
}
"""The parts of a table whose names follow from its columns, and how those names end."""


class JournalSnapshot:
    """The last snapshot of a folder, which changes are made in. Each method returns the SQL that it takes.

    Tables are ``schema.name``, with ``public.`` too. ``fixed`` tells for a name that it is given by the code.
    ``unresolved`` collects expressions that name a renamed column in text.
    """

    def __init__(self, content: Entity, fixed: Callable[[str, str, str], bool]) -> None:
        if content.get("version") != "7" or not isinstance(content.get("tables"), dict):
            raise RefusedError("the last snapshot is of a version of drizzle-kit that is not known")
        self.content = content
        self.fixed = fixed
        self.unresolved: list[str] = []

    # What is there

    @property
    def tables(self) -> dict[str, Entity]:
        """The tables by their names with schema."""
        return cast("dict[str, Entity]", self.content["tables"])

    def table(self, name: str) -> Entity:
        """Return a table. Raises RefusedError where the snapshot has none of that name."""
        found = self.tables.get(name)
        if found is None:
            raise RefusedError(f"the last snapshot has no table `{name}`")
        return found

    def column(self, table: str, name: str) -> Entity:
        """Return a column. Raises RefusedError where the snapshot has none of that name."""
        found = _part(self.table(table), "columns").get(name)
        if found is None:
            raise RefusedError(f"the last snapshot has no column `{name}` in `{table}`: generate that migration first")
        return found

    def _written(self, table: str) -> str:
        entity = self.table(table)
        schema = str(entity.get("schema") or "")
        return f"{quoted(schema)}.{quoted(str(entity['name']))}" if schema else quoted(str(entity["name"]))

    # Renames

    def rename_column(self, table: str, old: str, new: str) -> list[str]:
        """Rename a column, and all that is named after it."""
        entity, name = self.table(table), str(self.table(table)["name"])
        columns = _part(entity, "columns")
        self.column(table, old)
        if new in columns:
            raise RefusedError(f"the last snapshot has a column `{new}` in `{table}` already")
        self._refuse_views(f'"{old}"', f'"{name}"')
        written = self._written(table)
        defaults = self._defaults()
        entity["columns"] = {new if key == old else key: value for key, value in columns.items()}
        _part(entity, "columns")[new]["name"] = new
        self._rename_references(entity, old, new)
        self._texts(entity, lambda text, where: self._renamed_text(text, where, name, old, new))
        statement = f"ALTER TABLE {written} RENAME COLUMN {quoted(old)} TO {quoted(new)};"
        return [statement, *self._follow(defaults)]

    def rename_table(self, table: str, new: str) -> list[str]:
        """Rename a table, and all that is named after it."""
        entity, old = self.table(table), str(self.table(table)["name"])
        schema = str(entity.get("schema") or "")
        key = f"{schema or 'public'}.{new}"
        if key in self.tables:
            raise RefusedError(f"the last snapshot has a table `{key}` already")
        self._refuse_views(f'"{old}"')
        statement = f"ALTER TABLE {self._written(table)} RENAME TO {quoted(new)};"
        defaults = self._defaults()
        self.content["tables"] = cast(
            "Json", {key if each == table else each: value for each, value in self.tables.items()}
        )
        entity["name"] = new
        for other in self.tables.values():
            for foreign in _part(other, "foreignKeys").values():
                if foreign["tableTo"] == old and (foreign.get("schemaTo") or "public") == (schema or "public"):
                    foreign["tableTo"] = new
                if other is entity:
                    foreign["tableFrom"] = new
        self._texts(entity, lambda text, where: text.replace(f'"{old}".', f'"{new}".'))
        return [statement, *self._follow(defaults)]

    def _rename_references(self, entity: Entity, old: str, new: str) -> None:
        for part in ("compositePrimaryKeys", "uniqueConstraints"):
            for each in _part(entity, part).values():
                each["columns"] = _replaced(each["columns"], old, new)
        for index in _part(entity, "indexes").values():
            for column in cast("list[Entity]", index["columns"]):
                if column["expression"] == old and not column["isExpression"]:
                    column["expression"] = new
        for other in self.tables.values():
            for foreign in _part(other, "foreignKeys").values():
                if other is entity:
                    foreign["columnsFrom"] = _replaced(foreign["columnsFrom"], old, new)
                same = (foreign.get("schemaTo") or "public") == (entity.get("schema") or "public")
                if same and foreign["tableTo"] == entity["name"]:
                    foreign["columnsTo"] = _replaced(foreign["columnsTo"], old, new)

    def _renamed_text(self, text: str, where: str, table: str, old: str, new: str) -> str:
        if names_in_text(text, old):
            self.unresolved.append(where)
        return renamed_in(text, table, old, new)

    def _texts(self, entity: Entity, change: Callable[[str, str], str]) -> None:
        """Change the expressions of a table."""
        for kind, part, keys in (
            ("check", "checkConstraints", ("value",)),
            ("policy", "policies", ("using", "withCheck")),
            ("index", "indexes", ("where",)),
        ):
            for name, each in _part(entity, part).items():
                for key in keys:
                    if isinstance(each.get(key), str):
                        each[key] = change(str(each[key]), f"the {kind} `{name}`")
        for name, index in _part(entity, "indexes").items():
            for column in cast("list[Entity]", index["columns"]):
                if column["isExpression"]:
                    column["expression"] = change(str(column["expression"]), f"the index `{name}`")
        for name, each in _part(entity, "columns").items():
            generated = each.get("generated")
            if isinstance(generated, dict) and isinstance(generated.get("as"), str):
                generated["as"] = change(str(generated["as"]), f"the column `{name}`")

    def _refuse_views(self, *names: str) -> None:
        for view in _part(self.content, "views").values():
            definition = view.get("definition")
            if isinstance(definition, str) and all(name in definition for name in names):
                raise RefusedError(f"the view `{view['name']}` is made of it, and has to be made again: generate that")

    # Names that follow from others

    def _defaults(self) -> list[tuple[Entity, str, Entity]]:
        """Return the members of tables that have the names which drizzle-kit makes up: table, part, member."""
        found: list[tuple[Entity, str, Entity]] = []
        for entity in self.tables.values():
            for part in _GROUPS:
                for member in _part(entity, part).values():
                    name = str(member["name"])
                    given = self.fixed(str(entity["name"]), part, name)
                    if name == _default_name(entity, part, member) and not given:
                        found.append((entity, part, member))
            for column in _part(entity, "columns").values():
                if _sequence(column) == f"{entity['name']}_{column['name']}_seq":
                    found.append((entity, "columns", column))
        return found

    def _follow(self, defaults: list[tuple[Entity, str, Entity]]) -> Iterator[str]:
        """Give the members their new default names, and yield the SQL for that."""
        for entity, part, member in defaults:
            schema = str(entity.get("schema") or "")
            prefix = f"{quoted(schema)}." if schema else ""
            if part == "columns":
                old, new = _sequence(member), f"{entity['name']}_{member['name']}_seq"
                cast("Entity", member["identity"])["name"] = new
                statement = f"ALTER SEQUENCE {prefix}{quoted(str(old))} RENAME TO {quoted(new)};"
            else:
                old, new = str(member["name"]), _default_name(entity, part, member)
                statement = (
                    f"ALTER INDEX {prefix}{quoted(old)} RENAME TO {quoted(new)};"
                    if part == "indexes"
                    else f"ALTER TABLE {prefix}{quoted(str(entity['name']))} RENAME CONSTRAINT {quoted(old)}"
                    f" TO {quoted(new)};"
                )
                member["name"] = new
                entity[part] = cast("Json", {str(each["name"]): each for each in _part(entity, part).values()})
            if old != new:
                yield statement

    # Additions

    def add_column(self, table: str, column: NewColumn) -> list[str]:
        """Add a column at the end."""
        entity: Entity = {"name": column.name, "type": column.type, "primaryKey": False, "notNull": not column.nullable}
        if column.default is not None:
            entity["default"] = column.default
        _part(self.table(table), "columns")[column.name] = entity
        default = "" if column.default is None else f" DEFAULT {column.default}"
        added = f"{quoted(column.name)} {column.type}{default}{column.required}"
        return [f"ALTER TABLE {self._written(table)} ADD COLUMN {added};"]

    def add_key(self, table: str, key: ForeignKey) -> list[str]:
        """Add a foreign key."""
        columns, targets = known(key.columns), known(key.target_columns)
        (schema, target), entity = target_of(key), self.table(table)
        if not isinstance(key.name, str):
            raise RefusedError("the name of the new foreign key is not known")
        on_delete, on_update = str(key.on_delete or "no action"), str(key.on_update or "no action")
        made: Entity = {"name": key.name, "tableFrom": entity["name"], "tableTo": target}
        if schema != "public":
            made["schemaTo"] = schema
        made |= {"columnsFrom": [*columns], "columnsTo": [*targets], "onDelete": on_delete, "onUpdate": on_update}
        _part(entity, "foreignKeys")[key.name] = made
        return [
            f"ALTER TABLE {self._written(table)} ADD CONSTRAINT {quoted(key.name)} FOREIGN KEY ({listed(columns)})"
            f" REFERENCES {quoted(schema)}.{quoted(target)}({listed(targets)})"
            f" ON DELETE {on_delete} ON UPDATE {on_update};"
        ]

    def add_index(self, table: str, index: Index) -> list[str]:
        """Add an index over columns."""
        refuse_special(index)
        columns, entity = known(index.columns), self.table(table)
        if index.name is UNKNOWN:
            raise RefusedError("the name of the new index is not known")
        name = index.name or f"{entity['name']}_{'_'.join(columns)}_index"
        listed_columns: list[Json] = [
            {"expression": column, "isExpression": False, "asc": True, "nulls": "last"} for column in columns
        ]
        _part(entity, "indexes")[name] = {
            "name": name,
            "columns": listed_columns,
            "isUnique": index.unique is True,
            "concurrently": False,
            "method": "btree",
            "with": {},
        }
        kind = "UNIQUE INDEX" if index.unique is True else "INDEX"
        return [f"CREATE {kind} {quoted(name)} ON {self._written(table)} USING btree ({listed(columns)});"]

    def add_policy(self, table: str, policy: Policy) -> list[str]:
        """Add a policy; the first one turns row level security on."""
        entity = self.table(table)
        using, check = clauses(policy)
        policies = _part(entity, "policies")
        first = not policies and entity.get("isRLSEnabled") is not True
        name = str(policy.name)
        policies[name] = {
            "name": name,
            "as": "RESTRICTIVE" if policy.permissive is False else "PERMISSIVE",
            "for": str(policy.command).upper(),
            "to": [*known(policy.roles)],
        }
        policies[name] |= {} if using is None else {"using": using}
        policies[name] |= {} if check is None else {"withCheck": check}
        written = self._written(table)
        enable = [f"ALTER TABLE {written} ENABLE ROW LEVEL SECURITY;"] if first else []
        return [*enable, policy_sql(policy, written)]

    def alter_policy(self, table: str, policy: Policy) -> list[str]:
        """Give a policy the predicates that it has in code, unless the snapshot has them, or no such policy."""
        using, check = clauses(policy)
        found = _part(self.table(table), "policies").get(str(policy.name))
        if found is None or (found.get("using"), found.get("withCheck")) == (using, check):
            return []
        found |= {} if using is None else {"using": using}
        found |= {} if check is None else {"withCheck": check}
        return [alter_policy_sql(policy, self._written(table))]

    def enable_security(self, table: str) -> list[str]:
        """Turn row level security on."""
        entity = self.table(table)
        if entity.get("isRLSEnabled") is True:
            return []
        entity["isRLSEnabled"] = True
        return [f"ALTER TABLE {self._written(table)} ENABLE ROW LEVEL SECURITY;"]

    def require(self, table: str, column: str) -> list[str]:
        """Make a column NOT NULL."""
        entity = self.column(table, column)
        if entity["notNull"] is True:
            return []
        entity["notNull"] = True
        return [f"ALTER TABLE {self._written(table)} ALTER COLUMN {quoted(column)} SET NOT NULL;"]


def _part(entity: Entity, part: str) -> dict[str, Entity]:
    found = entity.setdefault(part, {})
    if not isinstance(found, dict):
        raise RefusedError("the last snapshot is not as drizzle-kit writes it")
    return cast("dict[str, Entity]", found)


def _replaced(names: Json, old: str, new: str) -> Json:
    return [new if name == old else name for name in cast("list[Json]", names)]


def _sequence(column: Entity) -> Json:
    identity = column.get("identity")
    return identity.get("name") if isinstance(identity, dict) else None


def _default_name(entity: Entity, part: str, member: Entity) -> str:
    """Return the name that drizzle-kit makes up for a member of a table."""
    if part == "foreignKeys":
        words = [entity["name"], *_names(member["columnsFrom"]), member["tableTo"], *_names(member["columnsTo"])]
    elif part == "indexes":
        columns = cast("list[Entity]", member["columns"])
        words = [entity["name"], *(column["expression"] for column in columns)]
    else:
        words = [entity["name"], *_names(member["columns"])]
    return "_".join([*map(str, words), _GROUPS[part]])


def _names(value: Json) -> list[Json]:
    return cast("list[Json]", value)
