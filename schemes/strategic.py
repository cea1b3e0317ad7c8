"""The strategic scheme: very large projects negotiate their advantages; nothing is computed.

Framework law 03-22, article 17, and decree 2-23-1. No public scale exists.
"""

from datetime import date

from schemes.assessment import Assessment, Benefit, Caution, ConditionKey, Scheme
from schemes.conclusion import closed, conclude, condition, opening
from schemes.logic import at_least, both
from schemes.parameters import Law, law_on
from schemes.project import Project


def assess(project: Project, *, on: date) -> Assessment:
    """Would the project negotiate as strategic? Never an amount."""
    law = law_on(Scheme.STRATEGIC, on)
    opened = opening(law)
    if not opened.met:
        return closed(Scheme.STRATEGIC, Benefit.NEGOTIATED, opened, law)
    large = at_least(project.total_investment, law.number("minimum_investment"))
    criterion = project.strategic_criterion
    return conclude(
        Scheme.STRATEGIC,
        Benefit.NEGOTIATED,
        law,
        (
            opened,
            condition(
                ConditionKey.INVESTMENT,
                large,
                "minimum_investment",
                law,
                project,
                "total_investment",
            ),
            condition(
                ConditionKey.STRATEGIC_CRITERION,
                criterion,
                "strategic_criteria",
                law,
                project,
                "strategic_criterion",
            ),
        ),
        cautions=(Caution.NEGOTIATED_CASE_BY_CASE,),
    )


def is_strategic(project: Project, law: Law) -> bool | None:
    """Whether a project is of the size, and of the national interest, that the scheme asks."""
    large = at_least(project.total_investment, law.number("minimum_investment"))
    return both(large, project.strategic_criterion)
