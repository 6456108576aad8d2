"""The command `readout`. Draws on the terminal; all work is done by the stages, imported where used."""

import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import ReadoutError

if TYPE_CHECKING:
    from rich.progress import Progress, Task

    from rag.adding import FileVerdict
    from rag.answering import Readout
    from rag.settings import Settings
    from rag.types import Answer, Filters, Retrieval

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ask a collection of news articles; check every answer against the sentences it rests on.",
)

NO_LONGER_HOLDS = 3  # exit code; 1 is an error and 2 a wrong command line

SourcesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH|URL...",
        help="Files and folders of articles, and addresses of web pages; which kinds: see the README.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
OutletOption = Annotated[
    list[str] | None,
    typer.Option(help="Only articles of outlets whose name holds these words (repeatable: any of them)."),
]
FromOption = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="Only articles published on this day or later."),
]
UntilOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only articles published on this day or before.")
]
LanguageOption = Annotated[
    list[str] | None, typer.Option(help="Only articles in this language, e.g. en (repeatable).")
]
AsIsOption = Annotated[
    bool, typer.Option("--as-is", help="Search as typed: no follow-up made whole, no slip of the pen mended.")
]


def main() -> None:
    """Entry point: expected errors become one line and exit code 1."""
    try:
        app()
    except ReadoutError as error:
        say(f"readout: {_on_one_line(str(error))}", error=True)
        sys.exit(1)


def say(text: str = "", *, error: bool = False, end: str = "\n") -> None:
    """Prints text as it is: no markup is read in it."""
    stream = sys.stderr if error else sys.stdout
    stream.write(text + end)
    stream.flush()


def say_error(text: str) -> None:
    say(text, error=True)


def _on_one_line(text: str) -> str:
    """`text` without what does not print: the name of a file may hold line ends and orders to a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


@contextmanager
def opened(settings: "Settings | None" = None) -> Iterator["Readout"]:
    from rag.answering import open_readout
    from rag.logs import write_lines
    from rag.settings import load_settings

    settings = settings or load_settings()
    log = logging.getLogger("readout")  # ours alone: others' logs may hold what was sent
    if settings.log_format == "json":
        write_lines(sys.stderr, settings.log_level)
    else:
        log.addHandler(logging.StreamHandler())
        log.setLevel(settings.log.upper())
    readout = open_readout(settings, report=say_error)
    try:
        yield readout
    finally:
        readout.close()


@contextmanager
def progress_bar(unit: str) -> Iterator["Progress"]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Pace(ProgressColumn):
        """The task's field `passages` over the time that it has run; nothing where it counts none."""

        def render(self, task: "Task") -> Text:
            done, seconds = task.fields.get("passages", 0), task.elapsed
            return Text(f"{done / seconds:.0f} passages/s" if done and seconds else "")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        Pace(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield progress


@app.command()
def add(
    sources: SourcesArgument,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Only if the library holds no articles yet.")
    ] = False,
    fields: Annotated[
        str, typer.Option(help="Columns of tables with other names than usual: text=body,title=headline.")
    ] = "",
) -> None:
    """Add articles: files, folders with all that is in them, web pages. May be stopped and run again."""
    from rag.adding import gather_files
    from rag.reading.tables import parse_fields

    columns = parse_fields(fields)
    paths = [Path(source) for source in sources if "://" not in source]
    addresses = [source for source in sources if "://" in source]
    with opened() as readout:
        files = gather_files(paths) if paths else []
        if if_empty and not readout.adder.wanted(files):
            return
        tally = Tally("Adding", len(files), len(addresses))
        with tally.running():
            if files:
                with readout.library.writing():
                    tally.count(readout.adder.add(files, columns), lambda: readout.adder.files_read)
            tally.count(readout.web.add(addresses, tally.expect))
        tally.say_end(readout)


