"""Six digits by e-mail or SMS, typed where they were asked for. Five tries, ten minutes (SEC-L5)."""

from datetime import timedelta

from omniloom.messaging.recognition.way import Proof, Way

_MAIL_EN = """
<h1>{{ code }}</h1>
<p>This is your code. Type it where you asked for it, within ten minutes.</p>
{% if notice.benefit %}<p><b>{{ notice.benefit }}</b></p>{% endif %}
<p>Tell it to nobody: we never ask for it. If it was not you, do nothing.</p>
"""
_MAIL_RU = """
<h1>{{ code }}</h1>
<p>Это ваш код. Введите его там, где запросили, в течение десяти минут.</p>
{% if notice.benefit %}<p><b>{{ notice.benefit }}</b></p>{% endif %}
<p>Никому его не сообщайте: мы никогда о нём не спрашиваем. Если это были не вы, ничего не делайте.</p>
"""

WAY = Way(
    title="One-time code",
    about="Six digits by e-mail or SMS, typed where they were asked for.",
    proof=Proof.CODE,
    valid_for=timedelta(minutes=10),
    tries_max=5,
    channels=("email", "sms"),
    texts={
        "email": {
            "en": {"name": "One-time code · e-mail · English", "subject": "Your code", "body": _MAIL_EN},
            "ru": {"name": "Одноразовый код · письмо · русский", "subject": "Ваш код", "body": _MAIL_RU},
        },
        "sms": {
            "en": {
                "name": "One-time code · SMS · English", "subject": "",
                "body": "{{ code }} is your code. Tell it to nobody.",
            },
            "ru": {
                "name": "Одноразовый код · СМС · русский", "subject": "",
                "body": "{{ code }} — ваш код. Никому его не сообщайте.",
            },
        },
    },
)  # fmt: skip
