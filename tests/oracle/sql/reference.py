"""What libpg_query (PostgreSQL's own parser) says that statements do, in the same plain facts as ``own.py``.

A fact is a tuple of the kind, the table, and what matters of the rest.
"""

from __future__ import annotations

from typing import Any

import postgast
from postgast import pg_query_pb2 as pb

from tenantlint.types import normalize

SERIALS = {"serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"}
ACTIONS = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
PERSISTENT = ("p", "u")


def facts(sql: str) -> list[tuple[Any, ...]]:
    """Return the facts of every statement, in order."""
    found: list[tuple[Any, ...]] = []
    for raw in postgast.parse(sql).stmts:
        found += statement(raw.stmt)
    return found


def statement(node: Any) -> list[tuple[Any, ...]]:
    kind = node.WhichOneof("node")
    reader = READERS.get(kind)
    return reader(getattr(node, kind)) if reader else []


def relation(node: Any) -> str:
    return join([node.schemaname, node.relname])


def join(parts: list[str]) -> str:
    schema, name = ["", *parts][-2:]
    return f"{schema}.{name}" if schema not in ("", "public") else name


def strings(nodes: Any) -> list[str]:
    return [each.string.sval for each in nodes]


def type_of(node: Any) -> str:
    names = strings(node.names)
    if names[0] in ("pg_catalog", "public"):
        names = names[1:]
    name = ".".join(names)
    builtin = strings(node.names)[0] == "pg_catalog"
    name = "char" if builtin and name == "bpchar" else name
    sizes = [size(each) for each in node.typmods]
    if name == "interval" and sizes:
        name, sizes = "interval", []
    if builtin and name in ("char", "bit") and sizes == ["1"]:
        sizes = []
    if sizes:
        name += f"({','.join(sizes)})"
    return normalize(name) + "[]" * len(node.array_bounds)


def size(node: Any) -> str:
    if node.HasField("a_const"):
        const = node.a_const
        return str(const.ival.ival) if const.WhichOneof("val") == "ival" else const.sval.sval
    if node.HasField("column_ref"):
        return node.column_ref.fields[-1].string.sval
    return "?"


def is_null(node: Any) -> bool:
    return node.HasField("a_const") and node.a_const.isnull


def column(node: Any) -> tuple[Any, ...]:
    kinds = {pb.ConstrType.Name(each.constraint.contype) for each in node.constraints}
    nulls = [each.constraint for each in node.constraints if each.constraint.contype == pb.CONSTR_DEFAULT]
    serial = strings(node.type_name.names)[-1] in SERIALS
    default = serial or bool(kinds & {"CONSTR_IDENTITY", "CONSTR_GENERATED"})
    default = default or any(not is_null(each.raw_expr) for each in nulls)
    required = serial or bool(kinds & {"CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_IDENTITY"})
    return node.colname, type_of(node.type_name), not required, default, "CONSTR_PRIMARY" in kinds


def inline(table: str, node: Any) -> list[tuple[Any, ...]]:
    return [fact for each in node.constraints for fact in constraint(table, each.constraint, [node.colname])]


def constraint(table: str, node: Any, columns: list[str] | None = None) -> list[tuple[Any, ...]]:
    kind = pb.ConstrType.Name(node.contype)
    name = node.conname or node.indexname or None
    if kind == "CONSTR_PRIMARY":
        return [("primary key", table, name, keys(node, columns))]
    if kind == "CONSTR_UNIQUE":
        return [("unique", table, name, keys(node, columns))]
    if kind == "CONSTR_FOREIGN":
        own = tuple(columns or strings(node.fk_attrs))
        target = (relation(node.pktable), tuple(strings(node.pk_attrs)) or None)
        actions = (ACTIONS[node.fk_del_action], ACTIONS[node.fk_upd_action])
        return [("foreign key", table, name, own, *target, *actions, node.skip_validation)]
    if kind in ("CONSTR_CHECK", "CONSTR_EXCLUSION") and columns is None:
        return [("check", table, name, node.skip_validation)]
    return []


