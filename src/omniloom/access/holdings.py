"""What access keeps of those who work here; customers are not in it."""

from omniloom.store import Erasing, FieldClass, Holding

PERSONAL, SECRET = FieldClass.PERSONAL, FieldClass.SECRET

HOLDINGS = tuple(
    Holding(store="state", table=table, purpose=purpose, kind="staff", fields=fields, erasing=Erasing.KEEP,
            export=False)
    for table, purpose, fields in (
        ("access_user", "who works here", {"email": PERSONAL, "name": PERSONAL, "password_hash": SECRET}),
        ("access_session", "who is signed in", {"token_hash": SECRET}),
        ("access_token", "which programs may do what", {"token_hash": SECRET}),
        ("access_try", "failed sign-ins, against guessing", {"key": PERSONAL}),
    )
)  # fmt: skip
