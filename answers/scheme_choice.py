"""Which schemes to speak of to whom: those shown whole, those suggested, those refused aloud."""

from collections.abc import Iterable, Mapping

from schemes import Assessment, Project, Scheme, Verdict
from schemes.assessment import Benefit
from schemes.project import LegalForm, Sector, Zone

# Schemes that are worth showing to anyone whose project they fit; the others need a sign of interest.
ASKED_OF_ALL = frozenset(
    {
        Scheme.STRATEGIC,
        Scheme.CHARTER_MAIN,
        Scheme.TPME,
        Scheme.FES_SHORE_JOBS,
        Scheme.FES_SHORE_INSTALLATION,
        Scheme.OFFSHORING,
    }
)
SIGN_OF_INTEREST: Mapping[Scheme, str] = {
    Scheme.ZAI: "zone",
    Scheme.MDM_INVEST: "moroccan_abroad",
    Scheme.IDMAJ: "trainees",
    Scheme.TAHFIZ: "permanent_hires",
    Scheme.AUTO_ENTREPRENEUR: "legal_form",
}
# Which subject of the content tells of a scheme: what a question after its result is about.
SUBJECT_OF: Mapping[Scheme, str] = {
    Scheme.CHARTER_MAIN: "charte_dispositif_principal",
    Scheme.TPME: "tpme",
    Scheme.STRATEGIC: "charte_projets_strategiques",
    Scheme.FES_SHORE_JOBS: "fes_shore_prime_emploi",
    Scheme.FES_SHORE_INSTALLATION: "fes_shore_prime_installation",
    Scheme.OFFSHORING: "offre_offshoring",
    Scheme.ZAI: "zai_regime_fes_meknes",
    Scheme.MDM_INVEST: "mdm_invest",
    Scheme.IDMAJ: "idmaj",
    Scheme.TAHFIZ: "tahfiz",
    Scheme.AUTO_ENTREPRENEUR: "auto_entrepreneur",
}
NEVER_SUGGESTED = frozenset({Scheme.AUTO_ENTREPRENEUR, Scheme.STRATEGIC})
# Whom the schemes of a zone may interest, though the law of some names no branch.
AT_THE_PARK = frozenset({Sector.OFFSHORING, Sector.DIGITAL, Sector.SERVICES})
IN_INDUSTRY = frozenset(
    {
        Sector.INDUSTRY,
        Sector.AGRIFOOD,
        Sector.PHARMACEUTICAL,
        Sector.TEXTILE,
        Sector.AUTOMOTIVE,
        Sector.AEROSPACE,
        Sector.LOGISTICS,
        Sector.RECYCLING,
    }
)
SUITED_SECTORS: Mapping[Scheme, frozenset[Sector]] = {
    Scheme.FES_SHORE_JOBS: AT_THE_PARK,
    Scheme.FES_SHORE_INSTALLATION: AT_THE_PARK,
    Scheme.OFFSHORING: AT_THE_PARK,
    Scheme.ZAI: IN_INDUSTRY,
}
PAID_TO_VISITOR = frozenset({Benefit.GRANT, Benefit.ANNUAL_GRANT})


def is_relevant(assessment: Assessment, project: Project) -> bool:
    """Whether a scheme is to be shown whole: open or possible, and of interest to this visitor."""
    if assessment.verdict is Verdict.NOT_ELIGIBLE:
        return False
    if assessment.scheme in ASKED_OF_ALL:
        return not _works_alone(project) and not _rests_on_unsaid_place(assessment, project)
    said = getattr(project, SIGN_OF_INTEREST[assessment.scheme])
    if assessment.scheme is Scheme.AUTO_ENTREPRENEUR:
        return said is not None
    return bool(said)


def may_interest(assessment: Assessment, project: Project) -> bool:
    """Whether a scheme may be open, though nothing was said yet that calls for it."""
    scheme, sector = assessment.scheme, project.sector
    if assessment.verdict is Verdict.NOT_ELIGIBLE or is_relevant(assessment, project):
        return False
    if _works_alone(project) and scheme in ASKED_OF_ALL:
        return False
    suited = SUITED_SECTORS.get(scheme)
    return scheme not in NEVER_SUGGESTED and (suited is None or sector is None or sector in suited)


def is_worth_refusing(assessment: Assessment, project: Project) -> bool:
    """Whether to tell why a scheme is not open: the charter's two, and those the visitor may expect."""
    if assessment.verdict is not Verdict.NOT_ELIGIBLE:
        return False
    scheme = assessment.scheme
    if scheme in (Scheme.CHARTER_MAIN, Scheme.TPME):
        return not _works_alone(project)
    if scheme in (Scheme.FES_SHORE_JOBS, Scheme.FES_SHORE_INSTALLATION):
        return project.zone is Zone.FES_SHORE
    if scheme is Scheme.OFFSHORING:
        return project.sector in (Sector.OFFSHORING, Sector.DIGITAL)
    if scheme is Scheme.AUTO_ENTREPRENEUR:
        return project.legal_form is LegalForm.AUTO_ENTREPRENEUR
    if scheme is Scheme.ZAI:
        return project.zone not in (None, Zone.OTHER, Zone.FES_SHORE)
    return scheme is not Scheme.STRATEGIC and bool(getattr(project, SIGN_OF_INTEREST[scheme]))


def by_worth(assessments: Iterable[Assessment]) -> list[Assessment]:
    """The best first: what is received, what is open, then what is surest to give most."""
    return sorted(
        assessments,
        key=lambda each: (
            each.benefit not in PAID_TO_VISITOR,
            each.verdict is not Verdict.ELIGIBLE,
            -(each.low or 0),
            -(each.amount or 0),
        ),
    )


def _works_alone(project: Project) -> bool:
    """An auto-entrepreneur who spoke of no investment: the charter and the parks are no matter."""
    return project.legal_form is LegalForm.AUTO_ENTREPRENEUR and project.total_investment is None


def _rests_on_unsaid_place(assessment: Assessment, project: Project) -> bool:
    """A scheme of one park is no news to who never spoke of it, nor offshoring to another trade."""
    if assessment.scheme in (Scheme.FES_SHORE_JOBS, Scheme.FES_SHORE_INSTALLATION):
        return project.zone is None
    if assessment.scheme is Scheme.STRATEGIC:
        return project.total_investment is None
    return assessment.scheme is Scheme.OFFSHORING and project.sector is None
