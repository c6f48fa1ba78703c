"""The caller's place in HDFS."""

from kubeyard_client.messages.errors import ErrorCode
from kubeyard_client.messages.home import Home
from kubeyard_yarn.homes import ensure_home

from kubeyard_api.errors import PublicError
from kubeyard_api.handling import Call, handles


@handles("ensure-home")
def make_home(call: Call) -> Home:
    """Make it if it is not there yet."""
    if call.caller.is_service or call.caller.name == call.parts.settings.service_user:
        raise PublicError(ErrorCode.FORBIDDEN, "Only people have a home in HDFS.")
    files = call.parts.httpfs.as_service()
    existed = files.exists(f"/user/{call.caller.name}")
    path = ensure_home(files, call.caller.name)
    return Home(path=path, shared_path=call.parts.settings.hdfs_shared, created=not existed)
