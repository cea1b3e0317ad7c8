"""What the charter's main scheme and its scheme for small companies have in common."""

from decimal import Decimal

from schemes.assessment import Bonus, BonusKey, Scheme
from schemes.conclusion import bonus
from schemes.logic import among, at_least, both, either, inverse, unanswered
from schemes.parameters import Law, law_on
from schemes.project import Project

MILLION = Decimal(1_000_000)


def ratio_reaches(jobs: int, investment: Decimal, bound: Decimal) -> bool:
    """Whether jobs per million dirhams reach a bound.

    Compared as products: a quotient would be rounded, and a bound must be exact.
    """
    return jobs * MILLION >= bound * investment


def ratio_exceeds(jobs: int, investment: Decimal, bound: Decimal) -> bool:
    """Whether jobs per million dirhams are strictly more than a bound."""
    return jobs * MILLION > bound * investment


def territorial_bonus(project: Project, law: Law, base: Decimal | None) -> Bonus:
    """A rate for each of the two categories of provinces."""
    in_b = among(project.province, law.names("category_b_provinces"))
    in_a = among(project.province, law.names("category_a_provinces"))
    rule = "territorial_bonus_a" if in_a else "territorial_bonus_b"
    return bonus(
        BonusKey.TERRITORY,
        either(in_a, in_b),
        rule,
        law,
        base=base,
        missing=unanswered(project, "province"),
        certainty=law["category_a_provinces" if in_a else "category_b_provinces"].certainty,
    )


def suits_both(project: Project, law: Law) -> bool:
    """Whether the size of a project opens both schemes; no rule of precedence was published."""
    main, small = law_on(Scheme.CHARTER_MAIN, law.on), law_on(Scheme.TPME, law.on)
    if "in_force" not in main or "in_force" not in small:
        return False
    staffed = at_least(project.jobs, main.number("minimum_jobs_alone"))
    too_large = at_least(project.total_investment, small.number("investment_limit"))
    large_enough = at_least(project.total_investment, small.number("minimum_investment"))
    return both(staffed, large_enough, inverse(too_large)) is True