@app.command()
def refresh(
    addresses: Annotated[
        list[str] | None,
        typer.Argument(metavar="[URL]...", help="Only these; without any, all that were added."),
    ] = None,
) -> None:
    """Visit web pages and feeds of the library again: new entries are added, changed pages replaced."""
    with opened() as readout:
        tally = Tally("Refreshing", 0, 0)
        with tally.running():
            tally.count(readout.web.refresh(addresses or (), tally.expect))
        tally.say_end(readout)


class Tally:
    """The verdicts of an add: each is shown as it comes, with progress, and all are counted at the end."""

    def __init__(self, what: str, files: int, addresses: int) -> None:
        units = (f"{files} files" if files else "", f"{addresses} addresses" if addresses else "")
        self._what = what
        self._unit = "files" if files and not addresses else "addresses" if addresses and not files else ""
        self._named = " and ".join(unit for unit in units if unit)
        self._given = self._total = files + addresses
        self._done = 0  # of the total; each gives one verdict or more
        self._passages = 0
        self._verdicts: list[FileVerdict] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Shows progress; Ctrl-C ends the command with what is done already."""
        try:
            with progress_bar(self._unit) as self._progress:
                self._task = self._progress.add_task(self._what, total=self._total, passages=0)
                yield
        except KeyboardInterrupt:
            from rag.reading.parts import INSIDE

            came = len(self._verdicts)
            parts = any(INSIDE in verdict.origin for verdict in self._verdicts)
            one_each = not parts and came <= self._done + 1 and self._total == self._given > 0
            done = f"{came} of {self._named}" if one_each else f"{came} articles"
            say_error(
                f"Stopped after {done}; these are in the library, whole."
                " Run the same command again to go on with the rest."
            )
            raise typer.Exit(130) from None  # what a shell gives for Ctrl-C

    def expect(self, more: int) -> None:
        """So many more verdicts will come than was known."""
        self._total += more
        self._progress.update(self._task, total=self._total)

    def count(self, verdicts: "Iterable[FileVerdict]", done: "Callable[[], int] | None" = None) -> None:
        """`done`: how many of the total these verdicts stand for by now; without it, each for one."""
        before = self._done
        for number, verdict in enumerate(verdicts, start=1):
            self._verdicts.append(verdict)
            self._passages += verdict.passages
            self._done = before + (done() if done else number)
            self._progress.update(self._task, completed=self._done, passages=self._passages)
            say(_verdict_line(verdict))
        if done:  # the last verdict of a file comes before its end
            self._done = before + done()
            self._progress.update(self._task, completed=self._done)

    def say_end(self, readout: "Readout") -> None:
        """The counts; exit code 1 where something was not read."""
        from rag.adding import Outcome

        counts = {o: sum(v.outcome is o for v in self._verdicts) for o in Outcome}
        words = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
        came, held = len(self._verdicts), readout.span().articles
        many = [f"{came} articles"] if came > self._given else []
        seen = ", ".join([self._named, *many] if self._given else [f"{came} addresses"])
        say(f"{seen}: {words or 'nothing to do'}. The library holds {held} articles.")
        if counts[Outcome.UNREADABLE]:
            raise typer.Exit(1)


def _verdict_line(verdict: "FileVerdict") -> str:
    parts = [f"{verdict.outcome:<10}", verdict.origin]
    if verdict.article_id:
        parts.append(f"→ {verdict.article_id}")
    if verdict.passages:
        parts.append(f"({verdict.passages} passages)")
    if verdict.reason:
        parts.append(f"– {verdict.reason}")
    return _on_one_line(" ".join(parts))


@app.command("list")
def list_articles(as_json: JsonOption = False) -> None:
    """List the articles of the library, newest first, with the other outlets of each."""
    from rag.show import clean, outlet
    from rag.types import date_label

    with opened() as readout:
        articles = readout.articles()
    if as_json:
        rows = [
            {
                "id": article.id,
                "title": article.title,
                "source": article.source,
                "published_at": _iso(article.published_at),
                "updated_at": _iso(article.updated_at),
                "url": article.url,
                "origin": article.origin,
                "content_hash": article.content_hash,
                "copies": [
                    {
                        "id": one.id,
                        "title": one.title,
                        "source": one.source,
                        "published_at": _iso(one.published_at),
                        "url": one.url,
                    }
                    for one in article.also
                ],
            }
            for article in articles
        ]
        say(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not articles:
        say("No articles yet. Add some: readout add corpus/")
    for article in articles:
        say(f"{article.id}\n    {article.title}")
        say(clean(f"    {outlet(article)} · {date_label(article.published_at)}"))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@app.command()
def show(
    article_id: Annotated[
        str, typer.Argument(metavar="ID", help="An article's or a copy's id, or its beginning.")
    ],
    earlier: Annotated[
        int, typer.Option(metavar="N", min=0, help="Show the Nth version before this one instead.")
    ] = 0,
) -> None:
    """Show one article: what is known of it, its copies and earlier versions, then its text."""
    from rag.editions import find_copy, leader_of, versions
    from rag.show import clean

    with opened() as readout:
        whole = _one_id(readout, article_id)
        article = readout.library.article(whole) or find_copy(readout.library, whole)
        leader, before = leader_of(readout.library, whole), versions(readout.library, whole)
    assert article is not None
    if earlier > len(before):
        raise ReadoutError(f"The library holds {len(before)} earlier versions of {whole}, not {earlier}.")
    if earlier:
        article = before[earlier - 1].article
    facts = {
        "Id": article.id,
        "Outlet": article.source,
        "Authors": ", ".join(article.authors),
        "Published": _iso(article.published_at),
        "Updated": _iso(article.updated_at),
        "Address": article.url,
        "Read from": article.origin,
        "Added": _iso(article.ingested_at),
        "Content": article.content_hash,
    }
    if leader:
        facts["Copy of"] = leader
    for number, one in enumerate(before, 1):
        facts[f"Earlier {number}"] = f"replaced {_iso(one.replaced_at)} (--earlier {number})"
    say(article.title + "\n")
    for name, value in facts.items():
        say(_on_one_line(f"{name + ':':<11}{value or '–'}"))
    for copy in article.also:
        say(clean(f"{'Copy:':<11}{copy.id} ({copy.source or 'outlet not named'})"))
    say("\n" + article.text)


def _one_id(readout: "Readout", start: str) -> str:
    found = readout.library.find(start)
    if len(found) == 1:
        return found[0]
    if found:
        raise ReadoutError(f"{len(found)} articles begin with '{start}'. Give more of the id: readout list")
    raise ReadoutError(f"No article has the id '{start}'. See the ids: readout list")


@app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of articles, or their beginnings.")],
) -> None:
    """Remove articles, with their passages and vectors. Their files stay."""
    with opened() as readout, readout.library.writing():
        whole = [_one_id(readout, start) for start in ids]
        readout.adder.remove(whole)
    for article_id in whole:
        say(f"removed    {article_id}")


@app.command()
def search(
    question: str,
    hits: Annotated[int, typer.Option(min=1, max=50, help="Passages to show.")] = 5,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day that 'last week' counts from.")
    ] = None,
    outlet: OutletOption = None,
    first: FromOption = None,
    until: UntilOption = None,
    language: LanguageOption = None,
    as_is: AsIsOption = False,
) -> None:
    """Show the passages found for a question, with their scores and best sentence."""
    from rag.show import clean, copies_words, copy_words
    from rag.show import outlet as outlet_of
    from rag.types import date_label

    with opened() as readout:
        filters = _filters(readout, outlet, first, until, language)
        asked = question if as_is else readout.as_searched(question)
        found = readout.retriever.retrieve(
            question, asked=asked, as_of=_day(as_of), most=hits, filters=filters
        )
    _say_asked(found)
    for place, hit in enumerate(found.hits, start=1):
        article, signals = hit.article, hit.signals
        say(f"{place}. {article.title}")
        say(clean(f"   {outlet_of(article)} · {date_label(article.published_at)} · {article.id}"))
        say(
            f"   score {hit.score:.2f} (words {signals.words:.1f}, vector {signals.vector:.2f},"
            f" sentence {signals.sentence:.2f}, coverage {signals.coverage:.0%})"
        )
        best = hit.passage.sentences[hit.best]
        say(f"   » {best.text}  [{best.start}–{best.end}]")
        if hit.copies:
            say(clean(f"   {copies_words(hit)}"))
        for copy in hit.copies:
            say(clean(f"     = {copy_words(copy)}"))
        say()
    if filters:
        say(f"Searched: {found.span.articles} of {found.span.of} articles.")
    covered = "enough" if found.enough else "too little"
    say(f"Evidence: {found.evidence:.0%} ({covered} to answer). {found.note}".rstrip())


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _filters(
    readout: "Readout",
    outlets: list[str] | None,
    first: datetime | None,
    until: datetime | None,
    languages: list[str] | None,
) -> "Filters":
    """What the options ask. Raises QuestionError for an outlet that is not in the library."""
    from rag.errors import QuestionError
    from rag.types import Filters

    sources = readout.span().sources
    named: dict[str, None] = {}
    for words in outlets or ():
        found = [source for source in sources if words.casefold() in source.casefold()]
        if not found:
            raise QuestionError(f"No outlet of the library has '{words}' in its name. See them: readout list")
        named |= dict.fromkeys(found)
    wanted = tuple(language.strip().lower() for language in languages or ())
    return Filters(tuple(named), _day(first), _day(until), wanted)


@app.command()
def ask(
    question: str,
    after: Annotated[
        list[str] | None, typer.Option(help="An earlier question of the same conversation (repeatable).")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day that 'last week' counts from.")
    ] = None,
    as_json: JsonOption = False,
    model: Annotated[
        str | None, typer.Option(help="Language model, e.g. openai:gpt-5-mini; overrides READOUT_MODEL.")
    ] = None,
    outlet: OutletOption = None,
    first: FromOption = None,
    until: UntilOption = None,
    language: LanguageOption = None,
    save: Annotated[
        list[Path] | None, typer.Option(help="Also write the answer to this .md, .html or .json file.")
    ] = None,
    as_is: AsIsOption = False,
) -> None:
    """Answer a question from the articles, with the sentences that the answer rests on."""
    from rag.answering import follow
    from rag.saving import check_places, save_answer
    from rag.settings import load_settings
    from rag.show import answer_json
    from rag.types import Answer, Status

    check_places(save or [])
    settings = load_settings(**({"model": model} if model is not None else {}))
    answer: Answer | None = None
    begun = False
    with opened(settings) as readout:
        turns = follow(after or [])
        filters = _filters(readout, outlet, first, until, language)
        asked = question if as_is else ""
        for event in readout.ask(question, turns, as_of=_day(as_of), filters=filters, asked=asked):
            if isinstance(event, Answer):
                answer = event
            elif not as_json:
                _say_piece(event if begun or not isinstance(event, str) else event.lstrip())
                begun = begun or isinstance(event, str)
    assert answer is not None
    if as_json:
        say(json.dumps(answer_json(answer), ensure_ascii=False, indent=2))
    else:
        _say_rest(answer)
    save_answer(answer, save or [])
    for path in save or []:
        say(f"Saved: {path}", error=True)
    if answer.status in (Status.FAILED, Status.INCOMPLETE):
        raise typer.Exit(1)


def _say_asked(found: "Retrieval") -> None:
    from rag.show import clean

    if found.asked != found.question:
        say(clean(f"Searched as: {found.asked} (as typed: --as-is)"))


def _say_piece(event: Any) -> None:
    from rag.show import clean
    from rag.types import Citation, Retrieval

    if isinstance(event, Retrieval):
        _say_asked(event)
    elif isinstance(event, Citation):
        say(f" [{event.number}]", end="")
    else:
        say(clean(event), end="")


def _say_rest(answer: "Answer") -> None:
    from rag.show import answer_text, clean, head_words, repaired_note, sources_text

    say("\n" if answer.claims else "", end="")
    if answer.repaired:  # what was written before the check stands above
        say(f"\n{repaired_note(answer.repaired)} It reads now:\n\n{answer_text(answer)}")
    if words := head_words(answer):
        say(f"\n{clean(words)}")
    if answer.notice:
        say(f"\n{clean(answer.notice)}")
    say(sources_text(answer))


@app.command()
def verify(
    saved: Annotated[Path, typer.Argument(metavar="FILE", help="A .json of `readout ask --save`.")],
    as_json: JsonOption = False,
) -> None:
    """Check a saved answer against the library as it is now: every cited sentence, every verdict.

    Exit code 0: each sentence is still in its article and each verdict the same; 3: not so; 1: cannot be
    checked.
    """
    from rag.verifying import read_saved, report_json, report_text
    from rag.verifying import verify as check_saved

    answer = read_saved(saved)
    with opened() as readout:
        found = check_saved(answer, readout.library)
    say(json.dumps(report_json(found), ensure_ascii=False, indent=2) if as_json else report_text(found))
    if not found.holds:
        raise typer.Exit(NO_LONGER_HOLDS)


@app.command()
def check() -> None:
    """Check the library and its indexes: search for all that is stored."""
    with opened() as readout:
        with progress_bar("passages") as progress:
            task = progress.add_task("Checking", total=None)
            report = readout.indexes.check(
                lambda done, total: progress.update(task, completed=done, total=total)
            )
        for fault in report.faults:
            say(f"fault      {fault}")
        say(
            f"{report.articles} articles, {report.passages} passages:"
            f" {len(report.faults)} faults." + (" Mend them: readout rebuild" if report.faults else "")
        )
    if report.faults:
        raise typer.Exit(1)


@app.command()
def rebuild(
    embed: Annotated[
        bool, typer.Option("--embed", help="Also make all vectors anew, after a change of the encoder.")
    ] = False,
) -> None:
    """Remake the indexes from the library; no network, no encoder unless --embed."""
    from rag.adding import embed_again

    with opened() as readout, readout.library.writing():
        with progress_bar("passages" if embed else "articles") as progress:
            task = progress.add_task("Rebuilding", total=None)

            def advance(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            if embed:
                embed_again(readout.library, readout.indexes, readout.embedder, advance)
            else:
                readout.indexes.rebuild(advance)
        span = readout.span()
    say(f"Rebuilt the indexes of {span.articles} articles, {span.passages} passages.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    replace: Annotated[bool, typer.Option("--replace", help="Also where the file is there already.")] = False,
) -> None:
    """Write all of the library, conversations too, to one file; others may go on reading and writing."""
    from rag.backups import back_up

    with opened(_made_before()) as readout:
        back_up(readout.library, file, replace=replace)
        home = readout.library.home
    say(
        f"Backed up {home} to {file} ({file.stat().st_size / 1e6:.1f} MB). Back again: readout restore {file}"
    )


def _made_before() -> "Settings":
    """Settings whose library is there: one that is not must not be made just to copy it."""
    from rag.settings import load_settings

    settings = load_settings()
    if not (settings.home / "library.sqlite3").is_file():
        raise ReadoutError(f"There is no library in {settings.home}. Name its folder with READOUT_HOME.")
    return settings


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `readout backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where the library is not empty; what it holds is lost.")
    ] = False,
) -> None:
    """Make the library what a backup holds. The page may stay open."""
    from rag import backups

    backups.check_backup(file)  # before a library is made where none is
    with opened() as readout, readout.library.writing():
        if not replace:
            backups.check_empty(readout.library)
        with progress_bar("articles") as progress:
            task = progress.add_task("Restoring", total=None)
            backups.restore(
                readout.library,
                readout.indexes,
                file,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
        span = readout.span()
    say(f"Restored {span.articles} articles, {span.passages} passages from {file}.")


@app.command()
def feedback(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON object a line.")] = False,
) -> None:
    """List what readers of the page thought of its answers, oldest first."""
    from rag.feedback import feedback_json, feedback_text, json_line

    with opened() as readout:
        given = readout.library.feedback()
    for one in given:
        say(json_line(feedback_json(one)) if jsonl else feedback_text(one))
    if not given and not jsonl:
        say("No feedback yet. It is given on the page, below each answer: make app")


kept = typer.Typer(help="The page's conversations: list them, show or export one, delete one.")
app.add_typer(kept, name="conversations")
ConversationArgument = Annotated[str, typer.Argument(metavar="ID", help="Its id, or the id's beginning.")]


@kept.callback(invoke_without_command=True)
def list_conversations(
    context: typer.Context,
    words: Annotated[str, typer.Option("--find", help="Only those that hold these words.")] = "",
) -> None:
    """List the conversations of the page, latest first; or show, export, delete one."""
    from rag.conversations import conversations
    from rag.show import clean

    if context.invoked_subcommand:
        return
    with opened() as readout:
        lines = conversations(readout.library, words)
    for line in lines:
        questions = "1 question" if line.questions == 1 else f"{line.questions} questions"
        say(f"{line.id}  {clean(line.name)}\n    {line.changed_at:%Y-%m-%d %H:%M} UTC · {questions}")
    if not lines:
        say("No conversation holds these words." if words else "No conversations yet: make app")


@kept.command("show")
def show_conversation(
    conversation_id: ConversationArgument,
    kind: Annotated[str, typer.Option("--as", help="md, html or json.")] = "md",
) -> None:
    """Print a conversation with its references, as Markdown, HTML or JSON."""
    from rag.conversations import changes_since, load_conversation
    from rag.show_conversation import FORMATS, export_conversation

    if kind not in FORMATS:
        raise ReadoutError(f"A conversation cannot be shown as '{kind}'. Use one of: {', '.join(FORMATS)}")
    with opened() as readout:
        conversation = load_conversation(readout.library, _one_conversation(readout, conversation_id))
        assert conversation is not None
        since = changes_since(readout.library, conversation)
    say(export_conversation(conversation, kind, since), end="")


@kept.command("delete")
def delete_conversation(
    conversation_id: ConversationArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Delete a conversation with all its answers. Asks first."""
    from rag import conversations
    from rag.show import clean

    with opened() as readout:
        whole = _one_conversation(readout, conversation_id)
        name = next(one.name for one in conversations.conversations(readout.library) if one.id == whole)
        if yes or typer.confirm(f"Delete “{clean(name)}” with all its answers?"):
            conversations.delete_conversation(readout.library, whole)
            say(f"deleted    {whole}")


def _one_conversation(readout: "Readout", start: str) -> str:
    from rag.conversations import find_conversations

    found = find_conversations(readout.library, start)
    if len(found) == 1:
        return found[0]
    ids = "See the ids: readout conversations"
    if found:
        raise ReadoutError(f"{len(found)} conversations begin with '{start}'. Give more of the id. {ids}")
    raise ReadoutError(f"No conversation has the id '{start}'. {ids}")


@app.command(
    "eval",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
def evaluate(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COMMAND] [OPTIONS]...", help="As of `python -m evals`; none: gold."),
    ] = None,
) -> None:
    """Run the evaluation suite: the gold questions, or a COMMAND of it (`readout eval --help`)."""
    from rag.evaluation import run_suite

    raise typer.Exit(run_suite(arguments or []))


@app.command("settings")
def show_settings() -> None:
    """Show every setting with its value and meaning. Keys are not shown."""
    from rag.settings import load_settings

    for one in load_settings().shown():
        say(f"{one.name} = {one.value}\n    {one.meaning}")


if __name__ == "__main__":
    main()
