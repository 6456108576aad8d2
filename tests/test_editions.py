"""Wire copies are kept under one article, earlier versions beside it; nothing of either is lost."""

import multiprocessing
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.conversations import changed_articles, changes_since, lost_sentences
from rag.editions import VERSIONS_MOST, copies, find_copy, find_leader, leader_of, versions
from rag.embedding import EmbeddedEncoder
from rag.library import Library
from rag.listing import find_listed
from rag.shingles import COPY_LEAST, SHINGLES_LEAST, bands, resemblance, shingles
from rag.show import outlet
from rag.show_conversation import FORMATS, export_conversation
from rag.types import Article, Citation, Filters, KeptConversation, KeptExchange
from tests.answers import ARTICLE, make_answer, make_citation
from tests.fakes import make_article
from tests.growth import grows_linearly
from tests.soak import cases
from tests.test_index import Desk
from tests.test_kill import run, state_of
from tests.test_retrieval import make_readout

MOMENT = datetime(2024, 5, 1, 8, 30, tzinfo=UTC)

_WORDS = "harbour council vote tax bridge school budget storm night mayor".split()


def report(number: int, last: str = "The council meets again in May.") -> str:
    """A report of 120 words of its own; `last` is what an outlet adds."""
    chance = random.Random(number)
    words = [f"{chance.choice(_WORDS)}{chance.randrange(9000)}" for _ in range(120)]
    lines = [" ".join(words[at : at + 12]).capitalize() + "." for at in range(0, 120, 12)]
    return f"{' '.join(lines)} {last}"


def wire(name: str, number: int = 1, last: str = "") -> Article:
    """Some outlet's copy of a report."""
    day = datetime(2024, 4, 26 + len(name) % 7, 9, 10, tzinfo=UTC)
    text = report(number, last or f"Reported by {name}.")
    return make_article(f"{name.lower()}-{number}", text, f"{name} on {number}", name, day)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "home")
    outcomes = desk.add(wire("AP"), wire("Reuters"), make_article("other", report(2)), wire("Guardian"))
    assert sorted(outcomes) == ["added", "added", "copy", "copy"]
    return desk


# Likeness


def test_what_counts_as_a_copy_is_the_share_of_common_runs_of_words() -> None:
    words = [f"word{n}" for n in range(104)]  # 100 shingles
    one = shingles(" ".join(words))
    assert len(one) == 100
    assert resemblance(one, shingles(" ".join(words).upper().replace(" ", ", "))) == 1
    cut = shingles(" ".join(words[:84]))  # 80 of these
    assert resemblance(one, cut) == pytest.approx(0.8)
    changed = [*words]
    changed[50] = "another"  # is in five shingles, five others come
    assert resemblance(one, shingles(" ".join(changed))) == pytest.approx(95 / 105)


def test_copies_share_a_band_and_others_do_not() -> None:
    shared = others = 0
    for number in range(200):
        words = report(number).split()
        cut = " ".join(words[: round(len(words) * 0.82)])
        assert resemblance(shingles(report(number)), shingles(cut)) >= COPY_LEAST
        shared += bool(bands(report(number)) & bands(cut))
        others += bool(bands(report(number)) & bands(report(number + 1000)))
    assert shared >= 198  # 99.8 in 100 at .8
    assert others == 0


def test_short_texts_are_compared_with_none() -> None:
    short = " ".join(f"word{n}" for n in range(SHINGLES_LEAST + 3))
    assert not bands(short)
    assert len(bands(short + " more")) == 12
    assert resemblance(shingles(short), shingles(short)) == 0
    assert not bands("")


