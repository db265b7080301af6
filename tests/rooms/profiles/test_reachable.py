"""How many people a channel could reach: the set's answer equals asking person by person."""

import random

from omniloom.profiles import contacts, reachable


def test_the_count_equals_asking_everyone_one_by_one(stores, teller):
    draw = random.Random(11)
    for n in range(60):
        address = {"email": f"p{n}@example.test"} if draw.random() < 0.7 else {}
        phone = {"phone": f"+7916000{n:04d}"} if draw.random() < 0.5 else {}
        teller.tell("identify", user_id=f"u{n}", **address, **phone)
        for _word in range(draw.randrange(5)):
            said = draw.choice(["Consent Given", "Consent Withdrawn"])
            purpose = draw.choice(["marketing", "marketing", "surveys"])
            about = {"channel": draw.choice(["email", "sms", "*"]), "purpose": purpose, "method": "form"}
            teller.tell("track", said, user_id=f"u{n}", properties=about)
    for n in range(0, 30, 3):  # some turn out to be the same person, by a shared device
        teller.tell("identify", anonymous_id=f"d{n}", email=f"p{n}@example.test")
    teller.settle()
    with stores.state.read() as tx:
        everyone = {contact.person_id: contact for contact in contacts(tx, list(range(1, 200))).values()}.values()
    for channel, found in reachable(stores).items():
        addressed = [one for one in everyone if channel in one.addresses]
        word = [one.agreed(channel) for one in addressed]
        assert (found.addresses, found.agreed) == (len(addressed), sum(word))
        assert 0 < found.agreed < found.addresses
