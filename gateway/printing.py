"""Prints a transcript as a PDF: Arabic is shaped and set from the right, Latin words inside it too."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from fpdf import FPDF, Align, XPos, YPos

from answers.words import say

if TYPE_CHECKING:
    from gateway.transcript import Transcript

LATIN, ARABIC = "latin", "arabic"
FONTS = {
    LATIN: ("fontpkg_noto_sans", "NotoSans[wdth,wght].ttf"),
    ARABIC: ("fontpkg_noto_sans_arabic", "NotoSansArabic[wdth,wght].ttf"),
}
INK, FAINT, ACCENT = (28, 36, 44), (96, 106, 116), (16, 94, 84)
TITLE, TEXT, SMALL = 16, 10.5, 8.5
LINE = 1.55
MARGIN_MM = 18
POINT_MM = 25.4 / 72


class Page(FPDF):
    """A4 pages with both scripts, numbered at the foot."""

    def __init__(self, transcript: Transcript) -> None:
        super().__init__(format="A4")
        self.writing = transcript.writing
        self.set_title(transcript.title)
        self.set_lang("ar" if transcript.writing == "ary-Arab" else transcript.writing)
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM)
        for family, (package, name) in FONTS.items():
            self.add_font(family, "", str(files(package) / "files" / name))

    def footer(self) -> None:
        """The number of the page."""
        self.set_y(-MARGIN_MM + 4)
        text = say("transcript.page", self.writing, number=self.page_no())
        self.write_lines(text, SMALL, FAINT, right_to_left=self.writing == "ary-Arab")

    def write_lines(
        self, text: str, size: float, ink: tuple[int, int, int], *, right_to_left: bool
    ) -> None:
        """A paragraph in one direction."""
        family, other = (ARABIC, LATIN) if right_to_left else (LATIN, ARABIC)
        self.set_font(family, size=size)
        self.set_fallback_fonts([other])
        self.set_text_shaping(True, direction="rtl" if right_to_left else "ltr")
        self.set_text_color(*ink)
        self.multi_cell(
            0,
            size * LINE * POINT_MM,
            text,
            align=Align.R if right_to_left else Align.L,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )


def printed(transcript: Transcript) -> bytes:
    """A transcript as the bytes of a PDF."""
    page = Page(transcript)
    from_the_right = transcript.writing == "ary-Arab"
    page.add_page()
    page.write_lines(transcript.title, TITLE, ACCENT, right_to_left=from_the_right)
    page.write_lines(transcript.dates, SMALL, FAINT, right_to_left=from_the_right)
    for passage in transcript.passages:
        page.ln(4)
        page.write_lines(passage.lead, SMALL, ACCENT, right_to_left=from_the_right)
        page.write_lines(passage.text, TEXT, INK, right_to_left=passage.right_to_left)
        for note in passage.notes:
            page.write_lines(note, SMALL, FAINT, right_to_left=from_the_right)
    page.ln(6)
    page.write_lines(transcript.notice, SMALL, FAINT, right_to_left=from_the_right)
    return bytes(page.output())
