"""What the configuration says, whichever spawner is chosen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Configured = Callable[..., Any]


def test_browser_goes_to_the_public_address_and_the_hub_to_the_internal_one(configured: Configured) -> None:
    login = configured(
        ISSUER="https://kubeyard.example",
        WEB_INTERNAL_URL="http://web:5000",
        HUB_PUBLIC_URL="https://hub.example",
    ).GenericOAuthenticator
    assert login.authorize_url == "https://kubeyard.example/oauth/authorize"
    assert login.oauth_callback_url == "https://hub.example/hub/oauth_callback"
    assert login.logout_redirect_url == "https://kubeyard.example/oauth/logout"
    assert login.token_url == "http://web:5000/oauth/token"
    assert login.userdata_url == "http://web:5000/oauth/userinfo"


def test_login_asks_nothing_and_insists_on_proof(configured: Configured) -> None:
    login = configured().GenericOAuthenticator
    assert login.auto_login
    assert login.enable_pkce


def test_administrators_are_those_of_the_providers_group_only(configured: Configured) -> None:
    config = configured()
    assert config.GenericOAuthenticator.admin_groups == {"admins"}
    assert "admin_users" not in config.GenericOAuthenticator
    assert "admin_users" not in config.Authenticator


def test_web_service_may_serve_labs_and_never_administer(configured: Configured) -> None:
    roles = {role["name"]: role for role in configured().JupyterHub.load_roles}
    assert set(roles["kubeyard-web"]["scopes"]) == {"list:users", "read:users", "read:servers", "servers"}


def test_proxy_and_labs_outlive_the_hub(configured: Configured) -> None:
    config = configured()
    assert config.ConfigurableHTTPProxy.should_start is False
    assert config.JupyterHub.cleanup_servers is False


def test_a_proxy_started_anew_learns_its_routes_soon(configured: Configured) -> None:
    assert 0 < configured().JupyterHub.last_activity_interval <= 15


def test_idle_labs_are_stopped_only_when_asked_for(configured: Configured) -> None:
    assert [service["name"] for service in configured().JupyterHub.services] == ["kubeyard-web"]
    services = configured(HUB_IDLE_SECONDS="3600").JupyterHub.services
    assert "--timeout=3600" in services[1]["command"]
    old = configured(HUB_LAB_MOST_SECONDS="86400", HUB_IDLE_CHECK_SECONDS="60").JupyterHub.services
    assert {"--max-age=86400", "--cull-every=60"} <= set(old[1]["command"])


def test_lab_is_given_no_secret_and_no_user_name_to_assert(configured: Configured, tmp_path: Path) -> None:
    environment = configured(GATEWAY_URL="http://edge:8888").Spawner.environment
    assert environment["JUPYTER_GATEWAY_URL"] == "http://edge:8888"
    assert environment["KUBEYARD_TOKEN_URL"].endswith("/api/token")
    assert "KERNEL_USERNAME" not in environment
    secrets = {file.read_text() for file in tmp_path.iterdir() if file.is_file()}
    assert secrets.isdisjoint(environment.values())


def test_lab_knows_the_gateway_by_its_authority(configured: Configured) -> None:
    assert "JUPYTER_GATEWAY_CA_CERTS" not in configured().Spawner.environment
    environment = configured(GATEWAY_CA_FILE="/etc/ca.crt").Spawner.environment
    assert environment["JUPYTER_GATEWAY_CA_CERTS"] == "/etc/ca.crt"


def test_lab_waits_longer_than_yarn_may_take(configured: Configured) -> None:
    environment = configured(LAB_KERNEL_START_SECONDS="240").Spawner.environment
    assert environment["JUPYTER_GATEWAY_REQUEST_TIMEOUT"] == "240"


def test_terminals_exist_only_where_they_are_allowed(configured: Configured) -> None:
    assert configured().Spawner.args == ["--ServerApp.terminals_enabled=False"]
    assert "args" not in configured(LAB_TERMINALS="1").Spawner


def test_uploaded_file_is_never_configuration(configured: Configured) -> None:
    config = configured()
    assert config.Spawner.disable_user_config is True
    assert config.Spawner.environment["PYTHONSAFEPATH"] == "1"
