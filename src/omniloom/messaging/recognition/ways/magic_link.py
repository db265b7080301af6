"""A signed link by e-mail that is good once: who opens it reads the address's mail."""

from datetime import timedelta

from omniloom.messaging.recognition.way import Proof, Way

_EN = """
<h1>It is you</h1>
<p>Somebody, most likely you, gave us this address. Press the button and we know that it is yours:</p>
<p><a href="{{ recognise_url }}">Yes, it is me</a></p>
{% if notice.benefit %}<p><b>{{ notice.benefit }}</b></p>{% endif %}
<p>The link works once, for half an hour. If it was not you, do nothing: nothing happens without your click.</p>
"""
_RU = """
<h1>Это вы</h1>
<p>Кто-то, скорее всего вы, указал этот адрес. Нажмите на кнопку, и мы будем знать, что он ваш:</p>
<p><a href="{{ recognise_url }}">Да, это я</a></p>
{% if notice.benefit %}<p><b>{{ notice.benefit }}</b></p>{% endif %}
<p>Ссылка действует полчаса и один раз. Если это были не вы, ничего не делайте: без вашего нажатия ничего не будет.</p>
"""

WAY = Way(
    title="Magic link",
    about="A link by e-mail, good once: who opens it is the address's owner.",
    proof=Proof.LINK,
    valid_for=timedelta(minutes=30),
    channels=("email",),
    texts={
        "email": {
            "en": {"name": "Magic link · e-mail · English", "subject": "Is it you?", "body": _EN},
            "ru": {"name": "Волшебная ссылка · письмо · русский", "subject": "Это вы?", "body": _RU},
        }
    },
)
