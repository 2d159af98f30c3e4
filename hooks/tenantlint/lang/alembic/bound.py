"""The arguments of one call of ``op`` or of a batch, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.alembic.constructs import shortened, table_name
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from tenantlint.lang.alembic.evaluator import MigrationEvaluator
    from tenantlint.lang.alembic.operations import Batch
    from tenantlint.lang.values import Arguments, Value
    from tenantlint.source import Location

_ALIASES: Final = {
    "name": "constraint_name",
    "source": "table_name",
    "source_table": "table_name",
    "old_table_name": "table_name",
    "tablename": "table_name",
    "referent": "referent_table",
    "table": "table_name",
    "existing_name": "column_name",
    "name_": "constraint_name",
}


class Bound:
    """The arguments of one call by name. ``rest`` are the positional ones that have no name."""

    def __init__(
        self, evaluator: MigrationEvaluator, names: tuple[str, ...], args: Arguments, at: Location, batch: Batch | None
    ) -> None:
        self.evaluator = evaluator
        self.call = at
        self.at = evaluator.place(at)
        self.certain = evaluator.certain
        self.complete = args.complete
        self.values = {_ALIASES.get(name, name): value for name, value in args.named.items()}
        given = list(args.positional)
        if batch is not None:
            self.values |= {"table_name": batch.table, "schema": batch.schema}
            names = tuple(name for name in names if name != "table_name")
        for name in names:
            if given:
                self.values[name] = given.pop(0)
        self.rest = tuple(given)

    def get(self, name: str, default: Value = None) -> Value:
        """Return an argument, UNKNOWN where an unread spread may hold it."""
        return self.values.get(name, default if self.complete else UNKNOWN)

    def text(self, name: str) -> Maybe[str | None]:
        """Return an argument that is a text or None."""
        value = self.get(name)
        return value if value is None or isinstance(value, str) else UNKNOWN

    def name(self, name: str) -> Maybe[str | None]:
        """Return an argument that names a constraint or an index."""
        return shortened(self.text(name))

    def known(self, name: str) -> Maybe[str]:
        """Return an argument that has to be a text."""
        value = self.get(name)
        return value if isinstance(value, str) else UNKNOWN

    def flag(self, name: str) -> Maybe[bool]:
        """Return an argument that is true or false, which None is too."""
        value = self.get(name)
        return bool(value) if value is None or isinstance(value, (bool, int)) else UNKNOWN

    @property
    def table(self) -> Maybe[str]:
        """The table, qualified."""
        return table_name(self.get("schema"), self.get("table_name"))
