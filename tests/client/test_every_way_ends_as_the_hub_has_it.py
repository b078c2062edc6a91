"""From any state, after any losses, repeats and reorderings, also across a recovery: whoever follows ends with the hub's digest."""

from contextlib import suppress
from threading import Event
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from events.client.follow.directive import Directive, MeasureUntil
from events.client.follow.feed import Diverged, Feed
from events.client.follow.live import Live
from events.client.follow.replica import Replica
from events.client.follow.topic import Topic
from events.client.hub import Unreachable
from events.client.publish.kafka import Access
from events.client.webhook import Inbox
from events.facts.directive import DirectiveIssued
from services.directives.token import Place
from tests.client.hub_in_memory import HubInMemory
from tests.client.hub_that_calls import SECRET, HubThatCalls, Outcome
from tests.client.test_a_copy_converges import DAY
from tests.services.directives.made import UNTIL, subject

NUMBERS = st.integers(1, 4)
SEQS = st.integers(1, 12)
KINDS = st.sampled_from(["restricts", "restricts", "lifts", "lifts in part"])
PLACES = st.lists(st.integers(0, 9), max_size=4)
OUTCOMES = st.sampled_from(["take", "take", "refuse", "lose"])
WAYS = ("feed", "stream", "topic", "webhook")
ALONE = "webhook alone"
"""Told by webhook and never by the feed: all that it has are deliveries."""
ALL_LINES = NEVER = 10**6


def held(number: int, seq: int, restricted: bool) -> Directive:
    measures = (MeasureUntil("limit", UNTIL),) if restricted else ()
    return Directive(
        str(subject(number)), seq, "restricted" if restricted else "none", measures=measures, your_accounts=(f"shop-{number}",)
    )