@pytest.mark.alone
def test_bands_take_time_in_proportion_to_the_text() -> None:
    def work(text: str) -> None:
        bands(" ".join(map(str, range(len(text) // 6))))

    assert grows_linearly(work, "word ")


# Copies


def test_copies_are_kept_with_the_first_and_keep_their_own_fields(desk: Desk) -> None:
    assert [article.id for article in desk.library.articles(["ap-1"])] == ["ap-1"]
    assert {article.id for article in desk.library.articles()} == {"ap-1", "other"}
    article = desk.library.article("ap-1")
    assert article is not None
    assert [one.source for one in article.also] == ["Reuters", "Guardian"]
    assert outlet(article) == "AP, also Reuters, Guardian"
    kept = find_copy(desk.library, "reuters-1")
    assert kept and replace(kept, ingested_at=None, language="") == wire("Reuters")
    assert desk.library.find("reuters") == ["reuters-1"]
    assert desk.indexes.check().faults == ()
    assert desk.library.span().articles == 2
    assert set(desk.library.sources()) == {"AP", "Reuters", "Guardian", "Example Wire"}


def test_adding_a_copy_again_changes_nothing(desk: Desk) -> None:
    before = desk.library.state()
    assert desk.add(wire("Reuters"), wire("AP"), wire("Guardian")) == ["unchanged"] * 3
    assert desk.library.state() == before
    moved = replace(wire("Reuters"), id="reuters-moved", origin="/articles/moved.md")
    assert desk.add(moved) == ["unchanged"]


def test_a_filter_and_the_list_find_it_under_each_outlet(desk: Desk) -> None:
    for name in ("AP", "Reuters", "Guardian"):
        selection = desk.library.select(Filters(outlets=(name,)))
        assert {version.split(":")[0] for version in selection.versions} == {"ap-1"}
        (found,) = find_listed(desk.library.listed(), name)
        assert found.id == "ap-1"
    day = wire("Guardian").published_at
    assert day and day != wire("AP").published_at
    selection = desk.library.select(Filters(outlets=("Guardian",), first=day.date(), last=day.date()))
    assert len(selection.versions) == 1
    assert not desk.library.select(Filters(outlets=("Guardian",), last=date(2024, 1, 1))).versions


def test_removing_one_leaves_the_others(desk: Desk) -> None:
    with desk.library.writing():
        desk.adder.remove(["reuters-1"])
    assert [one.id for one in copies(desk.library, "ap-1")] == ["guardian-1"]
    with desk.library.writing():
        desk.adder.remove(["ap-1"])
    article = desk.library.article("guardian-1")
    assert article and replace(article, ingested_at=None, language="") == wire("Guardian")
    assert leader_of(desk.library, "guardian-1") == ""
    assert desk.found("Reported by Guardian")[0] == "guardian-1"
    assert desk.indexes.check().faults == ()
    assert desk.library.sources() == ("Example Wire", "Guardian")
    with desk.library.writing():
        desk.adder.remove(["guardian-1"])
    assert {one.id for one in desk.library.articles()} == {"other"}


def test_removing_the_first_gives_the_others_a_new_one(desk: Desk) -> None:
    with desk.library.writing():
        desk.adder.remove(["ap-1"])
    article = desk.library.article("reuters-1")
    assert article
    assert outlet(article) == "Reuters, also Guardian"
    assert desk.library.faults() == []
    with desk.library.writing():
        desk.adder.remove(["guardian-1", "reuters-1"])
    assert {one.id for one in desk.library.articles()} == {"other"}


def test_copies_part_from_an_article_that_says_something_else(desk: Desk) -> None:
    text = report(1, "A correction of two words.")
    assert desk.add(replace(wire("AP"), text=text, content_hash="c1")) == ["replaced"]
    assert [one.id for one in copies(desk.library, "ap-1")] == ["reuters-1", "guardian-1"]
    assert desk.add(replace(wire("AP"), text=report(9), content_hash="c2")) == ["replaced"]
    assert copies(desk.library, "ap-1") == []
    assert [one.id for one in copies(desk.library, "reuters-1")] == ["guardian-1"]
    assert [one.article.text for one in versions(desk.library, "ap-1")] == [text, wire("AP").text]
    assert desk.indexes.check().faults == ()


def test_reports_with_other_numbers_are_no_copies(desk: Desk) -> None:
    (twelve, fifteen) = (
        report(7, f"The storm killed {n} people, the council said.") for n in ("12", "fifteen")
    )
    assert desk.add(make_article("twelve", twelve), make_article("fifteen", fifteen)) == ["added", "added"]
    assert desk.add(make_article("again", twelve + " More soon.")) == ["copy"]
    assert leader_of(desk.library, "again") == "twelve"
    corrected = replace(make_article("twelve", fifteen + " Corrected."), content_hash="c1")
    assert desk.add(corrected) == ["replaced"]
    assert leader_of(desk.library, "again") == ""
    assert {"again", "twelve", "fifteen"} <= {one.id for one in desk.library.articles()}


def test_a_copy_that_says_something_else_becomes_an_article(desk: Desk) -> None:
    changed = replace(wire("Reuters"), text=report(8), content_hash="c1")
    assert desk.add(changed) == ["replaced"]
    assert {one.id for one in desk.library.articles()} == {"ap-1", "other", "reuters-1"}
    assert [one.id for one in copies(desk.library, "ap-1")] == ["guardian-1"]
    assert [one.article.text for one in versions(desk.library, "reuters-1")] == [wire("Reuters").text]
    nearer = replace(wire("Guardian"), text=report(1, "Edited by the night desk."), content_hash="c2")
    assert desk.add(nearer) == ["replaced"]
    assert leader_of(desk.library, "guardian-1") == "ap-1"
    assert len(versions(desk.library, "guardian-1")) == 1


def test_a_report_with_a_sentence_of_its_own_is_no_copy_and_the_sentence_is_found(desk: Desk) -> None:
    own = "Two divers from Marrow refused to leave the flooded quay."
    assert desk.add(make_article("local", report(1, own))) == ["added"]
    assert any(own in stored.passage.text for stored in desk.library.passages(article_id="local"))
    assert desk.add(make_article("short", report(1, "Reporting by the coast desk."))) == ["copy"]
    shorter = replace(wire("AP"), text=report(1, "By AP."), content_hash="c3")
    assert desk.add(shorter) == ["replaced"]
    fuller = make_article("fuller", report(2, own))  # of report 2, whose article lacks that sentence
    assert desk.add(fuller) == ["added"]


def test_copies_are_found_by_an_index_and_not_by_reading_all(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add(*(make_article(f"a-{number}", report(number)) for number in range(40)))
    plan = desk.library.rows(
        "EXPLAIN QUERY PLAN SELECT a.id FROM bands b JOIN articles a ON a.id = b.article_id"
        " WHERE b.band IN (1, 2) GROUP BY a.id"
    )
    assert all("SCAN" not in row[3] or row[3].split()[-1] == "b" for row in plan), plan
    assert any("SEARCH b USING" in row[3] for row in plan), plan
    near = make_article("new", report(17, "Reporting by the wire."))
    assert find_leader(desk.library, near, bands(near.text)) == "a-17"
    far = make_article("new", report(99))
    assert find_leader(desk.library, far, bands(far.text)) == ""


def test_an_outlet_named_in_a_question_finds_its_copy(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    text = (
        "Blinken met Wang in Beijing on Friday and spoke with him for five hours about trade, about Taiwan"
        " and about the war in Ukraine. Both called the talks candid. They will meet again before the summer."
    )
    first = make_article("ap", text, "Talks in Beijing", "AP")
    second = make_article("verge", text + " Reported by AP.", "Long talks", "The Verge")
    others = tuple(make_article(f"filler-{n}", f"The town of Linden {n} opened a bridge.") for n in range(12))
    readout = make_readout(tmp_path, encoder, (first, second, *others))
    question = "How long, according to The Verge, did Blinken and Wang speak?"
    hit = readout.retriever.retrieve(question).hits[0]
    assert outlet(hit.article) == "AP, also The Verge"
    filtered = readout.retriever.retrieve(question, filters=Filters(outlets=("The Verge",))).hits
    assert {one.article.id for one in filtered} == {"ap"}
    answer = list(readout.ask("How long did Blinken and Wang speak?"))[-1]
    citation = answer.citations[0]  # type: ignore[union-attr]
    assert outlet(citation) == "AP, also The Verge"


# Versions


def test_an_updated_article_keeps_what_it_said_before(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    first = make_article("a", "The fire killed 12 people. It began at night.")
    second = replace(first, text="The fire killed 15 people. It began at night.", content_hash="second")
    assert [*desk.add(first), *desk.add(second)] == ["added", "replaced"]
    (earlier,) = versions(desk.library, "a")
    assert replace(earlier.article, ingested_at=None, language="") == first
    assert earlier.article.ingested_at and earlier.replaced_at >= earlier.article.ingested_at
    desk.add(first)  # back again: it is no earlier version then
    assert [one.article.content_hash for one in versions(desk.library, "a")] == ["second"]
    desk.remove("a")
    assert versions(desk.library, "a") == []


def test_only_the_latest_versions_are_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for number in range(VERSIONS_MOST + 4):
        article = replace(make_article("live", f"Line {number}."), content_hash=f"hash-{number:04}")
        desk.library.add(article, (), ())
    kept = versions(desk.library, "live")
    assert len(kept) == VERSIONS_MOST
    assert {one.article.text for one in kept} == {f"Line {n}." for n in range(3, VERSIONS_MOST + 3)}


def test_an_answer_knows_which_cited_sentences_left_their_article(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    article = make_article("a", "The fire killed 12 people. It began at night.")

    def cite(number: int, start: int, end: int) -> Citation:
        citation = make_citation(number, 0)
        return replace(
            citation,
            article_id="a",
            content_hash=article.content_hash,
            start=start,
            end=end,
            quote=article.text[start:end],
        )

    desk.add(article)
    answer = make_answer()
    claims = (replace(answer.claims[0], citations=(cite(1, 0, 26), cite(2, 27, 45))),)
    answer = replace(answer, claims=claims)
    assert changed_articles(desk.library, [answer]) == {}
    desk.add(replace(article, text="The fire killed 15 people. It began at night.", content_hash="second"))
    changed = changed_articles(desk.library, [answer])
    assert changed == {("a", article.content_hash): True}
    assert lost_sentences(desk.library, [answer], changed) == {("a", article.content_hash, 0)}


def test_show_tells_of_copies_and_earlier_versions(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add(wire("AP"), wire("Reuters"), replace(wire("AP"), text=report(1, "More."), content_hash="new"))
    desk.close()
    environment = {"READOUT_HOME": str(tmp_path)}

    def shown(*words: str) -> str:
        done = CliRunner().invoke(app, [*words], env=environment)
        return done.output if done.exit_code == 0 else str(done.exception)

    assert "Copy:      reuters-1 (Reuters)" in shown("show", "ap-1")
    assert "--earlier 1" in shown("show", "ap-1")
    assert "Reported by AP." in shown("show", "ap-1", "--earlier", "1")
    assert "holds 1 earlier versions of ap-1, not 2" in shown("show", "ap-1", "--earlier", "2")
    assert "Copy of:   ap-1" in shown("show", "reuters")
    assert "AP, also Reuters" in shown("list")
    assert '"id": "reuters-1"' in shown("list", "--json")


# Crashes


def write_wires(folder: Path, edition: int) -> None:
    """Reports of three outlets each, and some that change or part in the second edition."""
    folder.mkdir(exist_ok=True)
    for number in range(5):
        for name in ("ap", "reuters", "zeit"):
            base = number if edition == 1 or name != "ap" or number % 2 else number + 100
            text = report(base, f"Edited {'early' if edition == 1 else 'late'} by {name}.")
            head = f"---\ntitle: Report {number}\nsource: {name}\n---\n\n"
            (folder / f"{number}-{name}.md").write_text(f"{head}{text}\n")


def kept_in(home: Path) -> dict[str, tuple[str, str]]:
    """Every article and copy: its content and the article that it is kept with."""
    library = Library(home)
    found = {one.id: (one.content_hash, "") for one in library.articles()}
    for leader in list(found):
        found |= {one.id: (one.content_hash, leader) for one in copies(library, leader)}
    assert library.faults() == []
    library.close()
    return found


def test_nothing_is_lost_where_adding_copies_is_killed(
    tmp_path: Path,
    forkserver: multiprocessing.context.ForkServerContext,
    record_property: Callable[[str, object], None],
) -> None:
    from tests.test_kill import add_folder

    folder = tmp_path / "articles"
    write_wires(folder, 1)
    before = tmp_path / "before"
    run(forkserver, add_folder, before, folder, tmp_path / "log")
    earlier = kept_in(before)
    assert len(earlier) == 15
    assert sum(leader == "" for _, leader in earlier.values()) == 5
    write_wires(folder, 2)
    clean = tmp_path / "clean"
    shutil.copytree(before, clean)
    run(forkserver, add_folder, clean, folder, tmp_path / "log-clean")
    wanted = kept_in(clean)
    assert len(wanted) == 15
    assert sum(leader == "" for _, leader in wanted.values()) == 8  # three parted from their copies

    moments, killed = random.Random(5), 0
    for tried in range(4 * cases(2, 50)):
        home, log = tmp_path / f"home-{tried}", tmp_path / f"log-{tried}"
        shutil.copytree(before, home)
        killed += run(forkserver, add_folder, home, folder, log, after=moments.uniform(0.05, 0.6))
        there = kept_in(home)
        assert set(there) == set(wanted)  # neither lost nor double
        assert all(there[key][0] in (earlier[key][0], wanted[key][0]) for key in wanted)
        state_of(home)  # and all that is there is found
        run(forkserver, add_folder, home, folder, log)
        assert {key: value[0] for key, value in kept_in(home).items()} == {
            key: value[0] for key, value in wanted.items()
        }
        shutil.rmtree(home)
        if killed >= cases(2, 50):
            break
    assert killed >= cases(2, 50)
    record_property("cases", killed)


def test_what_is_exported_says_what_changed_since(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add(ARTICLE)
    kept = KeptConversation("one", "Talks", MOMENT, (KeptExchange("a", "How long?", MOMENT, make_answer()),))
    assert changes_since(desk.library, kept) == {}
    desk.add(replace(ARTICLE, text=ARTICLE.text.replace("five hours", "six hours"), content_hash="second"))
    since = changes_since(desk.library, kept)
    assert since["a"].endswith("The sentence cited from what changed is no longer in it.")
    for kind in FORMATS:
        words = "no longer in it" in export_conversation(kept, kind, since)
        assert words and "no longer in it" not in export_conversation(kept, kind)
    desk.add(replace(ARTICLE, text=f"{ARTICLE.text} More.", content_hash="third"))
    assert "is still in it" in changes_since(desk.library, kept)["a"]
    desk.remove(ARTICLE.id)
    assert "left the library since" in changes_since(desk.library, kept)["a"]
