"""How long does it take to assess all schemes?

Run by hand from the root: `python tests/unit/schemes/benchmark_assess.py`. Prints milliseconds of
processor time per project, one core, files already read; the aim is less than two.
"""

import sys
from datetime import date
from pathlib import Path
from statistics import median
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[3]))

from schemes import assess, project_from

ON = date(2026, 11, 23)
PROJECTS = {
    "small company": {
        "total_investment": 10_000_000,
        "jobs": 25,
        "province": "taounate",
        "sector": "agrifood",
        "legal_form": "sarl",
        "own_funds_percent": 20,
    },
    "large factory with land": {
        "total_investment": 200_000_000,
        "private_land": 60_000_000,
        "public_land": 5_000_000,
        "jobs": 250,
        "province": "sefrou",
        "sector": "automotive",
        "women_payroll_percent": 20,
        "local_integration_percent": 30,
        "legal_form": "sa",
    },
    "call centre at Fès Shore": {
        "total_investment": 30_000_000,
        "jobs": 290,
        "province": "fes",
        "zone": "fes_shore",
        "sector": "offshoring",
        "offshoring_branch": "crm",
        "annual_gross_pay": 20_000_000,
        "legal_form": "sas",
    },
    "nothing answered": {},
}
ROUNDS = 300


def milliseconds(answers: dict[str, object]) -> float:
    """Processor time to assess one project, the median of many rounds."""
    project = project_from(answers)
    spent = []
    for _ in range(ROUNDS):
        started = process_time()
        assess(project, on=ON)
        spent.append(process_time() - started)
    return median(spent) * 1000


if __name__ == "__main__":
    for name, answers in PROJECTS.items():
        print(f"{name}: {milliseconds(answers):.2f} ms")
