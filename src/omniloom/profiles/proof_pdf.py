"""The way to the proof's document: what makes documents is heavy, so it is loaded when one is wanted."""

from omniloom.profiles.proof import ConsentProof


def proof_pdf(proof: ConsentProof, *, language: str = "en") -> bytes:
    """The proof as a PDF document in a language."""
    from omniloom.profiles.proof_document import document_of

    return document_of(proof, language=language)
