"""Files become articles: what is read, what is refused and in which words, and what is cleaned away."""

import os
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.readers import clean_text, find_files, read_article
from rag.reading.markdown import read_markdown
from rag.types import Article
from tests.growth import grows_linearly

SEED_LIKE = """Update: Two states reach five points of agreement
Published: Apr 26, 2024 09:10 AM Updated: Apr 26, 2024 10:51 PM


The ministers met on Friday.\x20\x20

"Hence,they agreed," Li said.
"""


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path) -> Article:
    return read_article(path, max_bytes=1_000_000)


def refusal(path: Path, max_bytes: int = 1_000_000) -> str:
    """The message with which `path` is refused; it must name the file and be one line."""
    with pytest.raises(ReadError) as caught:
        read_article(path, max_bytes=max_bytes)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    return message


# Which files


def test_a_folder_gives_its_articles_in_order_without_readme_and_hidden_files(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "sub/c.markdown", "sub/README.md", ".hidden.md", ".git/d.md", "e.doc"):
        write(tmp_path, name, "x")
    assert find_files([tmp_path]) == [tmp_path / "a.txt", tmp_path / "b.md", tmp_path / "sub/c.markdown"]


def test_named_files_come_as_they_are_even_if_they_are_not_there(tmp_path: Path) -> None:
    readme = write(tmp_path, "README.md", "x")
    assert find_files([tmp_path / "gone.md", readme]) == [tmp_path / "gone.md", readme]


def test_a_file_named_twice_comes_once(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", "x")
    assert find_files([path, tmp_path, tmp_path / "." / "a.md"]) == [path]


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret.md", "x")
    inside = write(tmp_path, "named/real.md", "x")
    (tmp_path / "named" / "link.md").symlink_to(outside)
    (tmp_path / "named" / "folder").symlink_to(outside.parent)
    (tmp_path / "named" / "loop.md").symlink_to(tmp_path / "named" / "loop.md")
    (tmp_path / "named" / "z-same.md").symlink_to(inside)
    assert find_files([tmp_path / "named"]) == [inside]


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert find_files([tmp_path]) == []
    assert "not a file" in refusal(tmp_path / "pipe.md")


# What is refused


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "is not there" in refusal(tmp_path / "gone.md")


def test_a_file_of_another_type_is_refused_with_the_types_that_are_read(tmp_path: Path) -> None:
    assert ".md, .markdown, .txt, .pdf, .docx" in refusal(write(tmp_path, "a.doc", "x"))


def test_a_large_file_is_refused_with_the_limit(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "x" * 2_000_001)
    message = refusal(path, max_bytes=2_000_000)
    assert "2 MB" in message
    assert "READOUT_FILE_MEGABYTES" in message
    assert read_article(path, max_bytes=2_000_001).text == "x" * 2_000_001


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"a\x00b",
        b"caf\xe9 \x01",
        b"\xff\xfea",
        b"\x81\x8d\x8f",
        b"\xff\xfe\x00\xd8",
    ],
)
def test_what_is_not_text_is_refused(tmp_path: Path, data: bytes) -> None:
    assert "is not text" in refusal(write(tmp_path, "a.md", data))


def test_a_file_name_cannot_steer_a_terminal(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as caught:
        read(tmp_path / "\x1b[31mred.md")
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("front", "words"),
    [
        ("title: a\nsource: [b", "not YAML at line 4"),
        ("title: a: b", "not YAML at line 2"),
        ("- a\n- b", "key: value"),
        ("title: [a, b]", "'title'"),
        ("authors: {a: b}", "'authors'"),
        ("authors: [[a]]", "'authors'"),
        ("published_at: last Friday", "published_at 'last Friday'"),
        ("updated_at: 2024-02-30", "updated_at '2024-02-30'"),
        ("published_at: 2024", "published_at '2024'"),
        ("published_at: 0001-01-01T00:00:00+14:00", "published_at"),
        ("language: English", "language 'English'"),
        ("a: &a [x]\nb: *a", "plain keys"),
        ("a: " + "[" * 5000, "plain keys"),
        ("a: \x07", "not YAML"),
    ],
)
def test_front_matter_that_cannot_be_used_says_why(tmp_path: Path, front: str, words: str) -> None:
    assert words in refusal(write(tmp_path, "a.md", f"---\n{front}\n---\nText."))


