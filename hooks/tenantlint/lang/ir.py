"""The expressions and statements that both languages are lowered to.

A Fragment is a pure function of one file's bytes. It holds only what decides a schema: imports, bindings, calls,
literals, functions and classes. Everything else is ``Opaque``. ``start`` and ``end`` are byte offsets into
``Source.data``.

The nodes are few and shared on purpose: the evaluator (``lang/evaluate.py``) runs them for Python and TypeScript
alike, and what differs is asked of the language.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from tenantlint.record import Record


class Node(Record):
    """Anything that has a place in the file."""

    start: int
    end: int


class Const(Node):
    """A literal. JavaScript's ``undefined`` is the name ``undefined``; bytes and big integers are plain values."""

    value: str | int | float | bool | bytes | None


class Name(Node):
    """A reference to a binding, or the target of one."""

    id: str


class Attr(Node):
    """``value.name`` (also ``value?.name``). ``start`` and ``end`` cover the whole expression."""

    value: Expr
    name: str


class Item(Node):
    """``value[key]``."""

    value: Expr
    key: Expr


class Arg(Node):
    """One argument. ``name`` is a keyword's name, ``*`` for a spread, ``**`` for a spread of keywords, else None."""

    value: Expr
    name: str | None = None


class Call(Node):
    """``func(args)``, also ``new func(args)``."""

    func: Expr
    args: tuple[Arg, ...]


class Spread(Node):
    """``*value`` or ``...value`` inside a sequence."""

    value: Expr


class Seq(Node):
    """A list, tuple, set or array."""

    kind: Literal["list", "tuple", "set"]
    items: tuple[Expr, ...]


class Entry(Node):
    """One entry of a Mapping. ``key`` is None for a spread of ``value``."""

    key: Expr | None
    value: Expr


class Mapping(Node):
    """A dict or an object literal. Methods are entries whose value is a Func."""

    entries: tuple[Entry, ...]


class Template(Node):
    """An f-string or a template literal: literal text (Const) and expressions in order.

    ``tag`` is the function of a tagged template (``sql`` in ``sql`...```), else None.
    """

    parts: tuple[Expr, ...]
    tag: Expr | None = None


class Unary(Node):
    """A prefix operator: ``not``, ``!``, ``-``, ``+``, ``~``, ``typeof``, ``void``, ``await``.

    ``()`` gives the value itself: it marks a literal that is substituted into a Template and is no text of it.
    """

    op: str
    value: Expr


class Binary(Node):
    """An infix operator as the language writes it, ``and``, ``or``, ``&&``, ``||`` and ``??`` among them.

    Python's chained comparisons are lowered to ``and``.
    """

    op: str
    left: Expr
    right: Expr


class Cond(Node):
    """``then if test else other``, ``test ? then : other``."""

    test: Expr
    then: Expr
    other: Expr


class Comprehension(Node):
    """``[element for target in iterable if conditions]`` with one ``for``; for a dict, ``key`` is not None."""

    kind: Literal["list", "set", "dict"]
    key: Expr | None
    element: Expr
    target: Target
    iterable: Expr
    conditions: tuple[Expr, ...]


class Param(Node):
    """A parameter. ``rest`` is ``*`` or ``**`` for one that takes the rest, ``kw`` for keyword-only, else ''."""

    target: Target
    default: Expr | None = None
    rest: Literal["", "*", "**", "kw"] = ""
    annotation: Expr | None = None


class Func(Node):
    """A function, lambda, arrow function or method. An expression body is one Return."""

    name: str
    params: tuple[Param, ...]
    body: tuple[Stmt, ...]


class Opaque(Node):
    """An expression that the lowering does not model: it evaluates to UNKNOWN. ``what`` names its syntax."""

    what: str


class SeqPattern(Node):
    """``a, b = ...`` or ``[a, , b] = ...``. ``rest`` takes what is left."""

    items: tuple[Target | None, ...]
    rest: Target | None = None


class PatternEntry(Node):
    """One entry of a MapPattern: ``key: target = default``."""

    key: str
    target: Target
    default: Expr | None = None


