"""Facts brought as files: what is not one is refused in words, what differs becomes a draft."""

import io
import zipfile

import pytest

from console.fact_files import MOST_BYTES, Unreadable, texts_of


def packed(**files: bytes) -> bytes:
    """An archive; `__` in a name stands for a slash."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return held.getvalue()


def of(names: dict[str, bytes]) -> bytes:
    """An archive with these names, whatever they are."""
    return packed(**names)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("facts.exe", b"MZ", "not_a_fact_file"),
        ("facts.zip", b"PK not at all", "not_a_zip"),
        ("facts.zip", of({"../../etc/cron.yml": b"[]"}), "strange_names"),
        ("facts.zip", of({"/etc/cron.yml": b"[]"}), "strange_names"),
        ("facts.zip", of({"C:\\facts.yml": b"[]"}), "strange_names"),
        ("facts.zip", of({"a.sh": b"rm"}), "not_only_facts"),
        ("facts.zip", of({}), "empty"),
        ("facts.zip", of({"a.yml": b"x" * (MOST_BYTES + 1)}), "too_large"),
        ("facts.yml", b"x" * (MOST_BYTES + 1), "too_large"),
        ("facts.yml", b"\xff\xfe\x00", "not_text"),
        ("facts.zip", of({f"{n}.yml": b"" for n in range(1001)}), "too_many_files"),
    ],
)
def test_what_is_no_file_of_facts_is_refused(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        texts_of(name, content)
    assert refused.value.reason == reason


def test_an_archive_is_read_without_being_unpacked_anywhere() -> None:
    content = of({"facts/zone/a.yml": b"- id: a", "facts/": b""})
    assert texts_of("facts.ZIP", content) == {"facts/zone/a.yml": "- id: a"}
