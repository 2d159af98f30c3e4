"""What revisions import: Alembic, and those parts of SQLAlchemy that run statements or write rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.alembic.answers import OFFLINE, ROWS, Answer, PartialText
from tenantlint.lang.alembic.connection import CONNECTION, CONTEXT, INSPECTOR, Ddl, Unseen, inspect
from tenantlint.lang.alembic.constructs import ColumnClause, Select, dedent, make_table, make_text, make_write
from tenantlint.lang.alembic.enums import ENUMS
from tenantlint.lang.alembic.operations import OP
from tenantlint.lang.sqlmodel.library import Library
from tenantlint.lang.sqlmodel.schema_items import column
from tenantlint.lang.sqlmodel.sql_types import TYPES, is_type
from tenantlint.lang.values import Arguments, Builtin, Native, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class _InspectorClass(Native):
    """``Inspector``: ``from_engine`` makes one, and so does calling it."""

    def get(self, name: str) -> Value:
        """Return the function that makes one."""
        return _always(INSPECTOR)

    def call(self, evaluator: object, args: Arguments, at: object) -> Value:
        """Return an inspector."""
        return INSPECTOR


class _AlembicContext(Native):
    """``alembic.context``."""

    def get(self, name: str) -> Value:
        """Return a function of the context."""
        if name == "is_offline_mode":
            return _always(OFFLINE)
        if name == "get_context":
            return _always(CONTEXT)
        return _always(CONNECTION) if name in ("get_bind", "get_connection") else ROWS


def _always(value: Value) -> Builtin:
    return Builtin(lambda evaluator, args, at: value)


def _ddl(what: str) -> Builtin:
    return Builtin(lambda evaluator, args, at: Ddl(what, args.get(0)))


def _select(evaluator: object, args: Arguments, at: object) -> Value:
    return Select()


def _clause(evaluator: object, args: Arguments, at: object) -> Value:
    return ColumnClause(args.get(0, "text"))


def _column_item(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return a ``Column``, of which a name or type that comes from elsewhere is UNKNOWN."""
    given = [UNKNOWN if isinstance(value, (Answer, PartialText)) else value for value in args.positional]
    if len(given) > 1 and is_type(given[1]) and not isinstance(given[0], str):
        given[0] = UNKNOWN
    return column(evaluator, Arguments(tuple(given), args.named, args.complete), at)


_SESSION: Final = Builtin(lambda evaluator, args, at: CONNECTION)
_SQLALCHEMY: Final[dict[str, Value]] = {
    **ENUMS,
    "Column": Builtin(_column_item),
    "text": Builtin(make_text),
    "DDL": Builtin(make_text),
    "table": Builtin(make_table),
    "Table": Builtin(make_table),
    "TableClause": Builtin(make_table),
    "column": Builtin(_clause),
    "select": Builtin(_select),
    "insert": make_write("insert"),
    "update": make_write("update"),
    "delete": make_write("delete"),
    "inspect": Builtin(inspect),
    "Inspector": _InspectorClass(),
    "Session": _SESSION,
    "sessionmaker": _always(CONNECTION),
    "scoped_session": _always(CONNECTION),
    **{
        "".join(word.title() for word in what.split()): _ddl(what)
        for what in ("CREATE SCHEMA", "DROP SCHEMA", "CREATE SEQUENCE", "DROP SEQUENCE", "SET COLUMN COMMENT")
    },
}
_OTHERS: Final[dict[str, dict[str, Value]]] = {
    "alembic": {"op": OP, "context": _AlembicContext()},
    "importlib": {"import_module": _always(Unseen())},
    "textwrap": {"dedent": Builtin(dedent)},
    "sqlalchemy": _SQLALCHEMY,
    "sqlmodel": {**_SQLALCHEMY, "GUID": TYPES["UUID"]},
    "fastapi_users_db_sqlalchemy": {"GUID": TYPES["UUID"], "TIMESTAMPAware": TYPES["TIMESTAMP"]},
}


class MigrationLibrary(Library):
    """The modelled packages as a revision sees them."""

    def export(self, module: str, name: str | None) -> Value:
        """Return what ``from module import name`` brings; the module itself where ``name`` is None."""
        if module == "alembic.op" and name is not None:
            return OP.get(name)
        if module == "alembic.op":
            return OP
        found = _OTHERS.get(module.partition(".")[0], {})
        return found[name] if name is not None and name in found else super().export(module, name)
