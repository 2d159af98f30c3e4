import pytest

from tenantlint.config import Overrides, load
from tenantlint.rules import Entry
from tenantlint.selection import Layer, families, members, resolve


@pytest.fixture(autouse=True)
def book(rule_book):
    """Put a family with one rule of each preset in place of the real rules."""
    rule_book.clear()
    for number, preset in enumerate(("recommended", "strict", "off"), 1):
        rule_book[f"ZAP00{number}"] = Entry(f"zap-{preset}", preset)
    rule_book["ZIP001"] = Entry("zip", "recommended")


def numbers(codes: frozenset[str]) -> str:
    return " ".join(sorted(codes))


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("recommended", "ZAP001 ZIP001"),
        ("strict", "ZAP001 ZAP002 ZIP001"),
        ("all", "ZAP001 ZAP002 ZAP003 ZIP001"),
    ],
)
def test_presets_grow(preset, expected):
    assert numbers(resolve(preset, ())) == expected


def test_the_command_line_has_the_last_word_on_the_preset(tmp_path):
    (tmp_path / "tenantlint.toml").write_text('preset = "all"')
    assert numbers(load(str(tmp_path)).rules) == "ZAP001 ZAP002 ZAP003 ZIP001"
    assert numbers(load(str(tmp_path), Overrides(preset="strict")).rules) == "ZAP001 ZAP002 ZIP001"


LAYERS = {
    "a family selects no rule that is off": (Layer(("ZAP",)), "ZAP001 ZAP002"),
    "a family is extended by no rule that is off": (Layer(None, ("ZAP",)), "ZAP001 ZAP002 ZIP001"),
    "a code selects a rule that is off": (Layer(("ZAP003",)), "ZAP003"),
    "a name selects a rule that is off": (Layer(("zap-off",)), "ZAP003"),
    "ALL selects rules that are off": (Layer(("ALL",)), "ZAP001 ZAP002 ZAP003 ZIP001"),
    "a family ignores rules that are off": (Layer(("ALL",), (), ("ZAP",)), "ZIP001"),
    "a code is extended although its family is ignored": (Layer(None, ("ZAP003",), ("ZAP",)), "ZAP003 ZIP001"),
}


@pytest.mark.parametrize(("layer", "expected"), LAYERS.values(), ids=LAYERS)
def test_layers(layer, expected):
    assert numbers(resolve("recommended", (layer,))) == expected


def test_a_later_layer_selects_anew():
    layers = (Layer(("ZIP",), ("ZAP003",)), Layer(("ZAP",), (), ("ZAP001",)), Layer(None, ("ZIP001",), ("ZAP003",)))
    assert numbers(resolve("recommended", layers)) == "ZAP002 ZIP001"


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("ZAP", "ZAP001 ZAP002 ZAP003"),
        ("zap", "ZAP001 ZAP002 ZAP003"),
        ("zap003", "ZAP003"),
        ("zap-off", "ZAP003"),
        ("ZAP-OFF", ""),
        ("ZA", ""),
        ("", ""),
        ("all", ""),
    ],
)
def test_members(selector, expected):
    assert numbers(members(selector)) == expected


def test_families_are_sorted():
    assert families() == ["ZAP", "ZIP"]
