"""The conditions that drizzle-orm's own functions make: ``eq``, ``and``, ``inArray`` and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.sqltext import Raw, SqlValue, separated
from tenantlint.lang.drizzle.values import UNDEFINED
from tenantlint.lang.values import Builtin, ListValue
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.values import Arguments, Value
    from tenantlint.source import Location


def _infix(operator: str) -> Callable[[Evaluator, Arguments, Location], Value]:
    def make(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return SqlValue([args.get(0), Raw(f" {operator} "), args.get(1)])

    return make


def _postfix(operator: str) -> Callable[[Evaluator, Arguments, Location], Value]:
    return lambda evaluator, args, at: SqlValue([args.get(0), Raw(f" {operator}")])


def _prefix(operator: str) -> Callable[[Evaluator, Arguments, Location], Value]:
    return lambda evaluator, args, at: SqlValue([Raw(f"{operator} "), args.get(0)])


def _connective(word: str) -> Callable[[Evaluator, Arguments, Location], Value]:
    def make(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        conditions = [condition for condition in args.positional if condition is not UNDEFINED]
        if not args.complete:
            conditions.append(UNKNOWN)
        if len(conditions) < 2:
            return SqlValue(conditions) if conditions else UNDEFINED
        return SqlValue([Raw("("), *separated(conditions, Raw(f" {word} ")), Raw(")")])

    return make


def _membership(operator: str, empty: str) -> Callable[[Evaluator, Arguments, Location], Value]:
    def make(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        values = args.get(1)
        if isinstance(values, ListValue) and values.complete and not values.items:
            return SqlValue([Raw(empty)])
        return SqlValue([args.get(0), Raw(f" {operator} "), values])

    return make


def _between(operator: str) -> Callable[[Evaluator, Arguments, Location], Value]:
    def make(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return SqlValue([args.get(0), Raw(f" {operator} "), args.get(1), Raw(" and "), args.get(2)])

    return make


OPERATORS: Final[Mapping[str, Value]] = {
    "and": Builtin(_connective("and")),
    "or": Builtin(_connective("or")),
    "not": Builtin(_prefix("not")),
    "exists": Builtin(_prefix("exists")),
    "notExists": Builtin(_prefix("not exists")),
    "isNull": Builtin(_postfix("is null")),
    "isNotNull": Builtin(_postfix("is not null")),
    "inArray": Builtin(_membership("in", "false")),
    "notInArray": Builtin(_membership("not in", "true")),
    "between": Builtin(_between("between")),
    "notBetween": Builtin(_between("not between")),
    **{
        name: Builtin(_infix(operator))
        for name, operator in {
            "eq": "=",
            "ne": "<>",
            "gt": ">",
            "gte": ">=",
            "lt": "<",
            "lte": "<=",
            "like": "like",
            "notLike": "not like",
            "ilike": "ilike",
            "notIlike": "not ilike",
        }.items()
    },
}
