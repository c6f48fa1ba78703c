"""What the pages need of the service's settings."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class PageSettings:
    """Handed over by the app factory, so that pages know neither keys nor the settings' own class."""

    api_url: str
    hub_url: str
    demo: bool
    single_account: bool
    token_of_current_user: Callable[[], str]
    service_token: Callable[[], str]
    most_streams: int = 40