class EveryWay(RuleBasedStateMachine):
    """One hub, and a receiver by each way. Whatever is lost, the last thing that each does is what it does every minute anyway."""

    def __init__(self) -> None:
        super().__init__()
        self.hub: Any = HubInMemory()
        self.replicas = {way: Replica() for way in WAYS}
        self.feeds = {way: Feed(self.hub, copy, limit=2, wait=lambda _: None) for way, copy in self.replicas.items()}
        self.topic = Topic(Access("", "", ""), self.replicas["topic"], self.feeds["topic"])
        self.inbox = Inbox(self.replicas["webhook"], [SECRET], lambda _: None)
        self.caller = HubThatCalls(self.hub, Replica())

    def teardown(self) -> None:
        self.hub.breaks = 0
        for way in WAYS:
            self.catch_up(way)
        self.caller.tell_everything()
        for way, copy in {**self.replicas, ALONE: self.caller.replica}.items():
            assert copy.agrees(self.hub.state.hexadecimal, self.hub.state.listed), way
            for number in range(1, 5):
                bound = str(subject(number)) in self.hub.truth
                assert not (bound and number in self.hub.freed), f"{number} is restricted again"
                assert copy.is_restricted(DAY, subject_id=str(subject(number))) == bound, f"{way}: {number}"
                assert copy.is_restricted(DAY, account=f"shop-{number}") == bound, f"{way}: the account of {number}"
        assert all(feed.prove() for feed in self.feeds.values())
        if self.caller.replica.proof() is not None:
            assert Feed(self.hub, self.caller.replica).prove()
        for copy in (*self.replicas.values(), self.caller.replica):
            copy.close()

    def catch_up(self, way: str) -> None:
        match way:
            case "stream":
                self.follows(ALL_LINES)
            case "feed":
                self.feeds[way].poll()
            case _:
                self.feeds[way].reconcile()

    def follows(self, lines: int) -> None:
        """By the stream, until its line breaks after so many lines; what the hub issues when it is open comes over it."""
        stop, self.hub.cut = Event(), lines
        Live(self.hub, self.replicas["stream"]).run(stop, lambda _: None, lambda _: stop.set())
        self.hub.meanwhile = []

    def said(self, places: list[int]) -> list[DirectiveIssued]:
        """Of all that was ever said, counted from the last."""
        return [self.hub.said[-1 - place % len(self.hub.said)] for place in places] if self.hub.said else []

    @initialize(way=st.sampled_from(WAYS), held_=st.lists(st.tuples(NUMBERS, SEQS, st.booleans()), max_size=4), token=st.integers(0, 30))
    def begin_anywhere(self, way: str, held_: list[tuple[int, int, bool]], token: int) -> None:
        """With a copy of whatever, at whatever place: an old backup's, another epoch's, one that is half somebody else's."""
        place = str(Place(1 + token % 2, token)) if token % 3 else None
        self.replicas[way].apply([held(*one) for one in held_], place)

    @rule(number=NUMBERS, kind=KINDS)
    def issues(self, number: int, kind: str) -> None:
        self.hub.issue(number, kind)

    @rule(way=st.sampled_from(WAYS), breaks=st.sampled_from((0, 1, 2, NEVER, NEVER, NEVER)))
    def looks_at_the_feed_over_a_bad_line(self, way: str, breaks: int) -> None:
        self.hub.get = self.breaking(self.hub.get, breaks)
        with suppress(Unreachable, Diverged):
            self.catch_up(way)
        self.hub.__dict__.pop("get")

    @staticmethod
    def breaking(get: Any, after: int) -> Any:
        """A line that breaks after so many requests, when a snapshot of several pages may be half done."""
        left = iter(range(after))

        def broken(path: str, **asked: Any) -> Any:
            if next(left, None) is None:
                raise Unreachable("the line broke")
            return get(path, **asked)

        return broken

    @rule(said=st.lists(st.tuples(NUMBERS, KINDS), max_size=3), lines=st.integers(0, 16))
    def follows_the_stream_until_its_line_breaks(self, said: list[tuple[int, str]], lines: int) -> None:
        self.hub.meanwhile = said
        self.follows(lines)

    @rule(places=PLACES, wait=st.booleans())
    def reads_records_of_the_topic_in_any_order_and_not_all(self, places: list[int], wait: bool) -> None:
        """`wait`: what restricts is taken in later, or never."""
        (self.topic.read if wait else self.topic.take)({"p": [self.hub.record(fact) for fact in self.said(places)]})

    @rule(number=NUMBERS)
    def reads_the_tombstone_of_who_is_long_free(self, number: int) -> None:
        newest, copy = self.hub.newest().get(subject(number)), self.replicas["topic"]
        if newest is not None and str(newest.subject_id) not in self.hub.truth:
            known = copy.directive(str(newest.subject_id))
            self.topic.take({"p": [self.hub.tombstone(newest)]})
            spoilt = known is not None and known.seq >= newest.seq
            assert spoilt or not copy.is_restricted(DAY, subject_id=str(newest.subject_id))

    @rule(places=PLACES)
    def is_delivered_some_by_webhook_in_any_order(self, places: list[int]) -> None:
        for fact in self.said(places):
            assert self.inbox.receive(*self.caller.written(fact)).status == 204

    @rule(places=PLACES)
    def is_delivered_again_what_was_delivered_to_another_process(self, places: list[int]) -> None:
        """With its proofs, which hold for another moment, and may be of another epoch."""
        for place in places if self.caller.sent else []:
            assert self.inbox.receive(*self.caller.sent[-1 - place % len(self.caller.sent)]).status == 204

    @rule(outcomes=st.lists(OUTCOMES, min_size=1, max_size=4))
    def is_called(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            self.caller.step(outcome)

    @rule(places=PLACES)
    def is_called_again_with_what_it_had_long_ago(self, places: list[int]) -> None:
        for place in places if self.caller.sent else []:
            assert self.caller.inbox.receive(*self.caller.sent[-1 - place % len(self.caller.sent)]).status == 204

    @rule(back=st.integers(0, 3))
    def is_called_by_another_process_of_the_hub(self, back: int) -> None:
        self.caller.restart(back)

    @rule()
    def loses_its_copy_and_registers_anew(self) -> None:
        self.caller.replica.close()
        self.caller.register(Replica())

    @rule(way=st.sampled_from(WAYS), number=NUMBERS)
    def acknowledges_and_does_the_opposite(self, way: str, number: int) -> None:
        """A copy that was spoilt at the number it should have, or the one after it. Only a digest or a snapshot shows it."""
        copy = self.replicas[way]
        known = copy.directive(str(subject(number)))
        if known is not None:
            copy.apply([held(number, known.seq + 1, not known.restricts)], copy.token)

    @rule(way=st.sampled_from(WAYS))
    def proves_its_copy(self, way: str) -> None:
        if self.replicas[way].token is not None:
            with suppress(Unreachable, Diverged):
                self.feeds[way].prove_in_time()

    @rule(kept=st.integers(0, 12))
    def is_recovered_from_an_older_copy(self, kept: int) -> None:
        self.hub.recover(kept)
        self.caller.restored()


EveryWay.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestEveryWay = EveryWay.TestCase


def test_a_copy_that_was_spoilt_ahead_of_two_recoveries_is_mended_by_a_snapshot() -> None:
    """Found by the machine: the spoilt word had the very number that the hub gave its own, and a snapshot compared numbers only."""
    it = EveryWay()
    it.issues(1, "restricts")
    it.is_recovered_from_an_older_copy(1)
    it.is_recovered_from_an_older_copy(2)
    it.issues(1, "restricts")
    it.is_delivered_some_by_webhook_in_any_order([1])
    it.acknowledges_and_does_the_opposite("webhook", 1)
    copy, known = it.replicas["webhook"], it.hub.newest()[subject(1)]
    assert (copy.directive(str(subject(1))) or held(1, 0, True)).seq == known.seq and not copy.is_restricted(DAY, account="shop-1")
    it.teardown()


def test_a_stream_that_shows_a_copy_to_differ_mends_it_before_anything_else_is_told() -> None:
    it, stop, agreed = EveryWay(), Event(), list[bool]()
    it.issues(1, "restricts")
    it.follows(ALL_LINES)
    copy, open_stream = it.replicas["stream"], it.hub.stream

    def spoilt(path: str, **asked: Any) -> Any:
        it.acknowledges_and_does_the_opposite("stream", 1)
        it.hub.issue(2, "restricts")
        yield from open_stream(path, **asked)

    def heard(_: int) -> None:
        agreed.append(copy.agrees(it.hub.state.hexadecimal, it.hub.state.listed))
        if len(agreed) == 2:
            stop.set()

    it.hub.stream = spoilt
    Live(it.hub, copy).run(stop, heard, lambda _: stop.set())
    assert agreed == [True, True] and copy.is_restricted(DAY, account="shop-1")
