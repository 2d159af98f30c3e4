"""The evaluator by itself, on hand-made Fragments and a language of almost nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenantlint.lang import ir
from tenantlint.lang.evaluate import Evaluator
from tenantlint.lang.values import MISSING, External, FuncValue, ListValue, MapValue, ModuleValue, Native, join
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.lang.values import Module, Scope, Value


class TinyLanguage:
    """Modules are named by path; ``+``, ``==`` and ``not`` work; everything else is UNKNOWN."""

    undefined: Value = None

    def resolve(self, module: str, level: int, importer: str) -> str | None:
        return module if module.startswith("m") else None

    def external(self, module: str, name: str | None) -> Value:
        return External(module, name or "")

    def missing_member(self, evaluator: Evaluator, module: Module, name: str) -> Value:
        return MISSING

    def builtin(self, name: str) -> Value:
        return MISSING

    def attribute(self, evaluator: Evaluator, value: Value, name: str) -> Value:
        return value.entries.get(name, None) if isinstance(value, MapValue) else UNKNOWN

    def item(self, evaluator: Evaluator, value: Value, key: Value) -> Value:
        return value.items[key] if isinstance(value, ListValue) and isinstance(key, int) else UNKNOWN

    def truth(self, value: Value) -> bool:
        return bool(value)

    def unary(self, op: str, value: Value) -> Value:
        return not value

    def binary(self, op: str, left: Value, right: Value) -> Value:
        if op == "==":
            return left == right
        return left + right  # type: ignore[operator]

    def iterate(self, value: Value) -> list[Value] | None:
        return value.items if isinstance(value, ListValue) and value.complete else None

    def template(self, evaluator: Evaluator, parts: list[Value], at: object) -> Value:
        return UNKNOWN if UNKNOWN in parts else "".join(str(part) for part in parts)

    def tagged(self, evaluator: Evaluator, tag: Value, parts: list[Value], at: object) -> Value:
        return UNKNOWN

    def define_function(self, evaluator: Evaluator, node: ir.FuncDef, scope: Scope) -> Value:
        return FuncValue(node.func, scope)

    def define_class(self, evaluator: Evaluator, node: ir.ClassDef, scope: Scope) -> Value:
        return UNKNOWN


class Modules:
    def __init__(self, **bodies: tuple[ir.Stmt, ...]) -> None:
        self.bodies = bodies

    def fragment(self, path: str) -> ir.Fragment | None:
        return ir.Fragment(path, self.bodies[path]) if path in self.bodies else None


def name(id_: str) -> ir.Name:
    return ir.Name(0, 0, id_)


def const(value: str | int | bool | None) -> ir.Const:
    return ir.Const(0, 0, value)


def assign(target: str, value: ir.Expr) -> ir.Assign:
    return ir.Assign(0, 0, (name(target),), value)


def call(function: str, *args: ir.Expr, **named: ir.Expr) -> ir.Call:
    positional = [ir.Arg(0, 0, arg) for arg in args]
    keywords = [ir.Arg(0, 0, arg, key) for key, arg in named.items()]
    return ir.Call(0, 0, name(function), (*positional, *keywords))


def returns(value: ir.Expr) -> ir.Return:
    return ir.Return(0, 0, value)


def define(function: str, params: str, *body: ir.Stmt, **defaults: ir.Expr) -> ir.FuncDef:
    names = [ir.Param(0, 0, name(param), defaults.get(param)) for param in params.split()]
    return ir.FuncDef(0, 0, name(function), ir.Func(0, 0, function, tuple(names), body))


def imports(module: str, *names: str, star: bool = False) -> ir.ImportFrom:
    return ir.ImportFrom(0, 0, module, 0, tuple(ir.ImportedName(0, 0, item, item) for item in names), star)


def evaluate(expression: ir.Expr, *body: ir.Stmt, **modules: tuple[ir.Stmt, ...]) -> Value:
    evaluator = Evaluator(Modules(m=(*body, assign("answer", expression)), **modules), TinyLanguage())
    module = evaluator.module("m")
    assert module is not None
    return evaluator.lookup(module, "answer")


def test_a_name_is_bound_by_the_statement_that_needs_no_order() -> None:
    assert evaluate(name("a"), assign("a", name("b")), assign("b", const(1))) == 1


def test_a_name_that_depends_on_itself_is_unknown() -> None:
    assert evaluate(name("a"), assign("a", name("b")), assign("b", name("a"))) is UNKNOWN


def test_the_last_of_two_assignments_wins() -> None:
    assert evaluate(name("a"), assign("a", const(1)), assign("a", const(2))) == 2


def test_an_unknown_condition_keeps_only_what_both_branches_agree_on() -> None:
    branches = ir.If(
        0,
        0,
        name("unbound"),
        (assign("a", const(1)), assign("b", const(1))),
        (assign("a", const(1)), assign("b", const(2))),
    )
    assert evaluate(name("a"), branches) == 1
    assert evaluate(name("b"), branches) is UNKNOWN


def test_a_known_condition_runs_one_branch() -> None:
    branch = ir.If(0, 0, const(True), (assign("a", const(1)),), (assign("a", const(2)),))
    assert evaluate(name("a"), branch) == 1


def test_a_function_binds_positions_names_and_defaults() -> None:
    function = define("f", "x y", returns(ir.Binary(0, 0, "+", name("x"), name("y"))), y=const("!"))
    assert evaluate(call("f", const("a")), function) == "a!"
    assert evaluate(call("f", const("a"), y=const("?")), function) == "a?"
    assert evaluate(call("f", y=const("b"), x=const("a")), function) == "ab"


def test_a_path_that_raises_does_not_count() -> None:
    function = define("f", "x", ir.If(0, 0, name("nowhere"), (ir.Raise(0, 0),)), returns(const(1)))
    assert evaluate(call("f", const(0)), function) == 1


def test_different_results_on_an_unknown_condition_are_unknown() -> None:
    function = define("f", "x", ir.If(0, 0, name("nowhere"), (returns(const(2)),)), returns(const(1)))
    assert evaluate(call("f", const(0)), function) is UNKNOWN


def test_endless_recursion_is_unknown() -> None:
    assert evaluate(call("f", const(1)), define("f", "x", returns(call("f", name("x"))))) is UNKNOWN


def test_a_loop_over_unknown_items_makes_its_names_unknown() -> None:
    loop = ir.For(0, 0, name("i"), name("nowhere"), (assign("a", const(2)),))
    assert evaluate(name("a"), assign("a", const(1)), loop) is UNKNOWN


def test_imports_follow_names_through_modules_and_stars() -> None:
    m2 = (imports("m3", star=True),)
    m3 = (assign("x", const(7)),)
    assert evaluate(name("x"), imports("m2", "x"), m2=m2, m3=m3) == 7


def test_an_import_cycle_of_values_is_unknown_and_of_modules_is_fine() -> None:
    m2 = (imports("m", "a"), assign("x", name("a")), assign("y", const(3)))
    assert evaluate(name("a"), imports("m2", "x", "y"), assign("a", name("x")), m2=m2) is UNKNOWN
    assert evaluate(name("a"), imports("m2", "x", "y"), assign("a", name("y")), m2=m2) == 3


def test_a_star_cycle_ends() -> None:
    assert (
        evaluate(name("x"), imports("m2", star=True), m2=(imports("m3", star=True),), m3=(imports("m2", star=True),))
        is UNKNOWN
    )


def test_an_import_from_outside_the_project_stays_external() -> None:
    value = evaluate(name("sql"), imports("lib", "sql"))
    assert isinstance(value, External)
    assert (value.module, value.name) == ("lib", "sql")


def test_an_unreadable_module_and_a_missing_name_are_recorded() -> None:
    evaluator = Evaluator(Modules(m=(imports("m9", "x"), assign("a", name("x")))), TinyLanguage())
    module = evaluator.module("m")
    assert module is not None
    assert evaluator.lookup(module, "a") is UNKNOWN
    assert [(item.what, item.why) for item in evaluator.unresolved.values()] == [("import of m9", "m9 cannot be read")]


def test_exports_rename_and_pass_on() -> None:
    exported = ir.Export(0, 0, (ir.ImportedName(0, 0, "hidden", "x"),))
    passed = ir.Export(0, 0, (ir.ImportedName(0, 0, "x", "z"),), "m2")
    m2 = (assign("hidden", const(5)), exported)
    assert evaluate(name("x"), imports("m2", "x"), m2=m2) == 5
    assert evaluate(name("z"), imports("m3", "z"), m3=(passed,), m2=m2) == 5


def test_a_spread_of_a_module_gives_its_exports() -> None:
    exported = ir.Export(0, 0, (ir.ImportedName(0, 0, "x", "x"),))
    spread = ir.Mapping(0, 0, (ir.Entry(0, 0, None, name("all")),))
    value = evaluate(spread, ir.ImportModule(0, 0, "m2", "all"), m2=(assign("x", const(1)), exported))
    assert isinstance(value, MapValue)
    assert (value.entries, value.complete) == ({"x": 1}, True)


def test_an_unknown_spread_makes_the_whole_incomplete() -> None:
    entries = (ir.Entry(0, 0, const("a"), const(1)), ir.Entry(0, 0, None, name("nowhere")))
    value = evaluate(ir.Mapping(0, 0, entries))
    assert isinstance(value, MapValue)
    assert (value.entries, value.complete) == ({"a": 1}, False)
    sequence = evaluate(ir.Seq(0, 0, "list", (const(1), ir.Spread(0, 0, name("nowhere")))))
    assert isinstance(sequence, ListValue)
    assert (sequence.items, sequence.complete) == ([1], False)


def test_destructuring_takes_defaults_and_rest() -> None:
    pattern = ir.MapPattern(
        0,
        0,
        (ir.PatternEntry(0, 0, "a", name("a")), ir.PatternEntry(0, 0, "b", name("b"), const(9))),
        name("rest"),
    )
    entries = (ir.Entry(0, 0, const("a"), const(1)), ir.Entry(0, 0, const("c"), const(3)))
    statement = ir.Assign(0, 0, (pattern,), ir.Mapping(0, 0, entries))
    assert evaluate(name("a"), statement) == 1
    assert evaluate(name("b"), statement) == 9
    assert evaluate(name("rest"), statement) == MapValue({"c": 3})


def test_a_try_takes_the_body_and_lets_handlers_add_what_is_missing() -> None:
    statement = ir.Try(0, 0, (assign("a", const(1)),), ((assign("a", const(2)), assign("b", const(3))),))
    assert evaluate(name("a"), statement) == 1
    assert evaluate(name("b"), statement) == 3


@pytest.mark.parametrize(
    ("op", "left", "expected"),
    [("or", const(0), 2), ("or", const(1), 1), ("and", const(0), 0), ("and", const(1), 2), ("??", const(None), 2)],
)
def test_short_circuits(op: str, left: ir.Expr, expected: int) -> None:
    assert evaluate(ir.Binary(0, 0, op, left, const(2))) == expected


def test_a_comprehension_filters_and_maps() -> None:
    items = ir.Seq(0, 0, "list", (const("a"), const("b")))
    test = ir.Binary(0, 0, "==", name("i"), const("b"))
    element = ir.Binary(0, 0, "+", name("i"), const("!"))
    value = evaluate(ir.Comprehension(0, 0, "list", None, element, name("i"), items, (test,)))
    assert isinstance(value, ListValue)
    assert (value.items, value.complete) == (["b!"], True)


def test_too_many_steps_give_up_on_the_statement_alone() -> None:
    numbers = ir.Seq(0, 0, "list", tuple(const(i) for i in range(100)))
    inner = ir.For(0, 0, name("j"), name("n"), (assign("x", name("j")),))
    outer = ir.For(0, 0, name("i"), name("n"), (ir.For(0, 0, name("k"), name("n"), (inner,)),))
    evaluator = Evaluator(Modules(m=(assign("n", numbers), outer, assign("b", const(1)))), TinyLanguage())
    module = evaluator.module("m")
    assert module is not None
    evaluator.run(module)
    assert evaluator.lookup(module, "x") is UNKNOWN
    assert evaluator.lookup(module, "b") == 1
    assert [item.why for item in evaluator.unresolved.values()] == ["it takes too many steps"]


def test_natives_answer_unknown_by_default() -> None:
    native = Native()
    assert native.get("x") is UNKNOWN
    assert native.item(0) is UNKNOWN


def test_modules_are_values() -> None:
    value = evaluate(name("ns"), ir.ImportModule(0, 0, "m2", "ns"), m2=(assign("x", const(1)),))
    assert isinstance(value, ModuleValue)
    assert evaluate(ir.Attr(0, 0, name("ns"), "x"), ir.ImportModule(0, 0, "m2", "ns"), m2=(assign("x", const(1)),)) == 1


def test_join() -> None:
    assert join((1, 1)) == 1
    assert join((1, True)) is UNKNOWN
    assert join(()) is UNKNOWN
