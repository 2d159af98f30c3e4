"""The methods of JavaScript's arrays and strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from tenantlint.lang.drizzle.values import MAX_TEXT, UNDEFINED, Step
from tenantlint.lang.values import Arguments, ListValue, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

ArrayStep: TypeAlias = "Callable[[ListValue, Evaluator, Arguments, Location], Value]"
StringStep: TypeAlias = "Callable[[str, Arguments], Value]"


def _on_array(step: ArrayStep) -> Step:
    def method(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return step(owner, evaluator, args, at) if isinstance(owner, ListValue) else UNKNOWN

    return method


def _results(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Iterator[Value]:
    """Yield what the callback in the first argument returns for each item."""
    for index, item in enumerate(list(array.items)):
        yield evaluator.call(args.get(0), Arguments((item, index, array)), at)


def _map(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return ListValue(list(_results(array, evaluator, args, at)), complete=array.complete, places=list(array.places))


def _for_each(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    evaluator.uncertain += not array.complete
    for _ in _results(array, evaluator, args, at):
        pass
    evaluator.uncertain -= not array.complete
    return UNDEFINED


def _truths(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> list[Maybe[bool]]:
    results = _results(array, evaluator, args, at)
    return [UNKNOWN if result is UNKNOWN else evaluator.language.truth(result) for result in results]


def _filter(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    kept = ListValue([], complete=array.complete)
    for item, place, truth in zip(array.items, array.places, _truths(array, evaluator, args, at), strict=True):
        if truth is UNKNOWN:
            kept.complete = False
        elif truth:
            kept.append(item, place, True)
    return kept


def _quantifier(wanted: bool) -> ArrayStep:
    """Return ``some`` (wanted true) or ``every`` (wanted false)."""

    def method(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        truths = _truths(array, evaluator, args, at)
        if wanted in truths:
            return wanted
        return UNKNOWN if UNKNOWN in truths or not array.complete else not wanted

    return method


def _find(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    for item, truth in zip(array.items, _truths(array, evaluator, args, at), strict=True):
        if truth is not False:
            return item if truth is True else UNKNOWN
    return UNDEFINED if array.complete else UNKNOWN


def _reduce(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    items = list(array.items)
    if not array.complete or (len(args.positional) < 2 and not items):
        return UNKNOWN
    result = args.positional[1] if len(args.positional) > 1 else items.pop(0)
    for index, item in enumerate(items):
        result = evaluator.call(args.get(0), Arguments((result, item, index, array)), at)
    return result


def _push(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    for item in args.positional:
        array.append(item, at, not evaluator.uncertain)
    array.complete = array.complete and args.complete
    return UNKNOWN


def _concat(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    result = ListValue(list(array.items), complete=array.complete and args.complete, places=list(array.places))
    for other in args.positional:
        _extend(result, other, None)
    return result


def _extend(result: ListValue, value: Value, place: Location | None) -> None:
    """Add an item, or each item of an array, to ``result``."""
    if isinstance(value, ListValue):
        result.items.extend(value.items)
        result.places.extend(value.places)
        result.complete = result.complete and value.complete
    else:
        result.append(value, place, value is not UNKNOWN)


def _flat(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    depth = args.get(0, default=1)
    result = array
    for _ in range(depth if isinstance(depth, int) else 1):
        flatter = ListValue([], complete=result.complete)
        for item, place in zip(result.items, result.places, strict=True):
            _extend(flatter, item, place)
        result = flatter
    return result


def _flat_map(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    mapped = _map(array, evaluator, args, at)
    return _flat(mapped, evaluator, Arguments(), at) if isinstance(mapped, ListValue) else UNKNOWN


def _join(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    separator = args.get(0, default=",")
    texts = [item for item in array.items if isinstance(item, str)]
    if not array.complete or len(texts) < len(array.items) or not isinstance(separator, str):
        return UNKNOWN
    return separator.join(texts)


def _includes(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    wanted = args.get(0)
    if isinstance(wanted, (str, int)) and wanted in array.items:
        return True
    plain = isinstance(wanted, (str, int)) and all(isinstance(item, (str, int)) for item in array.items)
    return False if plain and array.complete else UNKNOWN


def _slice(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    bounds = _bounds(args)
    if bounds is None or not array.complete:
        return UNKNOWN
    return ListValue(array.items[bounds], places=array.places[bounds])


def _bounds(args: Arguments) -> slice | None:
    start, end = args.get(0, default=0), args.get(1, default=UNDEFINED)
    if not isinstance(start, int) or not (end is UNDEFINED or isinstance(end, int)):
        return None
    return slice(start, end if isinstance(end, int) else None)


def _reverse(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    if evaluator.uncertain:
        array.complete = False
    array.items.reverse()
    array.places.reverse()
    return array


def _array_at(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    index = args.get(0, default=0)
    if not isinstance(index, int) or not array.complete:
        return UNKNOWN
    return array.items[index] if -len(array.items) <= index < len(array.items) else UNDEFINED


def _array_entries(array: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return ListValue([ListValue([index, item]) for index, item in enumerate(array.items)], complete=array.complete)


ARRAY_METHODS: Final[Mapping[str, Step]] = {
    name: _on_array(step)
    for name, step in {
        "at": _array_at,
        "concat": _concat,
        "entries": _array_entries,
        "every": _quantifier(False),
        "filter": _filter,
        "find": _find,
        "flat": _flat,
        "flatMap": _flat_map,
        "forEach": _for_each,
        "includes": _includes,
        "join": _join,
        "map": _map,
        "push": _push,
        "reduce": _reduce,
        "reverse": _reverse,
        "slice": _slice,
        "some": _quantifier(True),
    }.items()
}


# Strings


def _on_string(step: StringStep) -> Step:
    def method(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        known = args.complete and UNKNOWN not in args.positional
        return step(owner, args) if isinstance(owner, str) and known else UNKNOWN

    return method


def _texts(args: Arguments) -> list[str] | None:
    texts = [value for value in args.positional if isinstance(value, str)]
    return texts if len(texts) == len(args.positional) else None


def _replace(count: int) -> StringStep:
    def method(text: str, args: Arguments) -> Value:
        texts = _texts(args)
        plain = texts is not None and len(texts) == 2 and "$" not in texts[1]
        return text.replace(texts[0], texts[1], count) if plain and texts is not None else UNKNOWN

    return method


def _test(check: Callable[[str, str], bool]) -> StringStep:
    def method(text: str, args: Arguments) -> Value:
        texts = _texts(args)
        return check(text, texts[0]) if texts is not None and len(texts) == 1 else UNKNOWN

    return method


def _split(text: str, args: Arguments) -> Value:
    texts = _texts(args)
    if texts is None or len(texts) != 1:
        return UNKNOWN
    return ListValue([*(text.split(texts[0]) if texts[0] else text)])


def _string_slice(text: str, args: Arguments) -> Value:
    bounds = _bounds(args)
    return UNKNOWN if bounds is None else text[bounds]


def _substring(text: str, args: Arguments) -> Value:
    bounds = _bounds(args)
    if bounds is None:
        return UNKNOWN
    start, end = max(bounds.start, 0), len(text) if bounds.stop is None else max(bounds.stop, 0)
    return text[min(start, end) : max(start, end)]


def _string_concat(text: str, args: Arguments) -> Value:
    texts = _texts(args)
    return UNKNOWN if texts is None else text + "".join(texts)


def _char_at(text: str, args: Arguments) -> Value:
    index = args.get(0, default=0)
    return text[index : index + 1] if isinstance(index, int) and index >= 0 else UNKNOWN


def _repeat(text: str, args: Arguments) -> Value:
    count = args.get(0)
    return text * count if isinstance(count, int) and 0 <= count * len(text) <= MAX_TEXT else UNKNOWN


STRING_METHODS: Final[Mapping[str, Step]] = {
    name: _on_string(step)
    for name, step in {
        "charAt": _char_at,
        "concat": _string_concat,
        "endsWith": _test(str.endswith),
        "includes": _test(lambda text, part: part in text),
        "repeat": _repeat,
        "replace": _replace(1),
        "replaceAll": _replace(-1),
        "slice": _string_slice,
        "split": _split,
        "startsWith": _test(str.startswith),
        "substring": _substring,
        "toLowerCase": lambda text, args: text.lower(),
        "toString": lambda text, args: text,
        "toUpperCase": lambda text, args: text.upper(),
        "trim": lambda text, args: text.strip(),
    }.items()
}
