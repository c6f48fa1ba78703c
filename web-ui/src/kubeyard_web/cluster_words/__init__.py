"""What Kubernetes says about a pod, in plain words, and what to do next."""

from kubeyard_web.cluster_words.sayings import SAYINGS
from kubeyard_web.cluster_words.words import Words

__all__ = ["Words", "in_words", "in_words_of_text"]


def in_words(reason: str, message: str) -> Words:
    """The meaning of an event or a state: the first saying that fits, else Kubernetes' own words."""
    for saying in SAYINGS:
        if found := saying.meaning(reason, message):
            return found
    return Words(f"{reason}: {message}" if reason else message)


def in_words_of_text(text: str) -> Words:
    """The same of `Reason: message`, as the Hub passes it on; any other text stays as it is."""
    reason, colon, message = text.partition(": ")
    if colon and reason.isalpha():
        return in_words(reason, message)
    return Words(text)
