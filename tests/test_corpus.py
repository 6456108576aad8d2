"""The sample articles: each can be read, is dated, says what it rests on and has a fitting length."""

from pathlib import Path

import pytest

from rag.readers import find_files, read_article

CORPUS = Path(__file__).parent.parent / "corpus"
FILES = find_files([CORPUS])
NAMES = [path.stem for path in FILES]


def test_there_are_enough_of_them_and_the_readme_is_none() -> None:
    assert len(FILES) >= 36
    assert "README" not in NAMES


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_an_article_is_dated_names_its_source_and_is_neither_short_nor_long(path: Path) -> None:
    article = read_article(path, max_bytes=100_000)
    assert article.published_at is not None
    assert article.published_at.utcoffset() is not None
    assert path.name.startswith(f"{article.published_at:%Y-%m-%d}-")
    assert article.source.startswith("Readout sample desk, after: ")
    assert article.title
    assert 250 <= len(article.text.split()) <= 700


def test_no_two_articles_have_the_same_title() -> None:
    titles = [read_article(path, max_bytes=100_000).title for path in FILES]
    assert len(set(titles)) == len(titles)
