"""When a message is answered, asked about or rejected; two questions in one message."""

import pytest

pytest.importorskip("sklearn", reason="runs inside Rasa's environment")

from bot.nlu.decision import Thresholds, _parts, chosen, decide
from bot.nlu.intent import IntentModel, Reading
from launch.evaluate import trained, training_sentences

THRESHOLDS = Thresholds(reject=0.65, ask=0.35, sure=0.9)

TWO_QUESTIONS = [
    ("c'est combien la prime ? et quels papiers il faut ?", ["ask_amount", "ask_documents"]),
    ("où se trouve fes shore et combien coûte le m2", ["ask_location", "ask_price"]),
    (
        "quelles sont les conditions de tatwir, et comment s'inscrire",
        ["ask_conditions", "ask_how_to_apply"],
    ),
    ("chno lwra9 dyal tahfiz w ch7al kayakhod lwe9t", ["ask_documents", "ask_delay"]),
    ("fin ja technopark ou bghit n3ref ch7al lkra", ["ask_location", "ask_price"]),
    ("شنو الوراق ديال هاد البرنامج وشحال كياخد الوقت", ["ask_documents", "ask_delay"]),
    ("فين جا التكنوبارك وبغيت نعرف شحال الكرا", ["ask_location", "ask_price"]),
]
ONE_QUESTION = [
    "combien et comment",
    "c'est combien la prime ?",
    "quelle différence entre la prime et combien on touche à fes shore",
    "combien de temps et d'argent il faut",
    "je veux créer une sarl et embaucher dix personnes",
    "bghit n7el charika w nkhedem 3chra d nass",
    "الفلاحة والسياحة واش عندهم الحق",
    "salam ? chno hiya tatwir ?",
]


@pytest.fixture(scope="module")
def model() -> IntentModel:
    found: IntentModel = trained(training_sentences())
    return found


@pytest.mark.parametrize(("text", "intents"), TWO_QUESTIONS)
def test_two_questions_are_both_found_in_order(
    model: IntentModel, text: str, intents: list[str]
) -> None:
    parts = decide(model, text, THRESHOLDS)["questions"]
    assert [part["intent"] for part in parts] == intents


@pytest.mark.parametrize("text", ONE_QUESTION)
def test_one_question_stays_whole(model: IntentModel, text: str) -> None:
    assert decide(model, text, THRESHOLDS)["questions"] == []


def test_a_cut_that_leaves_a_scrap_is_not_made() -> None:
    assert _parts("combien et comment on dépose") == ["combien et comment on dépose"]


@pytest.mark.parametrize(
    ("ranking", "in_scope", "expected"),
    [
        ((("ask_cost", 0.8), ("ask_price", 0.1)), 0.99, "ask_cost"),
        ((("ask_cost", 0.3), ("ask_price", 0.28)), 0.99, "nlu_fallback"),
        ((("ask_cost", 0.8), ("out_of_scope", 0.1)), 0.8, "nlu_fallback"),
        ((("out_of_scope", 0.8), ("ask_cost", 0.1)), 0.1, "out_of_scope"),
        ((("out_of_scope", 0.4), ("ask_cost", 0.39)), 0.7, "nlu_fallback"),
    ],
)
def test_what_is_unsure_is_asked(
    ranking: tuple[tuple[str, float], ...], in_scope: float, expected: str
) -> None:
    assert chosen(Reading(ranking, in_scope), THRESHOLDS) == expected


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("👍", "feedback_positive"),
        ("👍🏽👍🏽", "feedback_positive"),
        ("❤️", "feedback_positive"),
        ("👎", "feedback_negative"),
        ("🙏", "thanks"),
        ("👋", "greet"),
        ("?", "help"),
        ("؟؟", "help"),
        ("salam 👋😊", "greet"),
        ("bonjour 🙏", "greet"),
    ],
)
def test_signs_alone_and_greetings_with_signs_are_read(
    model: IntentModel, text: str, intent: str
) -> None:
    assert decide(model, text, THRESHOLDS)["intent"]["name"] == intent


@pytest.mark.parametrize(
    "text",
    ["bghit nchki", "fin nchki", "je veux me plaindre", "réclamation", "عندي شكاية", "بغيت نشكي"],
)
def test_who_complains_wants_a_person(model: IntentModel, text: str) -> None:
    assert decide(model, text, THRESHOLDS)["intent"]["name"] == "ask_human"


@pytest.mark.parametrize("text", ["كيفاش نستافد من الدعم", "kifach ntsejjel", "les conditions stp"])
def test_case_signs_and_politeness_change_nothing(model: IntentModel, text: str) -> None:
    reading = model.read(text)
    for changed in (text.upper(), f"{text} 😊", f"{text} svp", f"عفاك {text}"):
        assert model.read(changed) == reading


def test_capitalised_strangers_are_names_and_ordinary_words_are_not(model: IntentModel) -> None:
    assert model.unknown_words("c'est quoi Zelligia Grow") == ("zelligia", "grow")
    assert model.unknown_words("et quelles sont les conditions ?") == ()
    assert model.unknown_words("w chno lwra9 li khassni njib") == ()