class MapPattern(Node):
    """``{ a, b: c = d, ...rest }``."""

    entries: tuple[PatternEntry, ...]
    rest: Target | None = None


class Default(Node):
    """A target with a default inside a SeqPattern: ``[a = 1] = ...``."""

    target: Target
    default: Expr


class Assign(Node):
    """An assignment, a declaration, or (``value`` None) a bare annotation. ``annotation`` is Python's, as written."""

    targets: tuple[Target, ...]
    value: Expr | None
    annotation: Expr | None = None


class ExprStmt(Node):
    """An expression for its effect."""

    value: Expr


class Delete(Node):
    """``del target``."""

    targets: tuple[Target, ...]


class If(Node):
    """``if``/``elif``/``else``; an ``elif`` is an If inside ``orelse``."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


class For(Node):
    """``for target in iterable`` (``for ... of``)."""

    target: Target
    iterable: Expr
    body: tuple[Stmt, ...]


class Block(Node):
    """Statements that run as they stand: ``with``, a bare block, the body of a ``while`` of unknown length."""

    body: tuple[Stmt, ...]


class Try(Node):
    """``try``: the body, each handler, and what follows without an exception (``else`` and ``finally``)."""

    body: tuple[Stmt, ...]
    handlers: tuple[tuple[Stmt, ...], ...]
    after: tuple[Stmt, ...] = ()


class Return(Node):
    """``return value``; a bare one has no value."""

    value: Expr | None


class Raise(Node):
    """``raise`` or ``throw``: the path ends here. ``explained`` tells whether Python's exception is given a reason."""

    explained: bool = False


class FuncDef(Node):
    """A named function. ``decorators`` are in the order written."""

    name: Name
    func: Func
    decorators: tuple[Expr, ...] = ()


class ClassDef(Node):
    """A class. ``bases`` holds positional bases and keywords as written; ``type_params`` the PEP 695 names."""

    name: Name
    bases: tuple[Arg, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...] = ()
    type_params: tuple[str, ...] = ()


class ImportedName(Node):
    """``name as alias``; ``alias`` equals ``name`` where none is written. A default import has the name ``default``."""

    name: str
    alias: str


class ImportModule(Node):
    """``import a.b`` (binds ``a``), ``import a.b as c`` and ``import * as c from "a"`` (bind ``alias``)."""

    module: str
    alias: str | None


class ImportFrom(Node):
    """``from module import names``, ``import { names } from "module"``. ``level`` counts Python's leading dots."""

    module: str
    level: int
    names: tuple[ImportedName, ...]
    star: bool = False


class Export(Node):
    """A JavaScript export: ``name`` is the local name and ``alias`` the exported one.

    ``module`` is where the names come from, None for local bindings. With ``star`` everything is exported, under
    ``star_as`` where that is not None.
    """

    names: tuple[ImportedName, ...]
    module: str | None = None
    star: bool = False
    star_as: str | None = None


Expr: TypeAlias = (
    Const
    | Name
    | Attr
    | Item
    | Call
    | Spread
    | Seq
    | Mapping
    | Template
    | Unary
    | Binary
    | Cond
    | Comprehension
    | Func
    | Opaque
)
Target: TypeAlias = Name | Attr | Item | SeqPattern | MapPattern | Default
Stmt: TypeAlias = (
    Assign
    | ExprStmt
    | Delete
    | If
    | For
    | Block
    | Try
    | Return
    | Raise
    | FuncDef
    | ClassDef
    | ImportModule
    | ImportFrom
    | Export
)


class SyntaxProblem(Node):
    """A place where the file cannot be read, and why. ``code`` is one of ``diagnostic.INPUT_PROBLEMS``."""

    message: str
    code: str = "ERR003"


class Fragment(Record):
    """What one file declares. ``path`` is relative to the project root, with forward slashes."""

    path: str
    body: tuple[Stmt, ...]
    problems: tuple[SyntaxProblem, ...] = ()
