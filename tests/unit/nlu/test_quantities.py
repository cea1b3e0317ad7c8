"""Quantities are read as people write them, in the three writings; what may be read otherwise says so."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.nlu.quantities import Quantity, find_quantities

TABLE = YAML(typ="safe", pure=True).load(
    (Path(__file__).parent / "quantities.yml").read_text(encoding="utf-8")
)
CASES = [
    (writing, text, [expected] if isinstance(expected, str) else expected)
    for writing, rows in TABLE.items()
    for text, expected in rows.items()
]


def written(quantity: Quantity) -> str:
    """The quantity in the words of the table."""
    value = f"{quantity.value}" if quantity.upper is None else f"{quantity.value}..{quantity.upper}"
    rough = "" if quantity.certain or quantity.alternatives else "about "
    unit = f" {quantity.unit}" if quantity.unit else ""
    others = "".join(f" or {other}" for other in quantity.alternatives)
    return f"{rough}{quantity.kind} {value}{unit}{others}"


@pytest.mark.parametrize(("writing", "text", "expected"), CASES)
def test_each_way_of_writing_a_quantity_is_read(writing, text, expected):
    assert [written(quantity) for quantity in find_quantities(text, writing=writing)] == expected


def test_the_table_holds_at_least_150_ways_in_three_writings():
    assert {writing for writing, _, _ in CASES} == {"fr", "ary-Arab", "ary-Latn"}
    assert len(CASES) >= 150


def test_a_quantity_says_where_it_stands():
    text = "Je mets 10 millions de dirhams à Taounate, 25 emplois"
    assert [text[q.start : q.end] for q in find_quantities(text)] == [
        "10 millions de dirhams",
        "25 emplois",
    ]
    assert [q.text for q in find_quantities(text)] == ["10 millions de dirhams", "25 emplois"]


def test_millions_are_sure_in_french_and_doubtful_in_darija():
    (french,) = find_quantities("10 millions", writing="fr")
    (darija,) = find_quantities("10 millions", writing="ary-Latn")
    assert (french.certain, french.alternatives) == (True, ())
    assert (darija.certain, darija.alternatives) == (False, (Decimal(100_000),))
    assert french.value == darija.value == 10_000_000


@pytest.mark.parametrize("text", ["10 mlyoun", "عشرة مليون"])
def test_a_darija_million_is_doubtful_without_knowing_the_writing(text):
    (quantity,) = find_quantities(text)
    assert quantity.alternatives == (Decimal(100_000),)


def test_foreign_currency_is_never_converted():
    (quantity,) = find_quantities("10 millions d'euros")
    assert (quantity.value, quantity.unit, quantity.certain) == (Decimal(10_000_000), "EUR", True)


def test_a_range_keeps_both_ends():
    (quantity,) = find_quantities("entre 10 et 15 millions de dirhams")
    assert (quantity.value, quantity.upper) == (Decimal(10_000_000), Decimal(15_000_000))


@given(st.integers(min_value=1, max_value=10**11))
def test_an_amount_in_figures_is_read_however_its_thousands_are_set_apart(dirhams):
    for separator in ("", ",", ".", " "):
        (quantity,) = find_quantities(f"{dirhams:,} DH".replace(",", separator))
        assert (quantity.kind, quantity.value, quantity.unit) == ("amount", dirhams, "MAD")


@given(st.text(max_size=80))
def test_any_text_is_read_without_failing(text):
    for quantity in find_quantities(text):
        assert 0 <= quantity.start < quantity.end <= len(text)
        assert quantity.text == text[quantity.start : quantity.end]
        assert quantity.value.is_finite() and quantity.value >= 0


@given(
    st.lists(
        st.sampled_from(
            "10 2,5 1.500 0 vingt et demi mlyoun w ness alf مليون ونص عشرين خدام à - % dh MDH M k 47-18 un".split()
        ),
        max_size=8,
    )
)
def test_any_heap_of_numbers_and_units_is_read_without_failing(heap):
    text = " ".join(heap)
    for quantity in find_quantities(text, writing="ary-Latn"):
        assert quantity.text == text[quantity.start : quantity.end]
        assert quantity.upper is None or quantity.value < quantity.upper
