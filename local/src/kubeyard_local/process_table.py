"""The process table: every service of the one-machine platform, with what it needs and when it is ready."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kubeyard_local import gateway_certificate, hadoop_services, hdfs_folders, hub_proxy
from kubeyard_local.accounts import Accounts
from kubeyard_local.problem import Problem
from kubeyard_local.readiness import Answers, always
from kubeyard_local.service import Preparation, Service
from kubeyard_local.settings import Settings

NAMES = (*hadoop_services.NAMES, "gateway", "api", "worker", "web", "proxy", "hub")
GROUPS: Mapping[str, tuple[str, ...]] = {"hadoop": hadoop_services.NAMES}
# The Hub starts each Lab as another account without any right, not even one to be regained (which takes
# setpcap), hands it its folder and ends it; nothing more of root's.
HUB_CAPABILITIES = ("setuid", "setgid", "setpcap", "kill", "chown")

# One line: the supervisor's configuration knows no other.
FROM_FILE_TO_ENVIRONMENT = (
    'CONFIGPROXY_AUTH_TOKEN=$(cat "$KUBEYARD_HUB_PROXY_TOKEN_FILE") || exit 1; '
    'export CONFIGPROXY_AUTH_TOKEN; exec "$@"'
)


def choose(wanted: Sequence[str]) -> tuple[str, ...]:
    """The names of the services meant by `wanted`: single ones, a group's name, or none for all."""
    names = [name for word in wanted for name in GROUPS.get(word, (word,))]
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise Problem(
            f"No service is called {', '.join(unknown)}. There are: {', '.join((*NAMES, *GROUPS))}."
        )
    return tuple(name for name in NAMES if name in names) if names else NAMES


def common_environment(settings: Settings) -> dict[str, str]:
    """What every service is told: who it works with and where, and no secret."""
    layout = settings.layout
    ports = {f"KUBEYARD_PORT_{name}": str(port) for name, port in settings.ports.items()}
    return {
        **settings.passed_on,
        **ports,
        "PATH": f"{layout.venvs}/tools/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(layout.state / "account"),
        "JAVA_HOME": str(settings.java_home),
        "KUBEYARD_HOME": str(layout.home),
        "KUBEYARD_CACHE": str(layout.cache),
        "KUBEYARD_ISSUER": settings.web_url,
        "KUBEYARD_JWKS_FILE": str(layout.public / "jwks.json"),
        "KUBEYARD_SERVICE_USER": "kubeyard",
        "KUBEYARD_HDFS_ROOT": "/kubeyard",
        "KUBEYARD_HDFS_SHARED": "/shared",
        "KUBEYARD_HDFS_URI": f"hdfs://127.0.0.1:{settings.ports['NAMENODE']}",
        "KUBEYARD_RM_URLS": settings.url("RM"),
        "KUBEYARD_HISTORY_URL": settings.url("HISTORY_HTTP"),
        "KUBEYARD_HTTPFS_URL": settings.url("HTTPFS"),
        "KUBEYARD_GATEWAY_URL": settings.url("GATEWAY"),
        **gateway_certificate.client_settings(settings),
        "KUBEYARD_API_URL": settings.url("API"),
        "KUBEYARD_HUB_URL": settings.url("HUB"),
        "KUBEYARD_KERNELSPECS_DIR": str(layout.kernelspecs),
        "KUBEYARD_HADOOP_CONF_DIR": str(layout.hadoop_conf),
        "KUBEYARD_SPARK_HOME": str(layout.spark / "pyspark"),
        "KUBEYARD_JAVA_HOME": str(settings.java_home),
        "KUBEYARD_YARN_MEMORY_MB": str(settings.yarn_memory_mb),
        "KUBEYARD_YARN_VCORES": str(settings.yarn_vcores),
    }


def hadoop_environment(settings: Settings) -> dict[str, str]:
    """What the daemons' configuration refers to as ${env.NAME}."""
    return {
        **common_environment(settings),
        "KUBEYARD_HADOOP_DIR": str(settings.layout.hadoop),
        "KUBEYARD_HTTPFS_SECRET_FILE": str(settings.layout.secrets / "httpfs-signature"),
    }


