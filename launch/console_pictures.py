"""Pictures of the console for docs/guide-de-la-console.md, taken while `make demo` runs.

.venv/bin/python -m launch.console_pictures [fr|ar] [folder]
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from launch.demo import PASSWORD
from settings import ROOT, settings

FOLDER = ROOT / "docs" / "screenshots"
LOCALES = {"fr": "fr-FR", "ar": "ar-MA"}
WIDE: ViewportSize = {"width": 1280, "height": 780}
PHONE: ViewportSize = {"width": 390, "height": 844}


def main() -> int:
    """Sign in, open the main pages one after the other, and keep a picture of each."""
    language = sys.argv[1] if len(sys.argv) > 1 else "fr"
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    site = f"http://localhost:{settings().port}/console"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = chromium.new_page(viewport=WIDE, locale=LOCALES[language], reduced_motion="reduce")
        page.goto(f"{site}/sign-in")
        page.locator("#email").fill("admin@example.org")
        page.locator("#password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/conversations")
        if page.locator("html").get_attribute("lang") != language:
            page.locator(".me button[name=language]").click()
            page.wait_for_load_state("networkidle")
        for name, path, link in (
            ("conversations", "/conversations", None),
            ("transcript", "/conversations?outcome=clarified", "tbody a"),
            ("learning", "/learning", None),
            ("teach", "/learning", "tbody a"),
            ("callback", "/callbacks", "tbody a"),
            ("figures", "/figures", None),
            ("privacy", "/privacy", None),
        ):
            page.goto(site + path)
            if link:
                page.locator(link).first.click()
            take(page, folder / f"console-{name}.png")
        take_editor(page, site, folder / "console-facts.png")
        page.set_viewport_size(PHONE)
        page.goto(f"{site}/conversations")
        take(page, folder / "console-phone.png")
        chromium.close()
    return 0


def take_editor(page: Page, site: str, path: Path) -> None:
    """The three writings of a statement in the form, with what visitors would read of it."""
    page.goto(f"{site}/facts/subjects/fes_shore_prime_emploi")
    with page.expect_navigation():
        page.locator("[data-key=e]").click()
    said = page.locator("#statements fieldset").first
    with page.expect_response("**/preview/**"):
        said.locator("textarea").first.press_sequentially(" ")
    said.evaluate("row => row.scrollIntoView()")
    take(page, path)


def take(page: Page, path: Path) -> None:
    """Keep what the window shows."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)


if __name__ == "__main__":
    sys.exit(main())
