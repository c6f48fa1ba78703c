"""What the search box finds: while one types, and as a page of its own."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from kubeyard_client.messages.applications import Application, ApplicationQuery
from kubeyard_client.messages.environments import Environment
from kubeyard_client.messages.kernels import Kernel

from kubeyard_web.backend.client import api
from kubeyard_web.backend.known import ask
from kubeyard_web.presentation.states import State, application_state, build_state, kernel_state

blueprint = Blueprint("search", __name__, url_prefix="/search")
MOST_SUGGESTIONS = 5
MOST_RESULTS = 50


@dataclass(frozen=True)
class Found:
    """One thing that fits, whatever it is."""

    kind: str
    icon: str
    title: str
    detail: str
    state: State
    url: str


@dataclass(frozen=True)
class Results:
    """What was found, and what could not be searched."""

    found: tuple[Found, ...]
    problem: str = ""


@blueprint.get("")
def page() -> str:
    """Everything that fits, on a page that can be shared."""
    wanted = _wanted()
    return render_template("search/page.html", wanted=wanted, results=find(wanted, MOST_RESULTS))


@blueprint.get("/suggestions")
def suggestions() -> str:
    """The first few that fit, below the box."""
    wanted = _wanted()
    return render_template("search/_suggestions.html", wanted=wanted, results=find(wanted, MOST_SUGGESTIONS))


def _wanted() -> str:
    return request.args.get("q", "").strip()[:200]


def find(wanted: str, most: int) -> Results:
    """Search everything that the visitor may see; at most `most` of each kind."""
    if not wanted:
        return Results(())
    query = ApplicationQuery(search=wanted, limit=most)
    applications = ask(f"search {wanted}", lambda: api().list_applications(query))
    kernels = ask("kernels", api().list_kernels)
    environments = ask("environments", api().list_environments)
    found = [_application(one) for one in (applications.value.applications if applications.value else ())]
    word = wanted.lower()
    live = [
        _kernel(one) for one in (kernels.value.kernels if kernels.value else ()) if _fits_kernel(one, word)
    ]
    made = environments.value.environments if environments.value else ()
    named = [_environment(one) for one in made if _fits_environment(one, word)]
    return Results((*named[:most], *live[:most], *found), applications.problem)


def _fits_kernel(kernel: Kernel, word: str) -> bool:
    return any(
        word in text.lower()
        for text in (kernel.id, kernel.owner, kernel.kernelspec, kernel.environment or "")
    )


def _fits_environment(environment: Environment, word: str) -> bool:
    texts = (
        f"{environment.owner}/{environment.name}",
        environment.display_name,
        *environment.conda,
        *environment.pip,
    )
    return any(word in text.lower() for text in texts)


def _application(one: Application) -> Found:
    url = url_for("applications.detail", application_id=one.id)
    return Found("Application", "apps", one.name, f"{one.id} · {one.owner}", application_state(one), url)


def _kernel(one: Kernel) -> Found:
    title = one.environment or one.kernelspec
    url = (
        url_for("applications.detail", application_id=one.application.id)
        if one.application
        else url_for("kernels.page")
    )
    return Found("Kernel", "cpu", title, f"{one.id} · {one.owner}", kernel_state(one.state), url)


def _environment(one: Environment) -> Found:
    packages = ", ".join((*one.conda, *one.pip)[:4])
    url = url_for("environments.detail", owner=one.owner, name=one.name)
    detail = f"{one.owner}/{one.name}" + (f" · {packages}" if packages else "")
    return Found("Environment", "package", one.display_name, detail, build_state(one.state), url)
