"""Provinces, sectors, legal forms and kinds of visitor are found in three writings, and not inside other names."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.closed_entities import find_closed_entities
from bot.nlu.vocabularies import read_vocabulary

FACT_PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "write-a-fact.md"


def values(text: str, kind: str) -> list[str]:
    return [entity.value for entity in find_closed_entities(text) if entity.kind == kind]


@pytest.mark.parametrize(
    ("expected", "texts"),
    [
        ("fes", ["je suis à Fès", "f fes", "ffes", "بفاس", "ففاس", "فاس", "F'FÈS", "fez"]),
        ("meknes", ["Meknès", "meknes", "mekns", "meknas", "fmeknes", "مكناس", "فمكناس", "لمكناس"]),
        ("sefrou", ["Sefrou", "sfrou", "lsefrou", "صفرو", "فصفرو", "Imouzzer Kandar", "Bhalil"]),
        (
            "moulay_yacoub",
            ["Moulay Yacoub", "moulay ya3qoub", "my yacoub", "مولاي يعقوب", "فمولاي يعقوب"],
        ),
        ("boulemane", ["Boulemane", "boulman", "بولمان", "Missour", "ميسور", "Outat El Haj"]),
        ("taounate", ["Taounate", "tawnat", "taounat", "تاونات", "فتاونات", "Ghafsai"]),
        ("taza", ["Taza", "f taza", "ltaza", "تازة", "لتازة", "Tahla", "Oued Amlil"]),
        ("el_hajeb", ["El Hajeb", "lhajeb", "f l7ajeb", "الحاجب", "فالحاجب", "Aïn Taoujdate"]),
        ("ifrane", ["Ifrane", "f ifrane", "إفران", "يفران", "Azrou", "أزرو"]),
    ],
)
def test_provinces_are_found(expected, texts):
    assert {text: values(text, "province") for text in texts} == {
        text: [expected] for text in texts
    }


@pytest.mark.parametrize(
    "text",
    [
        "la prime de Fès Shore",
        "lprime dyal fes shore",
        "البريم ديال فاس شور",
        "la région Fès-Meknès",
        "fes meknes",
        "جهة فاس مكناس",
        "Fez Smart Factory",
        "la taxe",
        "fin",
        "f l'offshoring",
        "Casablanca",
        "Oujda",
        "Guercif",
        "kifach",
        "فاش نبدا",
        "bhali ana",
    ],
)
def test_other_names_and_words_hold_no_province(text):
    assert values(text, "province") == []


def test_two_provinces_side_by_side_are_not_the_region():
    assert values("Fès, Meknès ou Taza ?", "province") == ["fes", "meknes", "taza"]


@pytest.mark.parametrize(
    ("expected", "texts"),
    [
        ("textile", ["textile", "textil", "f textile", "النسيج", "khiyata", "confection"]),
        ("agriculture", ["agriculture", "agricole", "flaha", "lfla7a", "الفلاحة", "فالفلاحة"]),
        (
            "agrifood",
            ["agroalimentaire", "agro-alimentaire", "الصناعة الغذائية", "agroalimantaire"],
        ),
        ("tourism", ["tourisme", "maison d'hôtes", "السياحة", "siya7a", "un riad", "أوطيل"]),
        ("crafts", ["artisanat", "الصناعة التقليدية", "sina3a ta9lidiya"]),
        ("offshoring", ["offshoring", "centre d'appels", "call center", "مركز النداء", "BPO"]),
        ("digital", ["informatique", "numérique", "الذكاء الاصطناعي", "logiciels"]),
        ("automotive", ["automobile", "câblage", "صناعة السيارات", "cablage"]),
        ("aerospace", ["aéronautique", "aeronautique", "صناعة الطيران"]),
        (
            "renewable_energy",
            ["énergies renouvelables", "energie renouvlable", "solaire", "الطاقة الشمسية"],
        ),
        ("logistics", ["logistique", "اللوجستيك", "transport"]),
        ("industry", ["industrie", "usine", "معمل", "lma3mal", "sina3a"]),
        ("commerce", ["commerce", "تجارة", "tijara", "hanout", "épicerie"]),
        ("education", ["enseignement", "école privée", "التعليم"]),
        ("health", ["santé", "clinique", "صيدلية"]),
        ("recycling", ["recyclage", "إعادة التدوير"]),
        ("construction", ["BTP", "bâtiment", "قطاع البناء"]),
        ("real_estate", ["immobilier", "promotion immobilière"]),
        ("aquaculture", ["aquaculture", "تربية الأسماك"]),
        ("mining", ["mines", "exploitation minière"]),
        ("culture", ["culture", "cinéma", "ثقافة"]),
        ("services", ["prestation de services", "قطاع الخدمات"]),
    ],
)
def test_sectors_are_found(expected, texts):
    assert {text: values(text, "sector") for text in texts} == {text: [expected] for text in texts}


@pytest.mark.parametrize(
    "text",
    [
        "registre de commerce",
        "la chambre de commerce",
        "السجل التجاري",
        "la zone industrielle",
        "المنطقة الصناعية",
        "ministère de l'agriculture",
        "c'est quoi le salaire",
        "le programme est fermé",
        "je commence quand",
        "bghit lma3loumat",
        "شنو الرقم",
        "renseignement svp",
    ],
)
def test_other_names_and_words_hold_no_sector(text):
    assert values(text, "sector") == []


@pytest.mark.parametrize(
    ("expected", "texts"),
    [
        ("sarl", ["une SARL", "sarl", "S.A.R.L", "lsarl", "سارل", "شركة ذات مسؤولية محدودة"]),
        ("sarl_au", ["SARL AU", "sarl à associé unique", "sarl-au"]),
        ("sas", ["une SAS", "société par actions simplifiée"]),
        ("sa", ["une SA", "SA", "société anonyme", "شركة المساهمة"]),
        ("snc", ["SNC", "شركة التضامن"]),
        (
            "auto_entrepreneur",
            ["auto-entrepreneur", "autoentrepreneur", "المقاول الذاتي", "mo9awil dati"],
        ),
        ("cooperative", ["coopérative", "coperative", "تعاونية", "ta3awniya", "التعاونيات"]),
        ("branch", ["succursale", "فرع شركة أجنبية"]),
    ],
)
def test_legal_forms_are_found(expected, texts):
    assert {text: values(text, "legal_form") for text in texts} == {
        text: [expected] for text in texts
    }


def test_the_possessive_sa_is_no_legal_form():
    assert values("il touche sa prime", "legal_form") == []


@pytest.mark.parametrize(
    ("expected", "texts"),
    [
        ("woman", ["pour les femmes", "ana mra", "l3yalat", "العيالات", "المرأة", "للنساء"]),
        ("young", ["les jeunes", "chabab", "chbab", "الشباب"]),
        (
            "mre",
            ["je suis MRE", "marocain résidant à l'étranger", "مغاربة العالم", "الجالية", "jalia"],
        ),
        ("foreign", ["investisseur étranger", "je suis étranger", "أجنبي", "ajnabi"]),
        ("tpme", ["TPME", "petite entreprise", "moqawala sghira"]),
        ("startup", ["startup", "start-up", "jeune pousse", "شركة ناشئة"]),
        ("farmer", ["agriculteur", "fellah", "fella7", "فلاح", "الفلاحين"]),
        ("artisan", ["artisan", "حرفي", "الحرفيين", "sani3 ta9lidi"]),
        ("hotel", ["hôtel", "أوطيل", "hôtelier"]),
        ("exporter", ["exportateur", "التصدير", "export"]),
        ("jobseeker", ["chômeur", "demandeur d'emploi", "عاطل", "3atil", "bla khdma"]),
        ("researcher", ["doctorant", "chercheuse", "باحث"]),
        ("employer", ["employeur", "المشغل"]),
        ("company", ["mon entreprise", "شركتي", "charika dyali"]),
    ],
)
def test_kinds_of_visitor_are_found(expected, texts):
    assert {text: values(text, "audience") for text in texts} == {
        text: [expected] for text in texts
    }


@pytest.mark.parametrize(
    "text",
    [
        "3awd mra khra",
        "شنو المصدر",
        "lmasdar",
        "partir à l'étranger",
        "charikat",
        "un expert",
        "الناس",
    ],
)
def test_other_words_hold_no_kind_of_visitor(text):
    assert values(text, "audience") == []


def test_several_entities_of_a_message_stand_in_order():
    text = "تعاونية فلاحية ديال العيالات فتاونات"
    assert [(entity.kind, entity.value) for entity in find_closed_entities(text)] == [
        ("legal_form", "cooperative"),
        ("audience", "cooperative"),
        ("sector", "agriculture"),
        ("audience", "woman"),
        ("province", "taounate"),
    ]


def test_a_known_spelling_scores_100_and_a_slip_less():
    (exact,) = find_closed_entities("agroalimentaire")
    (slip,) = find_closed_entities("agroalimantaire")
    assert exact.score == 100 > slip.score >= 80


def test_an_entity_says_where_it_stands():
    text = "Une usine à FÈS"
    assert [text[entity.start : entity.end] for entity in find_closed_entities(text)] == [
        "usine",
        "FÈS",
    ]


@pytest.mark.parametrize(
    ("kind", "heading"),
    [
        ("sector", "Sectors"),
        ("audience", "Audiences"),
        ("legal_form", "Legal forms"),
        ("province", "Provinces"),
    ],
)
def test_the_vocabulary_has_every_id_of_the_facts(kind, heading):
    line = re.search(
        rf"^\*\*{heading}\*\*:(.*?)\.?$", FACT_PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    ids = " ".join(re.findall(r"`([^`]*)`", line[1])).split() if line else []
    listed = [identifier for identifier in ids if identifier != "mre"] + (
        ["mre"] if kind == "audience" else []
    )
    assert set(read_vocabulary("entities")[kind]) == set(listed)


@given(st.text(max_size=80))
def test_any_text_is_read_without_failing(text):
    for entity in find_closed_entities(text):
        assert entity.text == text[entity.start : entity.end]
        assert 80 <= entity.score <= 100
