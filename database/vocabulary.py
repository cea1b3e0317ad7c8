"""The closed lists that the content, the tables and the engine share."""

from typing import Final, Literal

Writing = Literal["fr", "ary-Arab", "ary-Latn"]
WRITINGS: Final[tuple[Writing, ...]] = ("fr", "ary-Arab", "ary-Latn")

KINDS: Final = (
    "incentive",
    "programme",
    "zone",
    "institution",
    "procedure",
    "territory",
    "sector",
    "legal_form",
    "training",
    "connection",
    "employer",
    "initiative",
    # Something people ask about that no source answers: it has no statement but whom to ask.
    "gap",
)
ASPECTS: Final = (
    "overview",
    "amount",
    "conditions",
    "beneficiaries",
    "how_to_apply",
    "documents",
    "cost",
    "price",
    "delay",
    "steps",
    "contact",
    "location",
    "status",
    "legal_basis",
    "figures",
)
CERTAINTIES: Final = ("official", "several-press", "single-press", "uncertain")
STATUSES: Final = (
    "in_force",
    "open",
    "operating",
    "announced",
    "project",
    "unconfirmed",
    "closed",
    "expired",
)
PROVINCES: Final = (
    "fes",
    "meknes",
    "sefrou",
    "moulay_yacoub",
    "boulemane",
    "taounate",
    "taza",
    "el_hajeb",
    "ifrane",
)
# Where a subject is that none of the nine provinces has.
OUTSIDE_REGION: Final = "outside_region"
SECTORS: Final = (
    "industry",
    "agrifood",
    "agriculture",
    "tourism",
    "crafts",
    "offshoring",
    "digital",
    "textile",
    "automotive",
    "aerospace",
    "renewable_energy",
    "logistics",
    "construction",
    "real_estate",
    "commerce",
    "health",
    "education",
    "culture",
    "aquaculture",
    "mining",
    "recycling",
    "services",
)
AUDIENCES: Final = (
    "company",
    "tpme",
    "startup",
    "woman",
    "young",
    "mre",
    "foreign",
    "auto_entrepreneur",
    "cooperative",
    "farmer",
    "artisan",
    "hotel",
    "exporter",
    "employer",
    "jobseeker",
    "researcher",
)
LEGAL_FORMS: Final = (
    "sarl",
    "sarl_au",
    "sas",
    "sa",
    "snc",
    "auto_entrepreneur",
    "cooperative",
    "branch",
)
NUMBER_UNITS: Final = (
    "MAD",
    "percent",
    "count",
    "jobs",
    "people",
    "ha",
    "m2",
    "km",
    "MAD/m2",
    "MAD/m2/month",
    "MAD/month",
    "MAD/year",
    "MAD/hour",
    "months",
    "years",
    "days",
    "hours",
    "weeks",
    "minutes",
)
TEXT_UNITS: Final = ("phone", "email", "url")
DEFAULT_AUTHORITY: Final = "institution_cri_fes_meknes"
