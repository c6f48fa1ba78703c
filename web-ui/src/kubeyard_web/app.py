"""The factory: settings in, a Flask application out."""

from flask import Flask, g
from flask_login import LoginManager  # type: ignore[import-untyped]  # Flask-Login carries no types
from werkzeug.middleware.proxy_fix import ProxyFix

from kubeyard_web import api, health
from kubeyard_web.access import register_access
from kubeyard_web.accounts import views as accounts
from kubeyard_web.accounts.administrator import FirstAdministrator
from kubeyard_web.accounts.delays import LoginDelays
from kubeyard_web.accounts.home import Homes
from kubeyard_web.accounts.home_notice import register_home
from kubeyard_web.accounts.login import Login
from kubeyard_web.accounts.sessions import Sessions, SignedIn
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database
from kubeyard_web.ending import register_ending
from kubeyard_web.errors import register_errors
from kubeyard_web.logs import register_logs
from kubeyard_web.metrics import Metrics, register_metrics
from kubeyard_web.notebooks.labs import Labs
from kubeyard_web.oidc import views as oidc
from kubeyard_web.oidc.provider import Provider
from kubeyard_web.oidc.storage import TokenStorage
from kubeyard_web.pages import register_pages
from kubeyard_web.security import register_security
from kubeyard_web.services import EXTENSION, Services, services
from kubeyard_web.settings import Settings
from kubeyard_web.shell.settings import PageSettings
from kubeyard_web.tokens import views as tokens
from kubeyard_web.tokens.exchange import Exchange
from kubeyard_web.tokens.hub import Hub
from kubeyard_web.tokens.keys import SigningKeys
from kubeyard_web.tokens.signing import TokenIssuer

BLUEPRINTS = (accounts.blueprint, oidc.blueprint, tokens.blueprint, health.blueprint)


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """Make the application; its database must have been migrated before the first request."""
    app = Flask(__name__)
    parts = _services(settings, clock or Clock())
    app.extensions[EXTENSION] = parts
    storage = TokenStorage(parts.database, parts.clock, with_demo=settings.web_demo)
    app.extensions[oidc.EXTENSION] = Provider(app, settings, storage, parts.keys, parts.clock)
    if settings.web_proxies:
        count = settings.web_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    register_ending(app)
    register_logs(app)
    register_metrics(app, parts.metrics)
    _register_login(app)
    register_access(app)
    register_security(app, settings)
    register_errors(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    register_pages(app, _page_settings(settings))
    register_home(app)
    return app


def _services(settings: Settings, clock: Clock) -> Services:
    database = Database(settings.web_database_url)
    demo = settings.web_demo
    keys = SigningKeys(settings.web_signing_keys_file, settings.jwks_file, clock)
    keys.ensure()
    tokens = TokenIssuer(keys, clock, settings.issuer, settings.web_token_seconds)
    sessions = Sessions(database, clock, settings.web_session_hours, with_demo=demo)
    metrics = Metrics()
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        keys=keys,
        tokens=tokens,
        sessions=sessions,
        login=Login(database, LoginDelays(database, clock), sessions, with_demo=demo),
        first_administrator=FirstAdministrator(database, clock, settings.issuer),
        homes=Homes(lambda token: api.make_home(settings.api_url, token), clock),
        exchange=Exchange(Hub(settings.hub_api_url, clock), database, tokens, clock, metrics, with_demo=demo),
        labs=Labs(settings.hub_api_url, settings.web_hub_service_token_file),
        metrics=metrics,
    )


def _page_settings(settings: Settings) -> PageSettings:
    return PageSettings(
        api_url=settings.api_url,
        hub_url=settings.hub_url,
        demo=settings.web_demo,
        single_account=settings.web_single_account,
        token_of_current_user=api.token_of_current_user,
        service_token=api.service_token,
    )


def _register_login(app: Flask) -> None:
    manager = LoginManager()
    # A login is a row of our own that ends when it should: nothing is gained by binding it to an address.
    manager.session_protection = None
    manager.init_app(app)
    manager.user_loader(_find_login)


def _find_login(token: str) -> SignedIn | None:
    return None if g.get("database_is_away") else services().sessions.find(token)
