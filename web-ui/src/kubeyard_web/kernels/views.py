"""The list of live kernels, and what can be done to one."""

from dataclasses import dataclass

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from kubeyard_client.client import KubeyardClient
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.kernels import Kernel
from werkzeug.exceptions import NotFound

from kubeyard_web.backend.answers import done, is_fragment
from kubeyard_web.backend.client import api
from kubeyard_web.backend.known import ask

blueprint = Blueprint("kernels", __name__, url_prefix="/kernels")


@dataclass(frozen=True)
class Action:
    """Something that can be done to a kernel: how it is called, what it means, and what is told after."""

    button: str
    consequence: str
    after: str


ACTIONS = {
    "interrupt": Action(
        "Interrupt kernel",
        "What it is computing stops, its running Spark jobs too. Its variables stay.",
        "Interrupted {name}. Its variables are still there.",
    ),
    "restart": Action(
        "Restart kernel",
        "It begins anew: its variables and cached data are lost. The notebook stays as it is.",
        "Restarting {name}. Run the notebook's cells again when it is idle.",
    ),
    "stop": Action(
        "Stop kernel",
        "Its application on YARN ends and gives back its memory. Its variables are lost; the notebook stays.",
        "Stopping {name}. Its application ends in a moment.",
    ),
}


@blueprint.get("")
def page() -> str:
    """The kernels that the visitor may see."""
    return render_template("kernels/page.html", known=ask("kernels", api().list_kernels))


@blueprint.get("/list")
def partial() -> str:
    """The list alone, for a page that is open."""
    return render_template("kernels/_list.html", known=ask("kernels", api().list_kernels))


@blueprint.get("/<kernel_id>/<action>")
def confirm(kernel_id: str, action: str) -> str:
    """Name the kernel and what follows from the action."""
    kernel = _find(kernel_id)
    template = "kernels/_act.html" if is_fragment() else "kernels/act.html"
    return render_template(template, kernel=kernel, verb=action, action=_action(action), problem="")


@blueprint.post("/<kernel_id>/<action>")
def act(kernel_id: str, action: str) -> ResponseReturnValue:
    """Do it; the gateway decides whether this visitor may."""
    wanted = _action(action)
    kernel = _find(kernel_id)
    try:
        _do(api(), action, kernel_id)
    except ApiError as error:
        template = "kernels/_act.html" if is_fragment() else "kernels/act.html"
        return render_template(template, kernel=kernel, verb=action, action=wanted, problem=error.detail)
    name = kernel.environment or kernel.kernelspec
    return done(wanted.after.format(name=name), "success", url_for("kernels.page"))


def _do(client: KubeyardClient, action: str, kernel_id: str) -> None:
    verbs = {
        "interrupt": client.interrupt_kernel,
        "restart": client.restart_kernel,
        "stop": client.stop_kernel,
    }
    verbs[action](kernel_id)


def _action(name: str) -> Action:
    if name not in ACTIONS:
        abort(404)
    return ACTIONS[name]


def _find(kernel_id: str) -> Kernel:
    for kernel in api().list_kernels().kernels:
        if kernel.id == kernel_id:
            return kernel
    raise NotFound
