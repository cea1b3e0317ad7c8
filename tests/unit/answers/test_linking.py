import pytest

from answers.linking import Lexicon
from database.queries import Alias

ALIASES = [
    Alias("park", "zone", 5, "Atlas Shore"),
    Alias("park", "zone", 5, "أطلس شور"),
    Alias("bonus", "incentive", 5, "prime Atlas Shore"),
    Alias("bonus", "incentive", 5, "بريم أطلس شور"),
    Alias("company", "procedure", 4, "créer une société"),
    Alias("company", "procedure", 4, "شركة"),
    Alias("tahfiz", "incentive", 3, "Tahfiz"),
    Alias("fes", "territory", 3, "Fès"),
    Alias("fes", "territory", 3, "فاس"),
    Alias("twin_a", "zone", 2, "Parc jumeau"),
    Alias("twin_b", "zone", 2, "parc jumeau"),
]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(ALIASES)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("c'est quoi Atlas Shore", "park"),
        ("ch7al lprime dyal atlas shore?", "bonus"),
        ("شحال البريم ديال أطلس شور", "bonus"),
        ("ATLAS SHORE : la prime ?", "bonus"),
        ("kifach ndir charika", "company"),
        ("tahfize c koi", "tahfiz"),
        ("f fes", "fes"),
        ("كنسكن ففاس", "fes"),
    ],
)
def test_a_subject_is_found_in_every_writing_and_order(
    lexicon: Lexicon, text: str, subject: str
) -> None:
    assert lexicon.links(text).certain[0].subject_id == subject


def test_the_more_telling_alias_wins_and_takes_its_words(lexicon: Lexicon) -> None:
    links = lexicon.links("la prime Atlas Shore à Fès")
    assert [link.subject_id for link in links.certain] == ["bonus", "fes"]


def test_a_short_name_must_be_spelled_as_it_is(lexicon: Lexicon) -> None:
    assert lexicon.links("fais moi un résumé").certain == ()


def test_an_unknown_name_links_to_nothing(lexicon: Lexicon) -> None:
    links = lexicon.links("programme Qoqnouz")
    assert links.certain == ()
    assert "qoqnouz" in links.unlinked_words


def test_the_same_words_for_two_subjects_make_rivals(lexicon: Lexicon) -> None:
    links = lexicon.links("prix du parc jumeau")
    assert {links.certain[0].subject_id, *(r.subject_id for r in links.rivals)} == {
        "twin_a",
        "twin_b",
    }


def test_a_part_of_a_name_is_a_near_miss_not_a_link(lexicon: Lexicon) -> None:
    links = lexicon.links("jumeau ?")
    assert links.certain == ()
    assert {link.subject_id for link in links.near} <= {"twin_a", "twin_b"}
