"""Files that were good once: each becomes an article whose sentences are its own, or one clear refusal."""

import random
from collections.abc import Callable
from pathlib import Path

from rag.cleaning import clean_text
from rag.errors import ReadError
from rag.passages import split_passages
from rag.readers import Unread, Upload, find_files, read_article, read_uploads
from rag.reading.confined import Confined
from rag.reading.parts import Reading
from rag.types import Article
from tests.fakes import HashEmbedder
from tests.made_files import book_file, json_lines, mail_file, web_archive, zip_file
from tests.soak import cases
from tests.test_documents import PAGE, pdf_file, word_file
from tests.test_kinds import RECORDS, ROW

SEED = 3
CORPUS = Path(__file__).parent.parent / "corpus"
PIECES = (  # what breaks readers: marks of other formats, hidden characters, halves of characters, long runs
    b"---\n",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xf0\x9f",
    "\u202e\u200b\ufeff".encode(),
    b"title: [\n",
    b"published_at: 2024-99-99\n",
    b"{{{ %s {0} }}}",
    b"<!--",
    b"[" * 3000,
    b"*_" * 2000,
    b"\r" * 50,
)


def mutate(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        at, to = sorted(chance.randrange(len(changed) + 1) for _ in range(2))
        kind = chance.randrange(4)
        if kind == 0 and changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del changed[at:to]
        elif kind == 2:
            changed[at:at] = chance.choice(PIECES)
        else:
            changed[at:at] = changed[at:to][:5000]
    return bytes(changed)


def test_a_mutated_file_is_an_article_or_refused_in_one_sentence(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    chance, embedder = random.Random(SEED), HashEmbedder()
    good = [path.read_bytes() for path in find_files([CORPUS])]
    read = refused = 0
    for number in range(cases(100, 2000)):
        path = tmp_path / f"{number}{chance.choice(('.md', '.txt'))}"
        path.write_bytes(mutate(chance.choice(good), chance))
        try:
            article = read_article(path, max_bytes=1_000_000)
        except ReadError as error:
            refused += 1
            assert len(str(error).splitlines()) == 1
            continue
        read += 1
        for passage in split_passages(article, embedder.count_tokens, 64):
            assert all(article.text[s.start : s.end] == s.text and s.text for s in passage.sentences)
    assert read and refused
    record_property("cases", read + refused)


GOOD = {
    ".pdf": pdf_file("The mill closed."),
    ".docx": word_file(),
    ".html": PAGE,
    ".eml": mail_file(page=PAGE.decode(), attached={"a.pdf": pdf_file("The quay was mended.")}),
    ".epub": book_file(),
    ".jsonl": json_lines([ROW] * 20),
    ".json": b"[" + json_lines([ROW] * 20).replace(b"\n", b",\n") + b"{}]",
    ".csv": b"title,text\n" + b'"Mill closes","It closed, they said."\n' * 20,
    ".warc": web_archive(RECORDS, packed=False),
    ".warc.gz": web_archive(RECORDS),
    ".zip": zip_file({"a.html": PAGE, "b.docx": word_file(), "c/d.md": b"# Quay\n\nIt was mended."}),
}


def test_a_mutated_file_of_another_kind_gives_articles_or_sentences(
    record_property: Callable[[str, object], None],
) -> None:
    chance, tried = random.Random(SEED), cases(33, 2000)
    kinds = list(GOOD)
    found: list[Article | Unread] = []
    with Confined() as child:
        for number in range(tried):
            kind = kinds[number % len(kinds)]
            upload = Upload(f"{number}{kind}", mutate(GOOD[kind], chance))
            read = list(read_uploads(upload, Reading(1_000_000), child))
            assert read, upload
            for one in read:
                if isinstance(one, Unread):
                    assert len(one.reason.splitlines()) == 1
                    assert one.reason.startswith(upload.name)
                else:
                    assert clean_text(one.text) == one.text
                    assert one.title and one.origin.startswith(upload.origin)
            assert len({one.id for one in read if isinstance(one, Article)}) == sum(
                isinstance(one, Article) for one in read
            )
            found += read
    assert {type(one) for one in found} == {Article, Unread}
    record_property("cases", tried)