def test_front_matter_without_an_end_is_refused(tmp_path: Path) -> None:
    assert "'---'" in refusal(write(tmp_path, "a.md", "---\ntitle: A\n\nText."))
    assert "'---'" in refusal(write(tmp_path, "b.md", "---\n" + "k: v\n" * 20_000 + "---\nText."))


# What is read


def test_front_matter_gives_the_fields(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a.md",
        "---\ntitle: No\nsource: Example Wire\nauthors: [Ann Li, ' Bo Wu ']\n"
        "published_at: 2024-04-26T09:10:00+08:00\nupdated_at: 2024-04-27\n"
        "url: https://example.org/a\nlanguage: en-US\nfacts: [1]\n---\n\nThe text.\n",
    )
    article = read(path)
    assert (article.title, article.source, article.authors) == ("No", "Example Wire", ("Ann Li", "Bo Wu"))
    assert article.published_at == datetime(2024, 4, 26, 9, 10, tzinfo=timezone(timedelta(hours=8)))
    assert article.updated_at == datetime(2024, 4, 27, tzinfo=UTC)
    assert (article.url, article.language, article.text) == ("https://example.org/a", "en", "The text.")
    assert (article.origin, article.ingested_at) == (str(path), None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-04-26 18:05", datetime(2024, 4, 26, 18, 5, tzinfo=UTC)),
        ('"2024-04-26T18:05:06Z"', datetime(2024, 4, 26, 18, 5, 6, tzinfo=UTC)),
        ("2024-04-26 18:05:00 -04:00", datetime(2024, 4, 26, 22, 5, tzinfo=UTC)),
        ("", None),
        ("null", None),
    ],
)
def test_dates_in_front_matter_are_aware(tmp_path: Path, value: str, expected: datetime | None) -> None:
    assert read(write(tmp_path, "a.md", f"---\npublished_at: {value}\n---\nText.")).published_at == expected


def test_authors_may_stand_on_one_line_and_odd_addresses_are_left_out(tmp_path: Path) -> None:
    article = read(
        write(tmp_path, "a.md", "---\nauthors: Ann Li, Bo Wu,\nurl: javascript:alert(1)\n---\nText.")
    )
    assert article.authors == ("Ann Li", "Bo Wu")
    assert article.url == ""


def test_markdown_without_a_title_takes_its_heading_then_its_name(tmp_path: Path) -> None:
    headed = read(write(tmp_path, "a.md", "# The *two* sides\n\nText."))
    assert (headed.title, headed.text) == ("The two sides", "Text.")
    named = read(write(tmp_path, "wang-blinken_meeting.md", "Text."))
    assert (named.title, named.text) == ("Wang blinken meeting", "Text.")


def test_a_title_as_long_as_a_book_is_cut(tmp_path: Path) -> None:
    text = f"---\nsource: {'b' * 30_000}\n---\n# {'a ' * 200_000}\n\nText."
    article = read(write(tmp_path, "a.md", text))
    assert (len(article.title), len(article.source), article.text) == (499, 500, "Text.")
    many = ", ".join(f"Author {number}" for number in range(2_000))
    assert len(read(write(tmp_path, "b.md", f"---\nauthors: {many}\n---\nText.")).authors) == 100


def test_a_heading_that_is_not_the_title_stays(tmp_path: Path) -> None:
    assert read(write(tmp_path, "a.md", "---\ntitle: T\n---\n# T\n\nText.")).text == "Text."
    assert read(write(tmp_path, "b.md", "---\ntitle: T\n---\n# U\n\nText.")).text == "U\n\nText."


