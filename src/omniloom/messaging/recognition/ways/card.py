"""A card whose barcode is read at the till."""

from omniloom.messaging.recognition.way import Proof, Way

WAY = Way(
    title="Card at the till",
    about="The barcode of a card is read at the till; its check digit is tested.",
    proof=Proof.CARD,
    kinds=("card",),
)
