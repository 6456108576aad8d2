"""Odd files and names: nothing is read or written but what was named, and nothing waits without end."""

import os
import random
import re
import signal
import socket
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from rag.adding import FileVerdict, gather_files
from rag.backups import check_backup
from rag.errors import ReadoutError
from rag.readers import find_files
from rag.reading.kinds import _is_wanted_member
from rag.saving import save_answer
from rag.verifying import read_saved
from tests.answers import make_answer
from tests.commands import Command
from tests.soak import cases
from tests.test_archives import Desk

SECONDS = 5.0  # for one file: none of them is worth a moment of waiting
DEVICES = ("zero", "null", "full", "random", "urandom", "stdin", "fd/0", "tty", "ptmx", "shm")
SECRET = "outsidecanary"
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # but line ends and tabs


@contextmanager
def in_time(seconds: float = SECONDS) -> Iterator[None]:
    def end(number: int, frame: object) -> None:
        raise AssertionError(f"more than {seconds} seconds")  # no error that the code under test expects

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def odd_files(folder: Path) -> Iterator[Path]:
    """No regular files, each named like an article or an archive; some lead to one of these."""
    folder.mkdir(exist_ok=True)
    for kind in (".md", ".html", ".json", ".zip"):
        pipe = folder / f"pipe{kind}"
        os.mkfifo(pipe)
        yield pipe
        for number, name in enumerate(DEVICES):
            link = folder / f"device-{number}{kind}"
            link.symlink_to(f"/dev/{name}")
            yield link
        link = folder / f"to-pipe{kind}"
        link.symlink_to(pipe.name)
        yield link
    for name, leads_to in (
        ("loop.md", "loop.md"),
        ("nowhere.md", "nothing"),
        ("memory.md", "/proc/self/mem"),
    ):
        (folder / name).symlink_to(leads_to)
        yield folder / name
    opened = socket.socket(socket.AF_UNIX)
    here = os.open(folder, os.O_RDONLY)
    opened.bind(f"/proc/self/fd/{here}/socket.md")  # a socket's own path may have 107 characters only
    os.close(here)
    yield folder / "socket.md"
    yield folder / "pipe.md" / "inside.md"


