"""The turnstile: some at once, the others in line, no more than fit, and no asker twice."""

import threading
import time
from contextlib import ExitStack

import pytest

from rag import turnstile
from rag.errors import TooManyQuestions
from rag.turnstile import OVERTAKEN, Asker, Place, Turnstile

BUSY = "Readout is busy: 3 questions are before yours. Ask again in a moment."


def inside(gate: Turnstile, place: Place) -> bool:
    return place.came.is_set() and not place.refusal


def test_some_are_let_in_at_once_and_others_in_the_order_they_came() -> None:
    gate = Turnstile(inside=1, waiting=2)
    first, second, third = (gate.join(Asker()) for _ in range(3))
    assert [gate.before(one) for one in (first, second, third)] == [None, 0, 1]
    with gate.turn(first):
        assert not inside(gate, second)
    assert inside(gate, second)
    assert [gate.before(one) for one in (second, third)] == [None, 0]


def test_who_finds_the_line_full_is_refused_at_once_and_those_in_it_are_not() -> None:
    gate = Turnstile(inside=1, waiting=2)
    _, second, third, fourth = (gate.join(Asker()) for _ in range(4))
    with pytest.raises(TooManyQuestions, match=BUSY), gate.turn(fourth):
        pass
    assert [gate.before(one) for one in (second, third, fourth)] == [0, 1, None]


def test_a_full_line_does_not_refuse_where_nobody_need_wait() -> None:
    gate = Turnstile(inside=1, waiting=0)
    for _ in range(3):
        with gate.turn(gate.join(Asker())):
            assert gate.join(Asker()).refusal.startswith("Readout is busy: 1 question is before yours.")


def test_an_asker_has_one_place_in_line_the_latest() -> None:
    gate = Turnstile(inside=1, waiting=2)
    gate.join(Asker())
    asker = Asker()
    earlier, other, later = gate.join(asker), gate.join(Asker()), gate.join(asker)
    with pytest.raises(TooManyQuestions, match=OVERTAKEN), gate.turn(earlier):
        pass
    assert [gate.before(one) for one in (other, later)] == [0, 1]


def test_an_asker_has_one_place_inside_and_others_pass_by() -> None:
    gate = Turnstile(inside=2, waiting=5)
    asker = Asker()
    one = gate.join(asker)
    again, other = gate.join(asker), gate.join(Asker())
    assert (inside(gate, one), inside(gate, again), inside(gate, other)) == (True, False, True)
    with gate.turn(one):
        pass
    assert inside(gate, again)


def test_what_was_stopped_holds_its_place_until_it_ends_but_not_its_asker() -> None:
    gate = Turnstile(inside=2, waiting=5)
    asker = Asker()
    with ExitStack() as held:
        stopped = gate.join(asker)
        held.enter_context(gate.turn(stopped))
        gate.give_up(stopped)
        again = gate.join(asker)
        other = gate.join(Asker())
        assert (inside(gate, again), inside(gate, other)) == (True, False)
    assert inside(gate, other)


def test_who_gives_up_in_line_wakes_and_makes_room() -> None:
    gate = Turnstile(inside=1, waiting=1)
    gate.join(Asker())
    waiting = gate.join(Asker())
    refused: list[TooManyQuestions] = []

    def wait() -> None:
        try:
            with gate.turn(waiting):
                pass
        except TooManyQuestions as error:
            refused.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    gate.give_up(waiting)
    thread.join(20)
    assert len(refused) == 1
    assert gate.before(gate.join(Asker())) == 0


def test_an_asker_may_ask_only_so_many_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(turnstile.time, "monotonic", lambda: now)
    gate, asker = Turnstile(inside=1, waiting=9, per_minute=2), Asker()
    for _ in range(2):
        with gate.turn(gate.join(asker)):
            now += 10
    assert gate.join(asker).refusal == "One visitor may ask 2 questions a minute. Ask again in 40 s."
    assert not gate.join(Asker()).refusal  # another one may
    now = 1060.0
    assert not gate.join(asker).refusal
    assert gate.join(asker).refusal  # that one and the second are of the last minute


def test_an_error_inside_makes_room_too() -> None:
    gate = Turnstile(inside=1, waiting=1)
    with pytest.raises(ZeroDivisionError), gate.turn(gate.join(Asker())):
        raise ZeroDivisionError
    assert inside(gate, gate.join(Asker()))


def test_never_more_than_its_number_are_inside_and_all_come_through() -> None:
    gate = Turnstile(inside=3, waiting=100)
    now, most, done = 0, 0, 0
    lock = threading.Lock()

    def ask() -> None:
        nonlocal now, most, done
        with gate.turn(gate.join(Asker())):
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.002)
            with lock:
                now -= 1
                done += 1

    threads = [threading.Thread(target=ask) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (most, done) == (3, 60)