def test_plain_text_has_its_title_and_dates_on_top(tmp_path: Path) -> None:
    article = read(write(tmp_path, "seed.txt", SEED_LIKE))
    assert article.title == "Update: Two states reach five points of agreement"
    assert article.published_at == datetime(2024, 4, 26, 9, 10, tzinfo=UTC)
    assert article.updated_at == datetime(2024, 4, 26, 22, 51, tzinfo=UTC)
    assert article.text == 'The ministers met on Friday.\n\n"Hence,they agreed," Li said.'


@pytest.mark.parametrize(
    ("line", "published", "updated"),
    [
        ("Published: 26 April 2024", datetime(2024, 4, 26, tzinfo=UTC), None),
        ("Updated: Apr 26, 2024 10:51 PM EDT", None, datetime(2024, 4, 27, 2, 51, tzinfo=UTC)),
        ("Published: 2024-04-26 08:00 GMT", datetime(2024, 4, 26, 8, tzinfo=UTC), None),
    ],
)
def test_a_stamp_may_name_one_date(
    tmp_path: Path, line: str, published: datetime | None, updated: datetime | None
) -> None:
    article = read(write(tmp_path, "a.txt", f"Title\n{line}\nText."))
    assert (article.published_at, article.updated_at, article.text) == (published, updated, "Text.")


@pytest.mark.parametrize(
    "line",
    [
        "Published: April 26",  # no year: nothing is filled in from today
        "Published: May 2024",  # no day
        "Published: 04/05/2024",  # April or May
        "Published: Apr 26, 2024 09:10 CST",  # Chicago or Shanghai
        "Published: Apr 31, 2024",
        "Published: by the ministry",
        "Updated:",
    ],
)
def test_a_line_that_is_no_clear_stamp_stays_text(tmp_path: Path, line: str) -> None:
    article = read(write(tmp_path, "a.txt", f"Title\n{line}\nText."))
    assert (article.published_at, article.updated_at) == (None, None)
    assert article.text == f"{line}\nText."


def test_a_first_line_that_is_no_title_stays_text(tmp_path: Path) -> None:
    long = "word " * 50 + "end."
    assert read(write(tmp_path, "a-name.txt", f"{long}\nMore.")).title == "A name"
    assert read(write(tmp_path, "a-name.txt", f"{long}\nMore.")).text == f"{long}\nMore."
    assert read(write(tmp_path, "one.txt", "Only one line.")).text == "Only one line."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_common_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    article = read(write(tmp_path, "a.txt", "Café – ‘news’\r\n\r\nText é.\r\n".encode(encoding)))
    assert (article.title, article.text) == ("Café – ‘news’", "Text é.")


def test_an_empty_file_is_an_article_without_text(tmp_path: Path) -> None:
    assert read(write(tmp_path, "a.md", "")).text == ""
    assert read(write(tmp_path, "b.txt", " \u200b\n\n")).text == ""


def test_ids_belong_to_the_file_and_hashes_to_what_it_says(tmp_path: Path) -> None:
    first = read(write(tmp_path, "Größe & Maß.txt", "Title\n\nText."))
    again = read(write(tmp_path, "Größe & Maß.txt", "Title\n\nOther text."))
    elsewhere = read(write(tmp_path, "sub/Größe & Maß.txt", "Title\n\nText."))
    assert first.id[:-9] == "groe-ma"  # ö loses its dots, ß has no ASCII letter
    assert first.id == again.id != elsewhere.id
    assert first.content_hash == elsewhere.content_hash != again.content_hash
    dated = read(write(tmp_path, "Größe & Maß.txt", "Title\nPublished: Apr 26, 2024\nText."))
    assert dated.text == first.text
    assert dated.content_hash != first.content_hash


def test_titles_cannot_break_a_store(tmp_path: Path) -> None:
    article = read(write(tmp_path, "a.md", '---\ntitle: "a\\ud800\\u202eb\\nc"\n---\nText.'))
    assert article.title == "ab c"