def test_what_is_no_file_ends_at_once_in_one_sentence(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    desk = Desk(tmp_path / "home")
    odd = [*(Path("/dev") / name for name in DEVICES), *odd_files(tmp_path / "odd")]
    for path in odd:
        with in_time():
            try:
                verdicts = desk.add(*gather_files([path]))
            except ReadoutError as error:  # a folder without articles
                reason = str(error)
            else:
                (verdict,) = verdicts
                assert verdict.outcome.value in ("unreadable", "empty"), path
                reason = verdict.reason
        assert len(reason.splitlines()) == 1, path
    record_property("cases", len(odd))


def test_in_a_folder_they_are_passed_over_and_the_articles_are_read(tmp_path: Path) -> None:
    odd = list(odd_files(tmp_path / "odd"))
    (tmp_path / "odd" / "good.md").write_text("The bridge opens.")
    with in_time():
        verdicts = Desk(tmp_path / "home").add(*gather_files([tmp_path / "odd"]))
    assert [(Path(one.origin).name, one.outcome.value) for one in verdicts] == [("good.md", "added")]
    assert len(odd) > 40


def test_a_command_that_reads_or_writes_one_file_does_not_wait_for_a_pipe_either(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    odd = [path for path in odd_files(tmp_path / "odd") if path.suffix in (".md", ".json")]
    for path in odd:
        for read in (read_saved, check_backup):
            with in_time(), pytest.raises(ReadoutError) as caught:
                read(path)
            assert len(str(caught.value).splitlines()) == 1, path
    for path in (
        tmp_path / "odd" / "pipe.md",
        tmp_path / "odd" / "socket.md",
        tmp_path / "odd" / "to-pipe.json",
    ):
        with in_time(), pytest.raises(ReadoutError, match="cannot be written"):
            save_answer(make_answer(), [path])  # nobody reads there
    record_property("cases", 2 * len(odd) + 3)


def test_a_pipe_that_somebody_reads_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "answer.md"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with in_time():
        save_answer(make_answer(), [pipe])
    assert b"They spoke for five hours." in os.read(reader, 65_536)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reader)


def test_links_lead_out_of_no_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    for path in (outside / "secret.md", outside / "deep" / "secret.md", outside / "secret.txt"):
        path.write_text(SECRET)
    folder = tmp_path / "named"
    (folder / "inner").mkdir(parents=True)
    (folder / "good.md").write_text("The bridge opens.")
    for name, leads_to in {
        "a.md": "../outside/secret.md",
        "b.md": str(outside / "secret.md"),
        "c": "../outside",
        "d": "..",
        "e": ".",
        "f.md": "c/secret.md",
        "g.md": "inner/../../outside/secret.txt",
        "h.md": "good.md",
        "i": "/",
        "inner/j.md": "../../outside/deep/secret.md",
        "inner/k": "../..",
        "l.md": "/proc/self/cwd/../outside/secret.md",
    }.items():
        (folder / name).symlink_to(leads_to)
    desk = Desk(tmp_path / "home")
    with in_time():
        desk.add(*gather_files([folder]))
    assert [article.text for article in desk.library.articles()] == ["The bridge opens."]
    assert find_files([folder / "a.md"]) == [folder / "a.md"]  # named by itself, it is meant


MEMBERS = (
    "../../out.md",
    "/etc/out.md",
    "//host/share/out.md",
    "..\\..\\out.md",
    "C:\\out.md",
    "C:out.md",
    "a/../../../out.md",
    "./././out.md",
    "%2e%2e/out.md",
    "a\nb.md",
    "a\r\nout.md",
    "\x1b[2J\x1b]0;owned\x07.md",
    "\u202edm.exe.md",
    "name\x00.md",
    "a" * 251 + "b.md",
    "\u00e9" * 4000 + ".md",
    "{0} {origin} %s $HOME `id` $(id).md",
    "<img src=x onerror=alert(1)>.md",
    " .md",
    "-rf.md",
    "CON.md",
    "aux.md/con.md",
    "~root/out.md",
)


PIECES = (
    "..",
    "/",
    "\\",
    "a",
    "\n",
    "\x1b[2J",
    "C:",
    "~",
    " ",
    ".",
    "\u202e",
    "etc",
    "%2f",
    "\x85",
    "é",
    "$(id)",
)


def made_names(count: int) -> list[str]:
    chance = random.Random(9)
    return ["".join(chance.choices(PIECES, k=6)) + "b.md" for _ in range(count)]


def tricky_zip(names: Sequence[str]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(zipfile.ZipInfo(name), f"Report {number}\n\nThe bridge {number} opens.")
        link = zipfile.ZipInfo("link.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "../outside.md")
        device = zipfile.ZipInfo("device.md")
        device.external_attr = (stat.S_IFCHR | 0o666) << 16
        archive.writestr(device, "")
    return file.getvalue().replace(b"CON.md", b"\xff\xfe\xfd.md"[:6])


def check_lines(verdicts: list[FileVerdict]) -> None:
    for one in verdicts:
        for line in (one.reason, one.article_id):
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", line), line


def snapshot(folder: Path) -> set[tuple[str, int, int]]:
    return {(str(p), p.lstat().st_size, p.lstat().st_mtime_ns) for p in folder.rglob("*")}


def test_members_of_an_archive_lead_nowhere(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    place = tmp_path / "a" / "b" / "c"
    place.mkdir(parents=True)
    (tmp_path / "a" / "b" / "outside.md").write_text(SECRET)
    names = list(dict.fromkeys((*MEMBERS, *made_names(cases(30, 2_000)))))
    (place / "week.zip").write_bytes(tricky_zip(names))
    desk = Desk(tmp_path / "home")
    before = snapshot(tmp_path / "a")
    verdicts = desk.add(place / "week.zip")
    assert snapshot(tmp_path / "a") == before
    assert not Path("/etc/out.md").exists()
    check_lines(verdicts)
    read = [one for one in verdicts if one.outcome.value == "added"]
    with zipfile.ZipFile(place / "week.zip") as archive:
        wanted = [name for name in archive.namelist() if _is_wanted_member(name)]  # no hidden ones
    assert len(verdicts) == len(wanted) >= len(names) * 0.7
    assert len(read) == len(wanted) - 1  # the device is empty
    assert not [article for article in desk.library.articles() if SECRET in article.text]
    assert len({article.id for article in desk.library.articles()}) == len(read)
    record_property("cases", len(names) + 2)


NAMES = (
    b"two\nlines.md",
    b"return\rhere.md",
    b"\x1b[2J\x1b[31mred.md",
    b"\x1b]8;;http:evil.example\x07link\x1b]8;;\x07.md",
    b"bell\x07\x08\x7f.md",
    b"tab\there.md",
    b"\xff\xfe\xfd.md",
    b"\xed\xa0\x80.md",
    b"\xc0\xaf..\xc0\xaf.md",
    "\u202egnp.md".encode(),
    "zero\u200bwidth\u2066.md".encode(),
    "caf\u00e9.md".encode(),
    "cafe\u0301.md".encode(),
    "ａ．ｍｄ.md".encode(),
    "\U0001f469\u200d\U0001f692.md".encode(),
    b"a" * 252 + b".md",
    "\u00e9".encode() * 126 + b".md",
    b"-rf.md",
    b"--help.md",
    b"~.md",
    b"$(touch owned) `id` $HOME.md",
    b"{0} {x} %s %(y)d.md",
    b"[red]bold[] [link=http:evil.example]x[].md",
    b"<img src=x onerror=alert(1)>.md",
    b"' OR 1=1; DROP TABLE articles; --.md",
    b"con.md",
    b"...md",
    b" .md",
    b"a.md.md",
    b"http:example.md",
)


def test_any_name_of_a_file_is_added_and_shown_on_one_line(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    folder = tmp_path / "odd names"
    folder.mkdir()
    names = [name for name in NAMES if not name.startswith(b".")]
    for number, name in enumerate(names):
        (folder / os.fsdecode(name)).write_text(f"The bridge of town {number} opens on day {number}.")
    command = Command(tmp_path / "home")
    done = command.run("add", str(folder), folder=tmp_path)
    assert done.returncode == 0 and f"{len(names)} files: {len(names)} added." in done.stdout
    listed = command.run("list", folder=tmp_path)
    for text in (done.stdout, done.stderr, listed.stdout):
        assert not CONTROLS.search(text)
    assert len([line for line in done.stdout.splitlines() if "added " in line]) >= len(names)
    assert {path.name for path in tmp_path.iterdir()} == {"home", "odd names"}  # nothing else was made
    first = str(folder / os.fsdecode(names[0]))
    refused = command.run("verify", first, folder=tmp_path).stderr
    assert refused.startswith("readout: ") and refused.count("\n") == 1
    shown = command.run("show", "2j-31mred", folder=tmp_path).stdout
    assert "Read from: " in shown and not CONTROLS.search(shown)
    again = command.run("add", str(folder), folder=tmp_path)
    assert f"{len(names)} unchanged." in again.stdout
    record_property("cases", len(names))
