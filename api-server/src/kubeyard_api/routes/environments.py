"""Environments: list, create, show, build again, their builds, delete, and reading pasted packages."""

from collections.abc import Mapping

from kubeyard_client.messages.environments import (
    Build,
    BuildPage,
    BuildQuery,
    ChannelList,
    DeletedEnvironment,
    Environment,
    EnvironmentList,
    EnvironmentVisibility,
    NewEnvironment,
    ParsedPackages,
    PastedText,
    SparkList,
)

from kubeyard_api.builder.pasted import parse
from kubeyard_api.handling import Call, handles
from kubeyard_api.ownership import Owned, owner_of
from kubeyard_api.parts import Parts
from kubeyard_api.services import builds, channels, environments
from kubeyard_api.storage.environments import find_environment


@owner_of("environment")
def environment_owner(parts: Parts, parameters: Mapping[str, str]) -> Owned | None:
    """Whose an environment is."""
    with parts.database.reading() as session:
        row = find_environment(session, parameters["owner"], parameters["name"])
    return Owned(row.owner, row.visibility == EnvironmentVisibility.PUBLIC.value) if row else None


@handles("list-environments")
def list_environments(call: Call) -> EnvironmentList:
    """Those that the caller may use."""
    return environments.environments_for(call.parts, call.caller)


@handles("create-environment")
def create_environment(call: Call) -> Environment:
    """Queue a new one."""
    return environments.create_environment(call.parts, call.caller, call.asked(NewEnvironment))


@handles("parse-packages")
def parse_packages(call: Call) -> ParsedPackages:
    """Read a pasted file."""
    return parse(call.asked(PastedText).text)


@handles("show-environment")
def show_environment(call: Call) -> Environment:
    """One environment."""
    return environments.show_environment(call.parts, call.parameters["owner"], call.parameters["name"])


@handles("delete-environment")
def delete_environment(call: Call) -> DeletedEnvironment:
    """Remove it."""
    owner, name = call.parameters["owner"], call.parameters["name"]
    return environments.delete_environment(call.parts, call.caller, owner, name)


@handles("build-environment")
def build_environment(call: Call) -> Build:
    """Build it again."""
    owner, name = call.parameters["owner"], call.parameters["name"]
    return environments.rebuild_environment(call.parts, call.caller, owner, name)


@handles("list-builds")
def list_builds(call: Call) -> BuildPage:
    """The builds that it has had."""
    owner, name = call.parameters["owner"], call.parameters["name"]
    return builds.list_builds(call.parts, owner, name, call.asked(BuildQuery))


@handles("list-channels")
def list_channels(call: Call) -> ChannelList:
    """Where conda packages come from."""
    return channels.channels(call.parts)


@handles("list-sparks")
def list_sparks(call: Call) -> SparkList:
    """What Spark kernels may run on."""
    settings = call.parts.settings
    return SparkList(own=settings.api_spark_version, offered=settings.sparks)
