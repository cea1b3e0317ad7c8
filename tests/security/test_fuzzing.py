"""What reads strangers' words never breaks on them: the WhatsApp parser, amounts, masking, content.

Hypothesis makes the words; a failure prints the smallest that breaks.
"""

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.nlu.quantities import find_quantities
from database.content import ContentError, read_facts
from gateway.masking import masked
from gateway.whatsapp.receiving import Unreadable, read_body, received
from settings import ROOT

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OUR_NUMBER = "100"
PAYLOADS = [
    json.loads(path.read_text("utf-8"))
    for path in sorted((ROOT / "tests" / "gateway" / "whatsapp" / "payloads").glob("*.json"))
]
# Words as visitors type them: three scripts, digits of both kinds, signs, and what hides in text.
TYPED = st.text(
    alphabet=st.one_of(
        st.sampled_from("0123456789٠١٢٣٤٥٦٧٨٩ .,:/-+()@%\n\t'\"{}[]<>|&;=\u200f\u2066\u2069\u00a0"),
        st.characters(min_codepoint=0x61, max_codepoint=0x7A),
        st.characters(min_codepoint=0x621, max_codepoint=0x64A),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=200,
)
NUMBERED = st.lists(
    st.one_of(
        st.integers(0, 10**13).map(str),
        st.sampled_from(
            "dh dhs dirham MDH mlyoun million milliard alf ألف مليون درهم % jobs emplois m2 ha et w "
            "و نص à عشرين trois mia مية 06 +212 de d".split()
        ),
    ),
    max_size=12,
).map(" ".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=20,
)
THOROUGH = settings(max_examples=300, deadline=None)


def changed(payload: Any, at: list[int], to: Any) -> Any:
    """A payload with one of its parts, found by walking `at`, replaced."""
    if not at or not isinstance(payload, dict | list) or not payload:
        return to
    if isinstance(payload, list):
        position = at[0] % len(payload)
        return [
            changed(part, at[1:], to) if number == position else part
            for number, part in enumerate(payload)
        ]
    key = sorted(payload)[at[0] % len(payload)]
    return payload | {key: changed(payload[key], at[1:], to)}


@THOROUGH
@given(st.binary(max_size=400))
def test_any_bytes_are_a_whatsapp_body_or_unreadable(body: bytes) -> None:
    with contextlib.suppress(Unreadable):
        received(read_body(body), OUR_NUMBER, now=NOW)


@THOROUGH
@given(st.sampled_from(PAYLOADS), st.lists(st.integers(0, 9), min_size=1, max_size=9), JSON)
def test_a_real_payload_with_any_part_replaced_is_read_without_breaking(
    payload: dict[str, Any], at: list[int], part: Any
) -> None:
    body = changed(payload, at, part)
    if isinstance(body, dict):
        found = received(body, OUR_NUMBER, now=NOW)
        assert found.skipped >= 0


@THOROUGH
@given(st.one_of(TYPED, NUMBERED))
def test_amounts_found_lie_within_the_text_in_order_and_are_not_negative(text: str) -> None:
    quantities = find_quantities(text)
    ends = [0]
    for quantity in quantities:
        assert ends[-1] <= quantity.start < quantity.end <= len(text)
        assert quantity.value >= 0
        ends.append(quantity.end)


@THOROUGH
@given(st.one_of(TYPED, NUMBERED))
def test_masking_once_more_changes_nothing(text: str) -> None:
    once = masked(text).text
    assert masked(once).text == once


@THOROUGH
@given(
    NUMBERED,
    st.sampled_from(["0661234567", "06 61 23 45 67", "+212661234567", "00212 661 23 45 67"]),
    NUMBERED,
)
def test_a_telephone_is_masked_among_any_numbers(before: str, phone: str, after: str) -> None:
    # A sign between: digits that touch could be one longer number.
    text = masked(f"{before} ; {phone} ; {after}").text
    assert phone not in text


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(st.text(max_size=300), JSON.map(json.dumps)))
def test_any_content_file_is_read_or_refused_with_its_mistakes(tmp_path: Path, text: str) -> None:
    (tmp_path / "facts.yml").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        read_facts(tmp_path)
    except ContentError as error:
        assert error.mistakes
    except UnicodeDecodeError:
        pytest.skip("not a text")
