"""What the demo's households agreed to: the loyalty form's text, registered, and the topics they may choose from."""

from omniloom import profiles
from omniloom.app import Platform
from omniloom.profiles import Topic

WORDING = "loyalty-form"
PARTNER_WORDING = "loyalty-form-partner"
TOPICS = (
    Topic("offers", "Offers", "Скидки", "What is cheaper this week", "Что дешевле на этой неделе", 1),
    Topic("recipes", "Recipes", "Рецепты", "What to cook with what you buy", "Что приготовить из ваших покупок", 2),
    Topic("news", "News of the stores", "Новости магазинов", "", "", 3),
)


def apply(platform: Platform, wording: str, partner_wording: str) -> None:
    """Register the form's texts and the topics; a second run adds nothing."""
    stores, now = platform.stores, platform.now()
    for name, text in ((WORDING, wording), (PARTNER_WORDING, partner_wording)):
        profiles.add_wording(stores, name=name, text=text, language="en", now=now, by="demo")
    known = {topic.topic for topic in profiles.topics(stores)}
    for topic in TOPICS:
        if topic.topic not in known:
            profiles.save_topic(stores, topic, now=now)
