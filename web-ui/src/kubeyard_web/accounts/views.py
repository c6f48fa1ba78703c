"""Logging in and out, changing a password, and the first administrator."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types

from kubeyard_web.access import public, same_site
from kubeyard_web.accounts import names, users
from kubeyard_web.accounts.administrator import LinkIsDead, NameIsTaken
from kubeyard_web.accounts.arriving import arrive
from kubeyard_web.accounts.delays import MustWait
from kubeyard_web.accounts.leaving import leave
from kubeyard_web.accounts.login import WrongCredentials
from kubeyard_web.accounts.passwords import WeakPassword, check_strength, hash_password
from kubeyard_web.services import services

blueprint = Blueprint("accounts", __name__, template_folder="templates")
WRONG_CREDENTIALS = "This name and password do not belong together."


@blueprint.get("/login")
@public("this is where people log in")
def login() -> ResponseReturnValue:
    """The page to log in."""
    if current_user.is_authenticated:
        return redirect(same_site(request.args.get("next")))
    return _login_page()


@blueprint.post("/login")
@public("this is where people log in")
def log_in() -> ResponseReturnValue:
    """Log in by name and password, then go to where the person came from."""
    entered, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        person = services().login.log_in(entered, password, request.remote_addr or "")
    except MustWait as wait:
        services().metrics.logins.labels("delayed").inc()
        return _must_wait(wait, _login_page(username=entered, wait_seconds=wait.seconds))
    except WrongCredentials:
        services().metrics.logins.labels("refused").inc()
        return _login_page(username=entered, problem=WRONG_CREDENTIALS), 401
    services().metrics.logins.labels("succeeded").inc()
    if current_user.is_authenticated:  # whoever was logged in here before no longer is
        leave()
    arrive(person)
    return redirect(same_site(request.form.get("next")))


def _login_page(username: str = "", problem: str = "", wait_seconds: int = 0) -> str:
    return render_template(
        "accounts/login.html",
        username=username,
        problem=problem,
        wait_seconds=wait_seconds,
        next=same_site(request.values.get("next")),
    )


def _must_wait(wait: MustWait, page: str) -> ResponseReturnValue:
    return Response(page, status=429, headers={"Retry-After": str(wait.seconds)})


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """Log out here, then at the Hub, which sends the person back to our log in page."""
    leave()
    return redirect(f"{services().settings.hub_url}/hub/logout")


@blueprint.get("/account/password")
def password() -> str:
    """The page to change one's password."""
    return _password_page({})


@blueprint.post("/account/password")
def change_password() -> ResponseReturnValue:
    """Change one's own password, which ends one's logins elsewhere."""
    if current_user.is_demo:
        return _password_page({"form": "The password of a demo account cannot be changed."}), 403
    current, new = request.form.get("current", ""), request.form.get("new", "")
    if problems := _password_problems(current_user.name, new, request.form.get("repeated", "")):
        return _password_page(problems), 422
    try:
        services().login.confirm(current_user.name, current, request.remote_addr or "")
    except MustWait as wait:
        problem = f"The current password was wrong too often; try again in {wait.seconds} s."
        return _must_wait(wait, _password_page({"current": problem}))
    except WrongCredentials:
        return _password_page({"current": "This is not your current password."}), 422
    new_hash = hash_password(new)
    with services().database.writing() as session:
        users.change_password(session, current_user.name, new_hash, keep_session=current_user.session_hash)
    flash("Your password is changed. Your logins in other browsers have ended.", "success")
    return redirect(url_for("accounts.password"))


def _password_page(problems: dict[str, str]) -> str:
    return render_template("accounts/password.html", problems=problems)


def _password_problems(name: str, new: str, repeated: str) -> dict[str, str]:
    try:
        check_strength(new, name)
    except WeakPassword as weak:
        return {"new": str(weak)}
    return {} if new == repeated else {"repeated": "This differs from the new password."}


@blueprint.get("/first-administrator")
@public("nobody can log in yet; the link is the proof")
def first_administrator() -> ResponseReturnValue:
    """The page on which the first administrator chooses a name and a password."""
    link = request.args.get("link", "")
    if not services().first_administrator.is_alive(link):
        return render_template("accounts/dead_link.html"), 404
    return _administrator_page(link, {})


@blueprint.post("/first-administrator")
@public("nobody can log in yet; the link is the proof")
def create_first_administrator() -> ResponseReturnValue:
    """Make the first administrator, logged in at once; then the link is dead."""
    form = request.form
    link, display_name, new = form.get("link", ""), form.get("username", "").strip(), form.get("new", "")
    if not services().first_administrator.is_alive(link):
        return render_template("accounts/dead_link.html"), 404
    try:
        name = names.canonical(display_name)
    except names.InvalidName as invalid:
        return _administrator_page(link, {"username": str(invalid)}), 422
    if problems := _password_problems(name, new, form.get("repeated", "")):
        return _administrator_page(link, problems), 422
    try:
        services().first_administrator.create(link, name, display_name, new)
    except NameIsTaken:
        return _administrator_page(
            link, {"username": f"There is an account {name} already; choose another name."}
        ), 422
    except LinkIsDead:
        return render_template("accounts/dead_link.html"), 404
    arrive(services().sessions.begin(name))
    return redirect("/")


def _administrator_page(link: str, problems: dict[str, str]) -> str:
    return render_template(
        "accounts/first_administrator.html",
        link=link,
        problems=problems,
        username=request.form.get("username", ""),
    )
