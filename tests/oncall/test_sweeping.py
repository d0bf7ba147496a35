"""Four schedulers at once, and acknowledgements against steps: as real processes and threads. `./evenkeel prove escalation` runs them large (B4, B5)."""

import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count, F

from accounts.models import Team, User
from common import clock
from journal.models import Entry
from notifications.models import ContactMethod, Message, Page
from oncall.actions import escalations
from oncall.models import Escalation, EscalationPolicy, EscalationStep

RUNS = int(os.environ.get("EVENKEEL_ESCALATIONS", "500"))
RACES = int(os.environ.get("EVENKEEL_RACES", "30"))
SEED = int(os.environ.get("EVENKEEL_SEED", "1"))
SCHEDULERS, STEP_MINUTES = 4, 5
PATIENCE = 60 + RUNS / 4  # seconds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def policy(team: Team, agent: User, resolver: User) -> EscalationPolicy:
    """The agent at once, the resolver after five minutes."""
    made = EscalationPolicy.objects.create(slug="proof", name="Proof", team=team)
    for delay, user in ((0, agent), (STEP_MINUTES, resolver)):
        ContactMethod.objects.create(user=user, channel="email", name="Mail", address=f"{user.pk}@example.com", verified_at=clock.now())
        EscalationStep.objects.create(policy=made, delay_minutes=delay, target=EscalationStep.USER, user=user)
    return made


def begin(policy: EscalationPolicy, subjects: range) -> None:
    wishes = [escalations.Wish("alert", number, policy, {"title": f"Down {number}", "priority": 1}) for number in subjects]
    assert escalations.start_many(wishes, actor=None) == len(wishes)


def sweep_until_done(told: Any) -> None:
    """A scheduler: sweeps as fast as it can until nothing is due for anybody."""
    connections.close_all()
    done, until = 0, time.monotonic() + PATIENCE
    while Escalation.objects.filter(next_step_at__lte=clock.now()).exists() and time.monotonic() < until:
        done += escalations.sweep()
    connections.close_all()
    told.put(done)


def four_sweep() -> list[int]:
    """How many steps each of four processes did."""
    forks = multiprocessing.get_context("fork")
    told: Any = forks.Queue()
    connections.close_all()
    schedulers = [forks.Process(target=sweep_until_done, args=(told,)) for _number in range(SCHEDULERS)]
    for one in schedulers:
        one.start()
    counts = [told.get(timeout=PATIENCE + 30) for _one in schedulers]
    for one in schedulers:
        one.join()
    return counts


def test_four_schedulers_at_once_do_each_step_once(policy: EscalationPolicy, agent: User, resolver: User) -> None:
    begin(policy, range(1, RUNS + 1))
    for number, user in ((1, agent), (2, resolver)):
        started = time.monotonic()
        counts = four_sweep()
        print(f"  step {number}: {RUNS} runs by {counts} in {time.monotonic() - started:.1f} s")
        assert sum(counts) == RUNS
        assert Page.objects.filter(user=user).count() == RUNS
        assert Page.objects.values("subject_id").annotate(n=Count("pk")).filter(n=number).count() == RUNS
        assert Message.objects.count() == Entry.objects.filter(event="escalation.paged").count() == RUNS * number
        minutes = timedelta(minutes=STEP_MINUTES)
        Escalation.objects.update(round_started_at=F("round_started_at") - minutes, next_step_at=F("next_step_at") - minutes)
    assert not Entry.objects.filter(event="escalation.skipped").exists()


class Refused(Exception):
    """The acknowledgement is rolled back."""


def acknowledge(subject: int, actor: User, *, is_kept: bool) -> None:
    with transaction.atomic():
        escalations.acknowledge("alert", subject, actor=actor)
        if not is_kept:
            raise Refused


def at_once(*acts: Callable[[], object]) -> None:
    """Runs each on a thread and a connection of its own, from one barrier."""
    barrier = threading.Barrier(len(acts))
    failures: list[Exception] = []

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait(60)
            act()
        except Refused:
            pass
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_an_acknowledgement_and_a_step_at_once_never_page_afterwards_and_are_never_silent(policy: EscalationPolicy, agent: User) -> None:
    chance, won = random.Random(SEED), {"step": 0, "acknowledgement": 0, "rolled back": 0}
    for subject in range(1, RACES + 1):
        begin(policy, range(subject, subject + 1))
        run, is_kept = Escalation.objects.get(subject_id=subject), chance.random() < 0.7
        first, second = chance.random() * 0.008, chance.random() * 0.008

        def answer(subject: int = subject, is_kept: bool = is_kept, pause: float = first) -> None:
            time.sleep(pause)
            acknowledge(subject, agent, is_kept=is_kept)

        def step(pk: int = run.pk, pause: float = second) -> None:
            time.sleep(pause)
            escalations.step(pk)

        at_once(answer, step, step)
        escalations.sweep()
        pages, told = list(Page.objects.filter(subject_id=subject)), entries_of(subject)
        if not is_kept:
            won["rolled back"] += 1
            assert [row.state for row in pages] == [Page.OPEN], "silence: nobody answered and nobody is paged"
            escalations.stop("alert", [subject], actor=None, why="closed")
            continue
        won["step" if pages else "acknowledgement"] += 1
        assert told == (["escalation.paged"] if pages else []) + ["page.acknowledged"]
        assert [row.state for row in pages] in ([], [Page.ACKNOWLEDGED])
        assert not Message.objects.filter(subject_id=subject, state=Message.QUEUED).exists(), "a page would leave after the acknowledgement"
    print(f"  {RACES} races, seed {SEED}: {won}")
    assert sum(won.values()) == RACES


def entries_of(subject: int) -> list[str]:
    """What was told of it, but for its start; in the order of the commits, because each waited for the run's row."""
    rows = Entry.objects.filter(subject_type="alert", subject_id=subject).exclude(event="escalation.started").order_by("pk")
    return list(rows.values_list("event", flat=True))
