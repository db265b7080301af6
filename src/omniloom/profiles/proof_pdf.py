"""The way to the proof's document: what makes documents is heavy, so it is loaded when one is wanted."""

from omniloom.collect import sources
from omniloom.profiles.proof import ConsentProof
from omniloom.store import Stores


def proof_pdf(stores: Stores, proof: ConsentProof, *, language: str = "en") -> bytes:
    """The proof as a PDF document in a language, with the sources' names as they are now."""
    from omniloom.profiles.proof_document import document_of

    return document_of(proof, source_names={one.source_id: one.name for one in sources(stores)}, language=language)
