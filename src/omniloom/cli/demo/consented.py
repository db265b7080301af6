"""What the demo's households agreed to: the loyalty form's text, registered, and the topics they may choose from."""

from omniloom import profiles
from omniloom.app import Platform
from omniloom.profiles import Topic

WORDING = "loyalty-form"
TOPICS = (
    Topic("offers", "Offers", "Скидки", "What is cheaper this week", "Что дешевле на этой неделе", 1),
    Topic("recipes", "Recipes", "Рецепты", "What to cook with what you buy", "Что приготовить из ваших покупок", 2),
    Topic("news", "News of the stores", "Новости магазинов", "", "", 3),
)


def apply(platform: Platform, wording: str) -> None:
    """Register the form's text and the topics; a second run adds nothing."""
    stores, now = platform.stores, platform.now()
    profiles.add_wording(stores, name=WORDING, text=wording, language="en", now=now, by="demo")
    known = {topic.topic for topic in profiles.topics(stores)}
    for topic in TOPICS:
        if topic.topic not in known:
            profiles.save_topic(stores, topic, now=now)