# Markdown as plain text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("One *two* **three _four_** `five`\n~~six~~.", "One two three four five six."),
        ("A [link](https://a.org/b_(c) \"t\"), ![a map](m.png), <https://b.org>.", "A link, a map, https://b.org."),
        ("[One][1] and [two].\n\n[1]: https://a.org", "One and [two]."),
        ("Head\n----\ntext\nwraps\n\n## Sub ##\nmore", "Head\n\ntext wraps\n\nSub\n\nmore"),
        ("Points:\n- one\n  goes on\n* two\n\n3. three", "Points:\n\n- one goes on\n- two\n3. three"),
        ("> Quoted\n> text\n\n***\n\nEnd.", "Quoted text\n\nEnd."),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("Line  \nbreak\\\nhere", "Line\nbreak\nhere"),
        ("A<!-- secret\n\n --> b <b>bold</b><br>c &amp; &lt;d&gt;", "A b bold\nc & <d>"),
        ("a<script>x()</script><span style='display: none'>p <span>q</span> r</span>b", "ab"),
        ("<div hidden>never closed, so it stays", "never closed, so it stays"),
        ("2 * 3 * 4, snake_case_name, \\*so\\*, 5 < 6 > 4", "2 * 3 * 4, snake_case_name, *so*, 5 < 6 > 4"),
        ("```\ncode\n```\n#hashtag", "code\n\n#hashtag"),
    ],
)  # fmt: skip
def test_markdown_becomes_plain_text(source: str, expected: str) -> None:
    assert clean_text(read_markdown(source)[1]) == expected


# Hidden characters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so\u00adft ze\u200bro \ufefflong\u2060er", "soft zero longer"),
        ("\u202eright\u202c \u2066left\u2069 \u200fmark", "right left mark"),
        ("tags\U000e0069\U000e0067\U000e006e", "tags"),
        ("bell\x07 del\x7f c1\x90", "bell del c1"),
        ("e\u0301 and e\u200b\u0301", "é and é"),
        ("a\r\nb\rc\x85d\u2028e", "a\nb\nc\nd\ne"),
        ("a \t\n\n\n\n b  c\u00a0d  \n", "a\n\n b  c d"),
        ("Latin a\u200db", "Latin ab"),
        ("hidden\ufe01\ufe02 bits\U000e0101", "hidden bits"),
        ("👩\u200d🔬 ❤\ufe0f\u200d🔥 1\ufe0f\u20e3", "👩\u200d🔬 ❤\ufe0f\u200d🔥 1\ufe0f\u20e3"),
        ("می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"),
        ("می\u200c\u200c\u200dخ", "می\u200cخ"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("a" + "\u0301\u0300" * 500, unicodedata.normalize("NFC", "a" + "\u0301\u0300" * 15)),
    ],
)
def test_hidden_characters_go_and_needed_ones_stay(text: str, expected: str) -> None:
    assert clean_text(text) == expected


def test_every_control_and_format_character_is_hidden_but_visible_signs() -> None:
    visible = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    breaks = {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85}
    for code in range(0x110000):
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs") and code not in visible | breaks:
            assert clean_text(f"a{chr(code)}b") == "ab", hex(code)


@given(
    st.text(st.characters() | st.sampled_from("\u200d\u200c\ufe0f\u200b\u0301\u0323 \n\nेक👩é\u212b\u1fef1"))
)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()


@pytest.mark.parametrize("clean", [clean_text, read_markdown])
@pytest.mark.parametrize(
    "unit",
    [
        *"[*_`<>&\\#-|=~! \n\u200d\u0301\u00ad", "![", "[](", "**a ", "_a ", "`a", "<!--", "<a ",
        "<div hidden>", "# a\n", "- a\n", "a\n", "[a](", '[a](b "', "***a** ", "&#9", "<https://", "[a]:",
        "\u0315\u0300", "😀\u200d", "> > a\n",
    ],
    ids=repr,
)  # fmt: skip
def test_hostile_text_takes_linear_time(clean: Callable[[str], object], unit: str) -> None:
    assert grows_linearly(clean, unit)