def keys(node: Any, columns: list[str] | None) -> tuple[str, ...] | None:
    if node.indexname:
        return None
    return tuple(columns or strings(node.keys))


def create(node: Any) -> list[tuple[Any, ...]]:
    if node.relation.relpersistence not in PERSISTENT:
        return []
    table = relation(node.relation)
    columns, constraints, complete = [], [], not (node.inh_relations or node.HasField("of_typename"))
    for each in node.table_elts:
        if each.HasField("column_def"):
            columns.append(column(each.column_def))
            constraints += inline(table, each.column_def)
        elif each.HasField("constraint"):
            constraints += constraint(table, each.constraint)
        else:
            complete = False
    primary = next((each[3] for each in constraints if each[0] == "primary key"), ())
    settled = tuple(
        (name, kind, nullable and name not in (primary or ()), default, name in (primary or ()))
        for name, kind, nullable, default, _ in columns
    )
    kept: tuple[tuple[Any, ...], ...] = ()
    for each in constraints:
        keys_before = [primary, *(other[3] for other in kept if other[0] == "unique")]
        if each[0] == "foreign key" or (each[0] == "unique" and each[3] not in keys_before):
            kept += (each,)
    named = next((each[2] for each in constraints if each[0] == "primary key"), None)
    return [("create table", table, settled, primary, named, kept, complete, node.if_not_exists)]


def create_as(node: Any) -> list[tuple[Any, ...]]:
    if node.objtype != pb.OBJECT_TABLE or node.into.rel.relpersistence not in PERSISTENT:
        return []
    return [("create table", relation(node.into.rel), (), (), None, (), False, node.if_not_exists)]


def select(node: Any) -> list[tuple[Any, ...]]:
    found = [fact for each in node.with_clause.ctes for fact in statement(each.common_table_expr.ctequery)]
    if node.HasField("into_clause") and node.into_clause.rel.relpersistence in PERSISTENT:
        found.append(("create table", relation(node.into_clause.rel), (), (), None, (), False, False))
    return found


def alter_table(node: Any) -> list[tuple[Any, ...]]:
    if node.objtype != pb.OBJECT_TABLE:
        return []
    table = relation(node.relation)
    return [fact for each in node.cmds for fact in command(table, each.alter_table_cmd)]


def command(table: str, node: Any) -> list[tuple[Any, ...]]:
    kind = pb.AlterTableType.Name(node.subtype)
    definition = getattr(node, "def")
    if kind == "AT_AddColumn":
        added = [("add column", table, column(definition.column_def), node.missing_ok)]
        return added + inline(table, definition.column_def)
    if kind == "AT_AddConstraint":
        return constraint(table, definition.constraint)
    if kind == "AT_DropConstraint":
        cascade = node.behavior == pb.DROP_CASCADE
        return [("drop constraint", table, node.name, node.missing_ok, cascade)]
    if kind == "AT_DropColumn":
        return [("drop column", table, node.name, node.missing_ok, node.behavior == pb.DROP_CASCADE)]
    if kind == "AT_AlterColumnType":
        return [("alter column", table, node.name, type_of(definition.column_def.type_name), None, None)]
    if kind in ("AT_SetNotNull", "AT_DropNotNull"):
        return [("alter column", table, node.name, None, kind == "AT_DropNotNull", None)]
    if kind == "AT_ColumnDefault":
        return [("alter column", table, node.name, None, None, node.HasField("def") and not is_null(definition))]
    if kind in ("AT_AddIdentity", "AT_DropIdentity", "AT_DropExpression"):
        return [("alter column", table, node.name, None, None, kind == "AT_AddIdentity")]
    security = {
        "AT_EnableRowSecurity": (True, None),
        "AT_DisableRowSecurity": (False, None),
        "AT_ForceRowSecurity": (None, True),
        "AT_NoForceRowSecurity": (None, False),
    }.get(kind)
    return [("row security", table, *security)] if security else []