def web_environment(settings: Settings, accounts: Accounts) -> dict[str, str]:
    state, secrets = settings.layout.state, settings.layout.secrets
    return {
        **common_environment(settings),
        "KUBEYARD_WEB_BIND": _bind(settings, "WEB"),
        "KUBEYARD_WEB_DATABASE_URL": f"sqlite:///{state}/web.sqlite",
        "KUBEYARD_WEB_SECRET_KEY_FILE": str(secrets / "web-secret-key"),
        "KUBEYARD_WEB_SIGNING_KEYS_FILE": str(secrets / "web-signing-keys"),
        "KUBEYARD_WEB_HUB_CLIENT_SECRET_FILE": str(secrets / "hub-client-secret"),
        "KUBEYARD_WEB_HUB_SERVICE_TOKEN_FILE": str(secrets / "hub-service-token"),
        "KUBEYARD_HUB_API_URL": f"{settings.url('HUB_INTERNAL')}/hub/api",
        "KUBEYARD_WEB_DEMO": _flag(settings.demo),
        "KUBEYARD_WEB_SINGLE_ACCOUNT": _flag(not accounts.separate),
    }


def api_environment(settings: Settings) -> dict[str, str]:
    """The api-server's and its worker's; the way to the registries is for the worker's package tools."""
    state = settings.layout.state
    return {
        **settings.registries,
        **common_environment(settings),
        "KUBEYARD_API_BIND": _bind(settings, "API"),
        "KUBEYARD_API_DATABASE_URL": f"sqlite:///{state}/api.sqlite",
        "KUBEYARD_API_BUILDS_DIR": str(state / "builds"),
        # One DataNode holds one copy: more would be missing for ever, and reported so.
        "KUBEYARD_API_ARCHIVE_REPLICATION": "1",
        "KUBEYARD_BASE_PYTHON": str(settings.python),
        "UV_CACHE_DIR": str(state / "uv-cache"),
    }


def gateway_environment(settings: Settings) -> dict[str, str]:
    return {
        **common_environment(settings),
        "KUBEYARD_GATEWAY_BIND": _bind(settings, "GATEWAY"),
        "KUBEYARD_GATEWAY_RESPONSE": _bind(settings, "GATEWAY_RESPONSE"),
        "KUBEYARD_GATEWAY_STATE_DIR": str(settings.layout.state / "gateway"),
        **gateway_certificate.gateway_settings(settings),
    }


def hub_environment(settings: Settings, accounts: Accounts) -> dict[str, str]:
    layout = settings.layout
    return {
        **common_environment(settings),
        "KUBEYARD_HUB_SPAWNER": "local",
        "KUBEYARD_HUB_STATE_DIR": str(layout.state / "hub"),
        "KUBEYARD_HUB_DATABASE_URL": f"sqlite:///{layout.state}/hub.sqlite",
        "KUBEYARD_HUB_CRYPT_KEY_FILE": str(layout.secrets / "hub-crypt-key"),
        "KUBEYARD_HUB_CLIENT_SECRET_FILE": str(layout.secrets / "hub-client-secret"),
        "KUBEYARD_HUB_PROXY_TOKEN_FILE": str(layout.secrets / "hub-proxy-token"),
        "KUBEYARD_HUB_SERVICE_TOKEN_FILE": str(layout.secrets / "hub-service-token"),
        "KUBEYARD_WEB_INTERNAL_URL": settings.web_url,
        "KUBEYARD_HUB_BIND_URL": settings.url("HUB"),
        "KUBEYARD_HUB_INTERNAL_URL": settings.url("HUB_INTERNAL"),
        "KUBEYARD_PROXY_API_URL": settings.url("PROXY_API"),
        "KUBEYARD_LAB_BIN": str(layout.venvs / "lab" / "bin" / "jupyterhub-singleuser"),
        "KUBEYARD_LAB_HOMES": str(layout.labs),
        "KUBEYARD_LAB_ACCOUNT": accounts.lab.name if accounts.separate else "",
    }


def services(settings: Settings, accounts: Accounts) -> tuple[Service, ...]:
    """Every service, marked so that what it starts can be told from other processes of this machine."""
    table = (
        *(_with_folders(one, settings) for one in _hadoop(settings, accounts)),
        _gateway(settings, accounts),
        *_api(settings, accounts),
        _web(settings, accounts),
        *_hub(settings, accounts),
    )
    return tuple(replace(one, environment={**one.environment, "KUBEYARD_SERVICE": one.name}) for one in table)


