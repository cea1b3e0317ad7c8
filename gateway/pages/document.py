"""The result as a PDF with its sources, in both directions."""

from datetime import date
from io import BytesIO

from answers.figures import date_text
from answers.project_words import fields_text, in_list
from answers.reply import SourceLink
from answers.simulation_result import DOUBTFUL, SchemeResult, Simulation, amount_lines, bonus_text
from answers.words import say
from database.vocabulary import Writing
from gateway.pages.picture import Picture, picture_of, png
from gateway.printing import ACCENT, FAINT, INK, SMALL, TEXT, TITLE, Page
from gateway.transcript import Transcript

HEADING, TOTAL = 13, 15
PICTURE_MM = 125
GAP_MM, SMALL_GAP_MM = 4, 1.5
# The signs of the chat that no text font holds.
SIGNS = str.maketrans({"💰": "", "❓": "–", "➕": "+", "⚠": "–", "\ufe0f": "", "✗": "×", "✓": "–"})


def document(simulation: Simulation, writing: Writing, *, on: date) -> bytes:
    """A simulation as the bytes of a PDF."""
    title, rules = say("page.title", writing), _rules_of(on, writing)
    sheet = Sheet(Transcript(title, rules, (), say("caution.estimate_only", writing), writing))
    sheet.add_page()
    sheet.paragraph(title, TITLE, ACCENT)
    sheet.paragraph(rules, SMALL, FAINT)
    sheet.paragraph(simulation.project, TEXT)
    if not simulation.results:
        sheet.paragraph(say("simulation.nothing", writing), TEXT)
    for result in simulation.results:
        _write_scheme(sheet, result, simulation.project, writing)
    sheet.ln(GAP_MM)
    for relation in simulation.relations:
        sheet.paragraph(relation, TEXT)
    if simulation.refused:
        sheet.paragraph(say("page.not_open", writing), HEADING, ACCENT)
        for result in simulation.refused:
            sheet.paragraph(f"– {result.title} : {result.unmet[0]}", TEXT)
    if simulation.others:
        sheet.paragraph(simulation.others, TEXT)
    sheet.paragraph(simulation.whom, TEXT)
    sheet.paragraph(say("caution.estimate_only", writing), TEXT, ACCENT)
    _write_sources(sheet, simulation, writing)
    return bytes(sheet.output())


class Sheet(Page):
    """A page on which every line follows the direction of the writing."""

    def paragraph(self, text: str, size: float, ink: tuple[int, int, int] = INK) -> None:
        """A paragraph."""
        written = text.translate(SIGNS).strip()
        self.write_lines(written, size, ink, right_to_left=self.writing == "ary-Arab")


def _write_scheme(sheet: Sheet, result: SchemeResult, project: str, writing: Writing) -> None:
    """Total, picture, bonuses that the picture does not hold, conditions, step and doubts."""
    sheet.ln(GAP_MM)
    sheet.paragraph(result.title, HEADING, ACCENT)
    sheet.paragraph(result.verdict_text, TEXT, FAINT)
    for index, line in enumerate(amount_lines(result, writing)):
        sheet.paragraph(line, TEXT if index or result.total is None else TOTAL)
    picture = picture_of(result, project, writing)
    if picture is not None:
        _write_picture(sheet, picture)
    for bonus in result.bonuses:
        if picture is None or bonus.certainty in DOUBTFUL or not bonus.rate.value:
            sheet.paragraph(f"– {bonus_text(bonus, writing)}", TEXT)
    for key, met in (("met", True), ("unmet", False), ("open", None)):
        titles = [line.title for line in result.conditions if line.met is met]
        if titles:
            listed = in_list(titles, writing, "semicolon")
            lead = say(f"page.{key}", writing)
            sheet.paragraph(say("simulation.bonus_rate", writing, title=lead, rate=listed), TEXT)
    if result.missing:
        fields = fields_text(result.missing, writing)
        sheet.paragraph(say("simulation.missing", writing, fields=fields), TEXT)
    if result.next_step:
        sheet.paragraph(f"+ {result.next_step}", TEXT, ACCENT)
    for caution in result.cautions:
        sheet.paragraph(f"– {caution}", SMALL)
    certainty = say("simulation.certainty", writing, certainty=result.certainty_text)
    sheet.paragraph(f"– {certainty}", SMALL)


def _write_picture(sheet: Sheet, picture: Picture) -> None:
    image = BytesIO(png(picture, framed=False))
    left = sheet.w - sheet.r_margin - PICTURE_MM if picture.from_the_right else sheet.l_margin
    sheet.ln(SMALL_GAP_MM)
    sheet.image(image, x=left, w=PICTURE_MM, alt_text=f"{picture.title} {picture.total}")
    sheet.ln(SMALL_GAP_MM)


def _write_sources(sheet: Sheet, simulation: Simulation, writing: Writing) -> None:
    sources = list(
        dict.fromkeys(source for result in simulation.results for source in result.sources)
    )
    if not sources:
        return
    sheet.ln(GAP_MM)
    sheet.paragraph(say("page.sources", writing), HEADING, ACCENT)
    for source in sources:
        sheet.paragraph(_source_text(source, writing), SMALL)
        sheet.write_lines(source.url, SMALL, FAINT, right_to_left=False)


def _source_text(source: SourceLink, writing: Writing) -> str:
    checked = say("checked_on", writing, date=date_text(source.checked_on, writing))
    if source.published is None:
        return f"– {source.title} ({checked})"
    published = say("page.published", writing, date=date_text(source.published, writing))
    return f"– {source.title} ({published} · {checked})"


def _rules_of(on: date, writing: Writing) -> str:
    return say("page.rules_of", writing, date=date_text(on.isoformat(), writing))