def rename(node: Any) -> list[tuple[Any, ...]]:
    table = relation(node.relation) if node.HasField("relation") else None
    if node.rename_type == pb.OBJECT_TABLE:
        return [("rename table", table, join([node.relation.schemaname, node.newname]))]
    if node.rename_type == pb.OBJECT_COLUMN and node.relation_type == pb.OBJECT_TABLE:
        return [("rename column", table, node.subname, node.newname)]
    if node.rename_type == pb.OBJECT_TABCONSTRAINT:
        return [("rename constraint", table, node.subname, node.newname)]
    if node.rename_type == pb.OBJECT_INDEX:
        return [("rename index", node.relation.relname, node.newname)]
    if node.rename_type == pb.OBJECT_POLICY:
        return [("alter policy", table, node.subname, node.newname, None, None, None)]
    if node.rename_type == pb.OBJECT_TYPE:
        parts = strings(node.object.list.items)
        return [("rename type", join(parts), join([*parts[:-1], node.newname]))]
    return []


def set_schema(node: Any) -> list[tuple[Any, ...]]:
    if node.object_type == pb.OBJECT_TABLE:
        return [("rename table", relation(node.relation), join([node.newschema, node.relation.relname]))]
    if node.object_type == pb.OBJECT_TYPE:
        parts = strings(node.object.list.items)
        return [("rename type", join(parts), join([node.newschema, parts[-1]]))]
    return []


def drop(node: Any) -> list[tuple[Any, ...]]:
    kind, cascade = pb.ObjectType.Name(node.remove_type), node.behavior == pb.DROP_CASCADE
    found: list[tuple[Any, ...]] = []
    for each in node.objects:
        parts = strings(each.list.items) if each.HasField("list") else []
        if kind == "OBJECT_TABLE":
            found.append(("drop table", join(parts), node.missing_ok, cascade))
        elif kind == "OBJECT_INDEX":
            found.append(("drop index", parts[-1], node.concurrent, node.missing_ok))
        elif kind == "OBJECT_TYPE":
            found.append(("drop type", join(strings(each.type_name.names)), node.missing_ok, cascade))
        elif kind == "OBJECT_POLICY":
            found.append(("drop policy", join(parts[:-1]), parts[-1], node.missing_ok))
        elif kind == "OBJECT_TRIGGER":
            found.append(("drop trigger", join(parts[:-1]), parts[-1]))
        elif kind in ("OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"):
            found.append(("drop function", join(strings(each.object_with_args.objname)), cascade))
        elif kind == "OBJECT_SCHEMA" and cascade:
            found.append(("unread",))
    return found


def index(node: Any) -> list[tuple[Any, ...]]:
    elements = [each.index_elem for each in node.index_params]
    columns = tuple(each.name or plain_column(each.expr) for each in elements)
    partial, include = node.HasField("where_clause"), bool(node.index_including_params)
    facts_of = (node.idxname or None, columns, node.unique, partial, node.access_method, node.concurrent)
    return [("create index", relation(node.relation), *facts_of, node.if_not_exists, include)]


def plain_column(node: Any) -> str | None:
    fields = node.column_ref.fields if node.HasField("column_ref") else []
    return fields[0].string.sval if len(fields) == 1 and fields[0].HasField("string") else None


def role(node: Any) -> str:
    kind = pb.RoleSpecType.Name(node.role_spec.roletype)
    return node.role_spec.rolename or kind.removeprefix("ROLESPEC_").lower()


def expression(node: Any) -> str:
    tree = postgast.parse("SELECT 1")
    tree.stmts[0].stmt.select_stmt.target_list[0].res_target.val.CopyFrom(node)
    return postgast.deparse(tree)


