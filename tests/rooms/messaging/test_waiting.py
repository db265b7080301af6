"""What waits for a provider is told apart from what our own rules hold."""

from datetime import timedelta
from typing import Any

from omniloom import messaging


def test_messages_a_silent_server_keeps_waiting_are_counted_with_the_next_try(company: Any) -> None:
    company.smtp.down()
    company.mailing("c1", company.people(3), channels=("email",))
    company.deliver()
    now = company.clock.now()
    (found,) = messaging.waiting(company.stores, "c1", now=now)
    assert (found.channel, found.sends) == ("email", 3)
    assert "Connect" in found.reason
    assert timedelta(0) < found.next_at - now <= timedelta(minutes=30)
    assert messaging.waiting(company.stores, "another", now=now) == []
    assert messaging.waiting(company.stores, "c1", now=found.next_at) == []


def test_quiet_hours_are_no_waiting_for_a_provider(company: Any) -> None:
    company.person("dark", email="dark@example.test", timezone="America/New_York")  # 04:00 there
    company.resolve()
    company.mailing("c1", [company.id_of("dark")], channels=("email",))
    company.deliver()
    assert messaging.tally(company.stores, "c1").open == 1
    assert messaging.waiting(company.stores, "c1", now=company.clock.now()) == []
