"""What a removed source had is gone: found by nothing, in no file; and no source crowds out the others."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rag.editions import copies, versions
from rag.listing import find_listed
from rag.types import Article, Filters
from rag.words import content_stems
from tests.fakes import HashEmbedder, make_article
from tests.soak import cases
from tests.test_editions import report
from tests.test_index import Desk
from tests.test_retrieval import make_readout

SOURCE = "Quillwort Gazette"  # its words stand in nothing else
CANARIES = (b"quillwort", b"vellichor", b"zugzwang")
QUESTION = "What did the vellichor of Quillwort say of the zugzwang?"


def own_report(number: int) -> Article:
    text = report(number) + f" The vellichor {number} spoke of zugzwang."
    return make_article(f"own-{number}", text, f"Zugzwang {number}", SOURCE)


def wire(key: str, number: int, source: str) -> Article:
    """Some outlet's copy of a wire report; only its last words are its own."""
    return make_article(key, report(1000 + number, f"Reported by {source}."), f"{source} {number}", source)


def fill(desk: Desk, count: int) -> list[str]:
    """Reports of the source: articles of its own, updated ones, copies, and first ones of others' copies."""
    own = [own_report(number) for number in range(count)]
    updated = [
        replace(one, text=one.text + " Zugzwang again.", content_hash=f"{one.id}-2") for one in own[::2]
    ]
    leading = [wire(f"leading-{n}", n, SOURCE) for n in range(count)]
    led = [wire(f"led-{n}", n, "Honest Wire") for n in range(count)]
    first = [wire(f"first-{n}", count + n, "Honest Wire") for n in range(count)]
    following = [wire(f"following-{n}", count + n, SOURCE) for n in range(count)]
    others = [
        make_article(f"other-{n}", report(2000 + n), f"Other {n}", "Honest Daily") for n in range(count)
    ]
    outcomes = Counter(
        str(outcome)
        for part in (own, updated, others, leading, led, first, following)
        for outcome in desk.add(*part)
    )
    assert outcomes == {"added": 4 * count, "replaced": len(updated), "copy": 2 * count}
    return [one.id for one in (*own, *leading, *following)]


def files_with(home: Path) -> dict[str, list[bytes]]:
    found = {}
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            words = [
                word for word in CANARIES if word in content or word.decode().encode("utf-16-le") in content
            ]
            found |= {path.name: words} if words else {}
    return found


def test_a_removed_source_is_found_by_nothing_and_lies_in_no_file(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    count = cases(4, 60)
    desk = Desk(tmp_path / "home")
    ids = fill(desk, count)
    assert files_with(desk.home)["library.sqlite3-wal"] == list(CANARIES)
    assert {one.id for one in find_listed(desk.library.listed(), "quillwort")}
    with desk.library.writing():
        desk.adder.remove(ids)
    for key in ids:
        assert not desk.library.find(key) and not versions(desk.library, key)
        assert not desk.library.passages(article_id=key)
    for word in CANARIES:
        assert not desk.indexes.search_words(content_stems(word.decode()), 5)
        assert not find_listed(desk.library.listed(), word.decode())
    near = desk.indexes.search_vectors(desk.embedder.embed_question(QUESTION), 1000)
    assert near and not [key for key, _ in near if key.split(":")[0] in ids]
    assert SOURCE not in desk.library.sources()
    assert not desk.library.select(Filters(outlets=(SOURCE,))).versions
    assert desk.indexes.check().faults == ()
    assert files_with(desk.home) == {}  # while it is open
    assert {one.source for one in desk.library.articles()} == {"Honest Wire", "Honest Daily"}
    assert len(desk.library.articles()) == 3 * count  # the others' reports, each an article now
    assert not [one for article in desk.library.articles() for one in copies(desk.library, article.id)]
    with desk.library.writing():
        desk.indexes.rebuild()
    desk.close()
    assert files_with(desk.home) == {}
    indexes = [path.read_bytes() for path in desk.home.glob("indexes-*/**/*") if path.is_file()]
    assert not [
        key for key in ids for held in indexes if key.encode() + b":" in held
    ]  # made anew, the indexes know no id either
    record_property("cases", len(ids))


def test_a_removed_source_is_not_cited_again(tmp_path: Path) -> None:
    readout = make_readout(tmp_path, HashEmbedder(), tuple(own_report(n) for n in range(3)))  # type: ignore[arg-type]
    with readout.library.writing():
        list(readout.adder.add_articles([make_article("other", report(9), source="Honest Daily")]))
    assert {hit.article.source for hit in readout.retriever.retrieve(QUESTION).hits} >= {SOURCE}
    with readout.library.writing():
        readout.adder.remove(["own-0", "own-1", "own-2"])
    found = readout.retriever.retrieve(QUESTION)
    assert {hit.article.source for hit in found.hits} <= {"Honest Daily"}
    assert found.span.articles == 1
    readout.close()


def test_a_flood_of_one_article_leaves_room_for_others(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A long article in which each passage repeats the question, and a few others that answer it once."""
    count = cases(30, 300)
    line = "The vellichor of Quillwort said of the zugzwang what the vellichor said before, number {}."
    flood = make_article("flood", "\n\n".join(" ".join([line.format(n)] * 12) for n in range(count)))
    others = tuple(
        make_article(f"other-{n}", f"{report(n)} The vellichor of Quillwort {n} denied the zugzwang.")
        for n in range(6)
    )
    readout = make_readout(tmp_path, HashEmbedder(), (flood, *others))  # type: ignore[arg-type]
    assert len(readout.library.passages(article_id="flood")) >= count
    hits = readout.retriever.retrieve(QUESTION).hits
    shown = Counter(hit.article.id for hit in hits)
    assert shown["flood"] == readout.settings.per_article == 3
    assert len(shown) >= 4 and len(hits) == readout.settings.hits
    record_property("cases", count)
    readout.close()
