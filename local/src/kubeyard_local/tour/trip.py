"""What the steps of one tour share."""

import secrets
from dataclasses import dataclass, field

from kubeyard_local.tour.browser import Browser
from kubeyard_local.tour.itinerary import Itinerary
from kubeyard_local.tour.kernel_channel import KernelChannel
from kubeyard_local.tour.lab import Lab, Notebook
from kubeyard_local.tour.tidying import Tidying


@dataclass
class Visitor:
    """Somebody on the tour, with all that is open before him."""

    name: str
    password: str
    browser: Browser
    lab: Lab | None = None
    notebook: Notebook | None = None
    channel: KernelChannel | None = None
    application_id: str = ""

    @property
    def canonical_name(self) -> str:
        """The name that paths, owners and HDFS have."""
        return self.name.lower()

    @property
    def open_lab(self) -> Lab:
        """The Lab, once it was opened."""
        assert self.lab is not None  # noqa: S101 - the steps come in order
        return self.lab

    @property
    def open_notebook(self) -> Notebook:
        """The notebook, once it was opened."""
        assert self.notebook is not None  # noqa: S101 - the steps come in order
        return self.notebook

    @property
    def open_channel(self) -> KernelChannel:
        """The notebook's connection, once it is there."""
        assert self.channel is not None  # noqa: S101 - the steps come in order
        return self.channel

    def run(self, code: str, trip: "Trip", timeout_seconds: float = 180) -> str:
        """Run a cell of the open notebook, and print what it prints."""
        return self.open_channel.run(code, timeout_seconds, trip.itinerary.note)


@dataclass
class Trip:
    """One tour."""

    itinerary: Itinerary
    tidying: Tidying
    guest: Visitor
    admin: Visitor
    logs: str
    worker_patience_seconds: float
    tag: str = field(default_factory=lambda: f"tour-{secrets.token_hex(3)}")

    @property
    def environment(self) -> str:
        """The environment that the tour makes."""
        return self.tag

    @property
    def kernelspec(self) -> str:
        """The kernel that comes of it."""
        return f"{self.guest.canonical_name}.{self.environment}"

    @property
    def notebook(self) -> str:
        """The notebook that the tour makes."""
        return f"{self.tag}.ipynb"

    def look(self, *services: str) -> str:
        """Where to look when a step fails."""
        shown = " and ".join(f"bash deployment_local.sh logs {service}" for service in services)
        return f"{shown}; all logs are in {self.logs}"
