"""Login: the web UI is the OpenID provider, and the Hub asks it without a prompt of its own."""

from traitlets.config import Config

from kubeyard_hub.settings import HubSettings, secret

CLIENT_ID = "kubeyard-hub"
PEOPLE_GROUP = "people"
ADMINS_GROUP = "admins"


def configure_login(config: Config, settings: HubSettings) -> None:
    """Send browsers to the issuer's public address, and the Hub itself to its internal one.

    They differ wherever browser and Hub do not share a network: taking one for both is a usual mistake.
    """
    login = config.GenericOAuthenticator
    login.login_service = "Kubeyard"
    login.client_id = CLIENT_ID
    login.client_secret = secret(settings.hub_client_secret_file)
    login.oauth_callback_url = f"{settings.public_url}/hub/oauth_callback"
    login.authorize_url = f"{settings.issuer}/oauth/authorize"
    login.token_url = f"{settings.web_url}/oauth/token"
    login.userdata_url = f"{settings.web_url}/oauth/userinfo"
    # Who leaves JupyterLab is still logged in at the provider, which would let him in again without a word.
    login.logout_redirect_url = f"{settings.issuer}/oauth/logout"
    login.scope = ["openid", "profile", "groups"]
    login.username_claim = "preferred_username"
    login.auto_login = True
    login.enable_pkce = True
    login.http_request_kwargs = {"connect_timeout": 5, "request_timeout": 10}
    _configure_groups(config)
    config.CryptKeeper.keys = [secret(settings.hub_crypt_key_file)]


def _configure_groups(config: Config) -> None:
    """Roles come from the provider's groups at each login, so that taking one away takes effect."""
    login = config.GenericOAuthenticator
    login.enable_auth_state = True
    login.manage_groups = True
    login.auth_state_groups_key = "oauth_user.groups"
    login.allowed_groups = {PEOPLE_GROUP}
    # Never admin_users: a name listed there stays an administrator whatever the provider says.
    login.admin_groups = {ADMINS_GROUP}
