"""The articles page: add files, and find, order, read and remove what the library holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from rag.adding import FileVerdict, Outcome
from rag.answering import Readout
from rag.editions import copies, versions
from rag.errors import ReadoutError
from rag.listing import WEB, Listed, Order, find_listed, order_listed, short_origin
from rag.page.answers import notice_html
from rag.page.engine import get_readout
from rag.page.frame import count, draw_head
from rag.page.jobs import Job
from rag.readers import UPLOADED, Upload
from rag.show import coverage, outlets_words, safe
from rag.show_html import article_html, copy_html, earlier_html
from rag.types import date_label
from rag.web.addresses import ADDRESS_CHARACTERS

ROWS = 20  # articles on one page of the list: two screens, and quick to draw
POLL_SECONDS = 0.4  # between two looks at files that are being added
PATIENCE_SECONDS = 60.0  # that an upload waits for the library's place for a writer
REMOVE_SECONDS = 5.0  # the same for a reader who looks on
VERDICTS_MOST = 100  # shown of one upload; files that were not read come first
NAMED_MOST = 5  # articles named before many are removed
QUERY_CHARACTERS = 200
MARKS = {  # read without colour
    Outcome.ADDED: "✓ added",
    Outcome.REPLACED: "✓ replaced its earlier version",
    Outcome.COPY: "✓ kept as a copy",
    Outcome.UNCHANGED: "= there already",
    Outcome.EMPTY: "✗ empty",
    Outcome.UNREADABLE: "✗ not read",
    Outcome.LEFT_OUT: "– left out",
}
BAD = (Outcome.UNREADABLE, Outcome.EMPTY)


@dataclass(slots=True)
class Desk:
    """What one session does on this page."""

    adding: "Job[FileVerdict] | None" = None
    uploads: int = 0  # how many were begun: each has a fresh place for files
    unit: str = "file"  # what is added one by one, as a word


def show_articles(open_library: Callable[[], Readout] = get_readout) -> None:
    """The page on the library of the settings, or on what a test opens."""
    try:
        readout = open_library()
        span = readout.span()
        draw_head("Articles", coverage(span) if span.articles else "no articles yet")
        _draw_adding(readout)
        _draw_list(readout)
    except ReadoutError as error:
        draw_head("Articles", "")
        st.html(notice_html("Readout cannot use its library", str(error), fault=True))


def current_desk() -> Desk:
    if "desk" not in st.session_state:
        st.session_state.desk = Desk()
    desk: Desk = st.session_state.desk
    return desk


# Adding


def _draw_adding(readout: Readout) -> None:
    desk = current_desk()
    with st.container(key="adding"):
        if desk.adding and desk.adding.running:
            st.fragment(_draw_progress, run_every=POLL_SECONDS)(desk.adding, desk.unit)
            return
        key = f"files-{desk.uploads}"
        st.file_uploader(
            "Drop files here to add them: Markdown, plain text, saved web pages, PDF, Word (.docx), EPUB,"
            " mail (.eml), tables (.jsonl, .json, .csv), web archives (.warc), or a .zip of these."
            " One with the name of an earlier upload replaces it.",
            accept_multiple_files=True,
            key=key,
            on_change=_begin_adding,
            args=(readout, key),
        )
        _draw_address(readout)
        if desk.adding:
            st.html(verdicts_html(desk.adding, unit=desk.unit))
        else:
            st.html('<p class="r-foot">A whole folder: <code>readout add FOLDER</code></p>')


def _draw_address(readout: Readout) -> None:
    with (
        st.form("address-form", border=False, clear_on_submit=True),
        st.container(key="address", horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input(
            "Or paste the address of an article, a feed or a sitemap",
            key="address-typed",
            placeholder="https://",
            max_chars=ADDRESS_CHARACTERS,
        )
        st.form_submit_button("Add", on_click=_begin_fetching, args=(readout,))


def _begin_fetching(readout: Readout) -> None:
    """Only here does the page ask the web for anything: for the address that was typed."""
    address, desk = str(st.session_state["address-typed"]).strip(), current_desk()
    if not address:
        return
    if "://" not in address:
        address = f"https://{address}"

    def add(job: Job[FileVerdict]) -> None:
        def expect(more: int) -> None:
            job.tell(job.done, job.total + more)

        for verdict in readout.web.add([address], expect):
            job.results.append(verdict)
            job.tell(len(job.results), job.total)
            if job.stopped.is_set():
                return

    desk.adding, desk.unit = Job(add, 1), "web page"


def _begin_adding(readout: Readout, key: str) -> None:
    """Goes on in the background, so that another page or a click does not break it off."""
    files, desk = list(st.session_state[key] or ()), current_desk()
    if not files:
        return

    def add(job: Job[FileVerdict]) -> None:
        uploads = (Upload(file.name, file.getvalue()) for file in files)
        with readout.library.writing(PATIENCE_SECONDS):
            for verdict in readout.adder.add_uploads(uploads):
                job.results.append(verdict)
                job.tell(readout.adder.files_read, len(files))
                if job.stopped.is_set():
                    return

    desk.adding, desk.unit = Job(add, len(files)), "file"
    desk.uploads += 1


def _draw_progress(job: "Job[FileVerdict]", unit: str) -> None:
    if not job.running:
        st.rerun()
    st.progress(job.share, f"Reading {count(job.total, unit)}: {job.done} done")
    st.button("Stop", on_click=job.stop, disabled=job.stopped.is_set())
    if job.results:
        st.html(verdicts_html(job, 3, unit))


def verdicts_html(job: "Job[FileVerdict]", most: int = VERDICTS_MOST, unit: str = "file") -> str:
    """What became of each file, those that were not read first."""
    verdicts = list(job.results)
    bad = sum(verdict.outcome in BAD for verdict in verdicts)
    ordered = sorted(verdicts, key=lambda verdict: verdict.outcome not in BAD)
    rows = "".join(map(_verdict_html, ordered[:most]))
    more = f"<li>and {len(ordered) - most} more</li>" if len(ordered) > most else ""
    good, files = len(verdicts) - bad, count(job.total, unit)
    many = len(verdicts) > job.total  # files of more than one article are among them
    read = f"{count(good, 'article')} of {files}" if many else f"{count(good, unit)} of {job.total}"
    said = f"{read} read" + (f", {bad} not" if bad else "")
    fault = "" if job.running or not job.fault else notice_html("Not all was added", job.fault, fault=True)
    return f'{fault}<p class="r-group" role="status">{said}</p><ul class="r-verdicts">{rows}{more}</ul>'


def _verdict_html(verdict: FileVerdict) -> str:
    kind = "r-bad" if verdict.outcome in BAD else "r-good"
    name = safe(verdict.origin.removeprefix(UPLOADED))
    detail = safe(verdict.reason.removeprefix(f"{verdict.origin} ")) or (
        count(verdict.passages, "passage") if verdict.passages else ""
    )
    mark = f'<span class="{kind}">{MARKS[verdict.outcome]}</span>'
    return f"<li><b>{name}</b> {mark}{f' · {detail}' if detail else ''}</li>"


# The list


def _draw_list(readout: Readout) -> None:
    listed = readout.library.listed()
    if not listed:
        return
    with st.container(key="finding", horizontal=True, vertical_alignment="bottom"):
        query = st.text_input(
            "Find by title, outlet, author or file name", key="article-query", max_chars=QUERY_CHARACTERS
        )
        order = st.selectbox("Order", list(Order), key="article-order", width=190)
    found = order_listed(find_listed(listed, query), order or Order.NEWEST)
    pages = max(1, -(-len(found) // ROWS))
    page = min(int(st.session_state.get("article-page", 1)), pages)
    rows = found[(page - 1) * ROWS : page * ROWS]
    with st.container(key="found", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="r-group" role="status">{_found_words(listed, found, rows, page)}</p>')
        if query and found:
            label = f"Remove {'this one' if len(found) == 1 else f'all {len(found):,}'}"
            if st.button(label, key="remove-found", type="tertiary", icon=":material/delete:"):
                confirm_removal(readout, found)
    with st.container(key="articles"):
        for one in rows:
            _draw_row(readout, one)
    if pages > 1:
        st.pagination(pages, key="article-page")


def _found_words(listed: Sequence[Listed], found: Sequence[Listed], rows: Sequence[Listed], page: int) -> str:
    if not found:
        return f"None of {count(len(listed), 'article')} has these words. Fewer of them find more."
    first = (page - 1) * ROWS + 1
    shown = f"{first:,}–{first + len(rows) - 1:,} of " if len(found) > len(rows) else ""
    return f"{shown}{count(len(found), 'article')}" + (" found" if len(found) < len(listed) else "")


def _draw_row(readout: Readout, one: Listed) -> None:
    with st.container(key=f"row-{one.id}", horizontal=True, vertical_alignment="center"):
        st.html(row_html(one))
        if st.button("Read", key=f"read-{one.id}", type="tertiary", icon=":material/article:"):
            read_whole(readout, one)
        if st.button("Remove", key=f"remove-{one.id}", type="tertiary", icon=":material/delete:"):
            confirm_removal(readout, [one])


def row_html(one: Listed) -> str:
    facts = [
        f"<b>{safe(outlets_words(one.source, one.outlets[1:] if one.source else one.outlets))}</b>",
        date_label(one.published_at),
        count(one.passages, "passage"),
        safe(one.language),
        safe(file_name(one)),
    ]
    source = " · ".join(fact for fact in facts if fact)
    return (
        f'<div class="r-row"><p class="r-title">{safe(one.title)}</p><p class="r-source">{source}</p></div>'
    )


def file_name(one: Listed) -> str:
    """Of the file that it was read from, with its place in it, or the host."""
    return short_origin(one.origin.removeprefix(UPLOADED))


@st.dialog("In the library", width="medium")
def read_whole(readout: Readout, one: Listed) -> None:
    article = readout.article(one.id)
    if not article:
        st.html(notice_html("Gone", "This article is no longer in the library."))
        return
    added = f"added on {date_label(one.ingested_at)}" if one.ingested_at else ""
    facts = " · ".join(fact for fact in (origin_words(one), added, f"id {one.id}") if fact)
    st.html(article_html(article, (), "article", 0) + f'<p class="r-foot">{safe(facts)}</p>')
    if earlier := earlier_html(versions(readout.library, one.id), (), "earlier"):
        st.html(earlier)
    for number, copy in enumerate(copies(readout.library, one.id)):
        st.html(copy_html(copy, f"copy-{number}"))
        if st.button("Remove this copy", key=f"drop-{copy.id}", type="tertiary", icon=":material/delete:"):
            _drop_copy(readout, copy.id)


def _drop_copy(readout: Readout, copy_id: str) -> None:
    fault = remove_articles(readout, [copy_id])
    if fault:
        st.html(notice_html("Not removed", fault, fault=True))
        return
    st.toast("1 copy removed; the article stays.")
    st.rerun()


def origin_words(one: Listed) -> str:
    if one.origin.startswith(UPLOADED):
        return f"uploaded as {file_name(one)}"
    return f"read from {one.origin}"


@st.dialog("Remove from the library?")
def confirm_removal(readout: Readout, chosen: Sequence[Listed]) -> None:
    """Asks, and says what goes."""
    st.html(removal_html(chosen))
    with st.container(horizontal=True):
        sure = st.button("Remove", key="sure", type="primary")
        if st.button("Keep", key="keep"):
            st.rerun()
    if not sure:
        return
    fault = remove_articles(readout, [key for one in chosen for key in (one.id, *(c.id for c in one.also))])
    if fault:
        st.html(notice_html("Not removed", fault, fault=True))
        return
    st.toast(f"{count(len(chosen), 'article')} removed.")
    st.rerun()


def remove_articles(readout: Readout, ids: Sequence[str], seconds: float = REMOVE_SECONDS) -> str:
    """Why they could not be removed; empty if they are gone."""
    try:
        with readout.library.writing(seconds):
            readout.adder.remove(ids)
    except ReadoutError as error:
        return str(error)
    return ""


def removal_html(chosen: Sequence[Listed]) -> str:
    """What goes with the articles and what stays."""
    passages = count(sum(one.passages for one in chosen), "passage")
    named = "".join(f"<li>{safe(one.title)}</li>" for one in chosen[:NAMED_MOST])
    more = f"<li>and {len(chosen) - NAMED_MOST:,} more</li>" if len(chosen) > NAMED_MOST else ""
    uploaded = sum(one.origin.startswith(UPLOADED) for one in chosen)
    sentences = [f"{count(len(chosen), 'article')} and {passages} leave the library and are found no more."]
    if uploaded:
        whose = "It was" if len(chosen) == 1 else f"{uploaded:,} of them were"
        sentences.append(f"{whose} uploaded here: the library holds the only copy.")
    fetched = sum(one.origin.startswith(WEB) for one in chosen)
    if fetched:
        sentences.append("What was read from the web stays there, and does not come back by itself.")
    if uploaded + fetched < len(chosen):
        sentences.append(
            "The file that it was read from stays." if len(chosen) == 1 else "Files on the disk stay."
        )
    if also := sum(len(one.also) for one in chosen):
        which = "Its copy in another outlet goes" if also == 1 else f"{also:,} copies in other outlets go"
        sentences.append(f"{which} too; one alone is removed under Read.")
    sentences.append(
        "Answers that cite what is removed keep their quotations and say that the article is gone."
    )
    return f'<ul class="r-list">{named}{more}</ul><p class="r-sure">{" ".join(sentences)}</p>'
