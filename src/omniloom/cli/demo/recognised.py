"""How the demo's customers may show who they are: a code or a link, and ten per cent for it."""

from omniloom.app import Platform
from omniloom.messaging import recognition
from omniloom.messaging.recognition import Benefit, WaySettings

BENEFIT = Benefit("welcome", "10 % off your next shopping", "Скидка 10 % на следующую покупку", "HELLO-10")
WAYS = ("code", "magic_link", "qr", "card")


def apply(platform: Platform) -> None:
    """Switch the ways on, unless somebody set them already."""
    known = recognition.all_way_settings(platform.stores)
    for way in WAYS:
        if known[way] == WaySettings():
            recognition.save_way(platform.stores, way, WaySettings(is_on=True, benefit=BENEFIT), now=platform.now())
