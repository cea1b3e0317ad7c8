"""Every key of the computation has words in the three writings, short and without a typed number."""

import re
from string import Formatter

import pytest

from answers.words import has_words, say
from database.vocabulary import WRITINGS
from schemes import Scheme, parameters_on
from schemes.keys import response_keys
from schemes.project import CHOICES, KINDS
from tests.unit.answers.simulation_talk import TODAY

NUMBER = re.compile(r"(?<![A-Za-zÀ-ÿ\d])\d+(?![A-Za-zÀ-ÿ\d])")
MOST_IN_A_BUTTON = 20
SPOKEN = ("scheme", "verdict", "benefit", "certainty", "condition", "bonus", "cap", "caution")


def places(text: str) -> set[str]:
    """The `{named}` places of a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", response_keys())
def test_every_key_of_the_schemes_has_words(key: str) -> None:
    assert has_words(key)


@pytest.mark.parametrize("key", response_keys())
def test_the_three_writings_of_a_key_hold_the_same_figures(key: str) -> None:
    figures = {p.name: "1" for scheme in Scheme for p in parameters_on(scheme, on=TODAY).values()}
    raw = {writing: say(key, writing, **{n: f"{{{n}}}" for n in figures}) for writing in WRITINGS}
    assert len({frozenset(places(text)) for text in raw.values()}) == 1


@pytest.mark.parametrize("key", [k for k in response_keys() if k.split(".")[0] in SPOKEN])
def test_no_figure_of_the_law_is_typed_in_a_text(key: str) -> None:
    figures = {p.name: "x" for scheme in Scheme for p in parameters_on(scheme, on=TODAY).values()}
    for writing in WRITINGS:
        assert not NUMBER.search(say(key, writing, **figures))


@pytest.mark.parametrize("name", KINDS)
def test_every_field_has_a_question_and_an_explanation(name: str) -> None:
    for writing in WRITINGS:
        assert say(f"ask.{name}", writing).rstrip(")").endswith(("?", "؟", "»", "!"))
        assert say(f"field_help.{name}", writing)


@pytest.mark.parametrize(
    "key",
    [f"choice.{name}.{value}" for name, kind in CHOICES.items() for value in kind]
    + [f"answer.{name}" for name in ("yes", "no", "dont_know", "not_created", "resume", "forget")],
)
def test_the_title_of_a_button_fits_on_a_button(key: str) -> None:
    for writing in WRITINGS:
        assert len(say(key, writing)) <= MOST_IN_A_BUTTON
