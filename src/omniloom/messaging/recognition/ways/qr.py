"""A QR code: a person's own, shown at the till, or a shop's, scanned by whoever comes in.

A person's code is good once. A shop's code is good for everybody and proves nothing by itself: it leads to the page
where the customer shows an address, and says where that was.
"""

from datetime import timedelta

from omniloom.messaging.recognition.way import Proof, Way

WAY = Way(
    title="QR code",
    about="A customer's own code for the till, or a shop's code that leads customers to the page.",
    proof=Proof.TOKEN,
    valid_for=timedelta(days=30),
)