def predicates(node: Any) -> tuple[str | None, str | None]:
    return (
        expression(node.qual) if node.HasField("qual") else None,
        expression(node.with_check) if node.HasField("with_check") else None,
    )


def policy(node: Any) -> list[tuple[Any, ...]]:
    roles = tuple(role(each) for each in node.roles)
    rest = (node.cmd_name, roles, node.permissive, *predicates(node))
    return [("create policy", relation(node.table), node.policy_name, *rest)]


def alter_policy(node: Any) -> list[tuple[Any, ...]]:
    roles = tuple(role(each) for each in node.roles) or None
    return [("alter policy", relation(node.table), node.policy_name, None, roles, *predicates(node))]


def enum(node: Any) -> list[tuple[Any, ...]]:
    return [("create enum", join(strings(node.type_name)), tuple(strings(node.vals)))]


def alter_enum(node: Any) -> list[tuple[Any, ...]]:
    return [] if node.old_val else [("add enum value", join(strings(node.type_name)), node.new_val)]


def insert(node: Any) -> list[tuple[Any, ...]]:
    found = [fact for each in node.with_clause.ctes for fact in statement(each.common_table_expr.ctequery)]
    if node.HasField("select_stmt"):
        found += statement(node.select_stmt)
    columns = tuple(each.res_target.name for each in node.cols)
    found.append(
        ("write", relation(node.relation), "insert", columns or (None if node.HasField("select_stmt") else ()))
    )
    conflict = node.on_conflict_clause
    if conflict.action == pb.ONCONFLICT_UPDATE:
        found.append(("write", relation(node.relation), "update", targets(conflict.target_list)))
    return found


def targets(nodes: Any) -> tuple[str, ...]:
    return tuple(each.res_target.name for each in nodes)


def update(node: Any) -> list[tuple[Any, ...]]:
    found = [fact for each in node.with_clause.ctes for fact in statement(each.common_table_expr.ctequery)]
    return [*found, ("write", relation(node.relation), "update", targets(node.target_list))]


def delete(node: Any) -> list[tuple[Any, ...]]:
    found = [fact for each in node.with_clause.ctes for fact in statement(each.common_table_expr.ctequery)]
    return [*found, ("write", relation(node.relation), "delete", ())]


def truncate(node: Any) -> list[tuple[Any, ...]]:
    return [("write", relation(each.range_var), "truncate", ()) for each in node.relations]


def copy(node: Any) -> list[tuple[Any, ...]]:
    if not node.is_from:
        return []
    return [("write", relation(node.relation), "insert", tuple(strings(node.attlist)) or None)]


def function(node: Any) -> list[tuple[Any, ...]]:
    return [("create function", join(strings(node.funcname)))]


EVENTS = ((4, "insert"), (8, "delete"), (16, "update"), (32, "truncate"))


def trigger(node: Any) -> list[tuple[Any, ...]]:
    events = {name for bit, name in EVENTS if node.events & bit}
    rest = (join(strings(node.funcname)), frozenset(events), bool(node.timing & 2), node.row)
    return [("create trigger", relation(node.relation), node.trigname, *rest)]


def schema(node: Any) -> list[tuple[Any, ...]]:
    return [fact for each in node.schema_elts for fact in statement(each)]


READERS = {
    "alter_enum_stmt": alter_enum,
    "alter_object_schema_stmt": set_schema,
    "alter_policy_stmt": alter_policy,
    "alter_table_stmt": alter_table,
    "copy_stmt": copy,
    "create_enum_stmt": enum,
    "create_function_stmt": function,
    "create_policy_stmt": policy,
    "create_schema_stmt": schema,
    "create_stmt": create,
    "create_table_as_stmt": create_as,
    "create_trig_stmt": trigger,
    "delete_stmt": delete,
    "drop_stmt": drop,
    "index_stmt": index,
    "insert_stmt": insert,
    "rename_stmt": rename,
    "select_stmt": select,
    "truncate_stmt": truncate,
    "update_stmt": update,
}