def _hadoop(settings: Settings, accounts: Accounts) -> tuple[Service, ...]:
    return hadoop_services.daemons(settings, accounts, hadoop_environment(settings))


def _with_folders(service: Service, settings: Settings) -> Service:
    """Whatever depends on the DataNode finds HDFS prepared."""
    if service.name != "datanode":
        return service
    return replace(service, then=lambda: hdfs_folders.ensure(settings.url("NAMENODE_HTTP")))


def _gateway(settings: Settings, accounts: Accounts) -> Service:
    return Service(
        name="gateway",
        command=(str(settings.layout.python("gateway")), "-m", "kubeyard_gateway"),
        environment=gateway_environment(settings),
        account=accounts.services,
        ready=Answers(
            f"{settings.url('GATEWAY')}/healthz",
            ca_file=str(gateway_certificate.authority(settings.layout)) if settings.gateway_tls else None,
        ),
        memory_mb=150,
        port="GATEWAY",
        depends_on=("resourcemanager", "httpfs"),
    )


def _api(settings: Settings, accounts: Accounts) -> tuple[Service, ...]:
    command = (str(settings.layout.python("platform")), "-m", "kubeyard_api")
    environment = api_environment(settings)
    server = Service(
        name="api",
        command=(*command, "serve"),
        environment=environment,
        account=accounts.services,
        ready=Answers(f"{settings.url('API')}/readyz"),
        memory_mb=150,
        port="API",
        preparations=(Preparation("api-server's database", (*command, "migrate")),),
    )
    worker = Service(
        name="worker",
        command=(*command, "worker"),
        environment=environment,
        account=accounts.services,
        ready=always,
        memory_mb=150,
        depends_on=("api", "httpfs"),
        start_seconds=4,
    )
    return server, worker


def _web(settings: Settings, accounts: Accounts) -> Service:
    command = (str(settings.layout.python("platform")), "-m", "kubeyard_web")
    return Service(
        name="web",
        command=(*command, "serve"),
        environment=web_environment(settings, accounts),
        account=accounts.services,
        ready=Answers(f"{settings.web_url}/healthz"),
        memory_mb=150,
        port="WEB",
        preparations=(Preparation("web UI's database", (*command, "migrate")),),
    )


def _hub(settings: Settings, accounts: Accounts) -> tuple[Service, ...]:
    """The proxy is supervised on its own, so that restarting the Hub cuts nobody's connection."""
    environment = hub_environment(settings, accounts)
    proxy = Service(
        name="proxy",
        command=proxy_command(settings),
        environment=environment,
        account=accounts.services,
        ready=Answers(f"{settings.url('HUB')}/_chp_healthz"),
        memory_mb=100,
        port="HUB",
    )
    hub = Service(
        name="hub",
        command=(str(settings.layout.python("hub")), "-m", "kubeyard_hub"),
        environment=environment,
        account=accounts.services,
        ready=Answers(f"{settings.url('HUB_INTERNAL')}/hub/health"),
        memory_mb=200,
        port="HUB_INTERNAL",
        depends_on=("proxy",),
        capabilities=HUB_CAPABILITIES if accounts.separate else (),
    )
    return proxy, hub


def proxy_command(settings: Settings) -> tuple[str, ...]:
    """The proxy takes its token from its environment; a shell puts it there out of a file."""
    node, script = hub_proxy.node(settings.layout), hub_proxy.script(settings.layout)
    options = (
        *("--ip", "127.0.0.1", "--port", str(settings.ports["HUB"])),
        *("--api-ip", "127.0.0.1", "--api-port", str(settings.ports["PROXY_API"])),
        *(
            "--default-target",
            settings.url("HUB_INTERNAL"),
            "--error-target",
            f"{settings.url('HUB_INTERNAL')}/hub/error",
        ),
    )
    return ("/bin/sh", "-c", FROM_FILE_TO_ENVIRONMENT, "proxy", str(node), str(script), *options)


def _bind(settings: Settings, port: str) -> str:
    return f"127.0.0.1:{settings.ports[port]}"


def _flag(value: bool) -> str:
    return "1" if value else "0"
