"""Letters that really go out while people are one by mistake, and what their readers say by the links in them.

The model knows nothing of persons that are one: a letter, and whatever was said by it, is whose address it went to.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from tests.rooms.late_bound.living import NOW, Living
from tests.rooms.messaging.conftest import SECRET, SmtpServer

from omniloom import messaging
from omniloom.core.clock import ManualClock
from omniloom.messaging import voice
from omniloom.profiles import Frequency, PrivacyKind
from omniloom.store.sql import parse_state

SENDS = parse_state(
    "test.letters",
    "select a.send_id, a.address, a.person_id, s.person_id, a.campaign_id from messaging_attempt as a"
    " join messaging_send as s on s.send_id = a.send_id order by a.intent_at, a.send_key",
)
STRAYED = parse_state("test.strayed", "select send_id from messaging_send where planned_id <> person_id")
REOPEN = parse_state("test.reopen", "delete from messaging_suppression where reason = 'bounced'")
REQUESTS = parse_state(
    "test.requests", "select request_id, person_id from profiles_privacy_request where method = 'preference page'"
)
WISHES = parse_state("test.wishes", "select person_id from profiles_preference where reply_channel = 'email'")
LINES = parse_state("test.lines", "select message_id, person_id from profiles_consent_ledger where source_id = :ours")
CLOSED = parse_state("test.closed", "select address from messaging_suppression where reason = 'unsubscribed'")


class Letters:
    """Sends campaigns to everybody as they are by now. ``said``: send -> what its reader said, in order."""

    def __init__(self, living: Living, smtp: SmtpServer, renderer: messaging.Renderer) -> None:
        self.living, self.stores, self.dice, self.ids = living, living.stores, living.dice, living.ids
        self.smtp, self.renderer = smtp, renderer
        self.transport = messaging.Transport(self.stores, secret=SECRET, public_url="https://shop.test", reply_s=5)
        self.clock = ManualClock(NOW - timedelta(days=9))
        self.of = {f"c{number}@x.test": person_id for number, person_id in living.people.items()}
        self.said: dict[str, list[str]] = {}
        self.asked: dict[str, int] = {}
        settings = {"host": "127.0.0.1", "port": smtp.port, "tls": "none", "from_address": "shop@shop.test"}
        now = self.clock.now()
        messaging.save_channel_settings(self.stores, "email", settings, secret=SECRET, now=now)
        policy = messaging.Policy(cap_messages=1_000, quiet_from="09:00", quiet_to="09:00")
        messaging.save_policy(self.stores, policy, now=now)
        self.template = messaging.save_template(
            self.stores, name="Letter", channel="email", subject="Hello", body="Hello", now=now, ids=self.ids
        ).template_id

    def close(self) -> None:
        self.transport.close()

    def write(self, campaign_id: str, kind: str, *, late: int = 0) -> None:
        """A campaign; ``late``: so many mailboxes put it off at first, so that it is under way meanwhile."""
        with self.stores.state.write() as tx:
            tx.run(REOPEN)  # what the living installation closes would leave nobody to write to
        for address in self.dice.sample(sorted(self.of), late):
            self.smtp.script[address] = ["450 4.2.1 greylisted"]
        messaging.open_mailing(self.stores, campaign_id=campaign_id, name=campaign_id, kind=kind, channels=["email"],
                               templates={"email": self.template}, now=self.clock.now())  # fmt: skip
        roots = sorted(set(self.living.roots().values()))
        messaging.plan(self.stores, campaign_id=campaign_id, person_ids=roots, now=self.clock.now(), ids=self.ids)
        self.deliver()

    def deliver(self) -> None:
        self.clock.advance(timedelta(minutes=31))
        while not messaging.deliver(self.stores, self.transport, self.renderer, clock=self.clock, ids=self.ids).is_done:
            pass

    def speak(self, count: int) -> None:
        """So many readers of letters do one thing each."""
        sends = [send_id for send_id, *_ in self._sends()]
        for send_id in self.dice.choices(sends, k=count):
            self.clock.advance(timedelta(minutes=1))
            url = self.transport.site.preferences_url(send_id, "email")
            what = self.dice.choice(("erase", "export", "leave", "choose", "choose", "nothing on", "all on"))
            if self._speak(url.rpartition("/")[2], send_id, what):
                self.said.setdefault(send_id, []).append(what)

    def _speak(self, token: str, send_id: str, what: str) -> bool:
        given: dict[str, Any] = {"secret": SECRET, "now": self.clock.now()}
        if what in ("erase", "export"):
            kind = PrivacyKind.ERASURE if what == "erase" else PrivacyKind.EXPORT
            asked = voice.ask_about_data(self.stores, token, kind, ids=self.ids, **given)
            assert asked is not None
            if asked.method == "preference page":  # else they had asked by a form
                self.asked[asked.request_id] = self._owner(send_id)
        elif what == "leave":
            assert voice.unsubscribe(self.stores, token, method="one-click", **given) is not None
        elif what == "choose":
            wish = voice.Choice(frequency=self.dice.choice(list(Frequency)), pause_days=self.dice.choice((0, 90)),
                                reply_channel="email")  # fmt: skip
            assert voice.choose(self.stores, token, wish, wording="", **given) is not None
        else:
            channels = frozenset({"email", "sms"} if what == "all on" else ())
            assert voice.choose(self.stores, token, voice.Choice(channels=channels), wording="yes", **given) is not None
        return True

    def tell(self) -> None:
        """The log is told, and everybody reads it."""
        while not messaging.report_outcomes(self.stores).is_done:
            pass
        self.living.catch_up()

    def check(self) -> None:
        """Every row is whose address it is about, however people were merged and parted."""
        with self.stores.state.read() as tx:
            requests = dict(tx.tuples(REQUESTS))
            wishes = {person_id for (person_id,) in tx.tuples(WISHES)}
            lines = tx.tuples(LINES, ours="omniloom")
            closed = {address for (address,) in tx.tuples(CLOSED)}
        for send_id, address, attempted, sent, _ in self._sends():
            assert attempted == sent == self.of[address], send_id
        assert requests == self.asked
        assert wishes <= self._who("choose")  # some have wished otherwise since
        assert {person_id for _, person_id in lines} <= self._who("erase", "leave", "nothing on", "all on")
        assert self._who("erase", "leave") <= {person_id for _, person_id in lines}
        for message_id, person_id in lines:
            assert person_id == self._owner(message_id.split(":")[1]), message_id
        assert {self.of[address] for address in closed if "@" in address} <= self._who("leave", "nothing on")

    def strayed(self) -> set[str]:
        """Letters that were planned for somebody, and went to the address of another who was one with them."""
        with self.stores.state.read() as tx:
            return {send_id for (send_id,) in tx.tuples(STRAYED)}

    def _who(self, *whats: str) -> set[int]:
        """Whose letters were answered by one of these."""
        return {self._owner(send_id) for send_id, said in self.said.items() if set(whats) & set(said)}

    def _owner(self, send_id: str) -> int:
        return next(self.of[address] for found, address, *_ in self._sends() if found == send_id)

    def _sends(self) -> Iterable[tuple[Any, ...]]:
        with self.stores.state.read() as tx:
            return tx.tuples(SENDS)
