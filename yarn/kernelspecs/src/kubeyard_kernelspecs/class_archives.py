"""Has YARN make the class archives of a runtime: once for each Spark, configuration and Java."""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace

from kubeyard_yarn.applications import FinalStatus
from kubeyard_yarn.resource_manager import ResourceManager

from kubeyard_kernelspecs.application import KernelLaunch, kernel_application
from kubeyard_kernelspecs.runtime import Runtime
from kubeyard_kernelspecs.spark_conf import ClusterSettings
from kubeyard_kernelspecs.spec import KernelSpec

LIMIT_SECONDS = 300.0
LOOK_EVERY_SECONDS = 0.5


class ClassArchivesNotMade(Exception):  # noqa: N818 - it names what is wrong
    """The application that makes the archives did not succeed; kernels start without, only later."""


def make_class_archives(
    resource_manager: ResourceManager,
    spec: KernelSpec,
    runtime: Runtime,
    cluster: ClusterSettings,
    service_user: str,
    response_address: str,
    go_on: Callable[[], bool] = lambda: True,
) -> str:
    """Run the application in the environment of `spec` and return its id; `go_on` may end it early."""
    plain = replace(runtime, driver_archive=None, executor_archive=None)
    launch = KernelLaunch(
        kernel_id=str(uuid.uuid4()),
        user=service_user,
        response_address=response_address,
        public_key="",
        ticket="",
        service_user=service_user,
        class_archives_to=runtime.folder,
    )
    maker = replace(spec, display_name="Kubeyard: class archives", executors=1)
    application_id = resource_manager.new_application().id
    application = kernel_application(maker, launch, plain, cluster, application_id)
    # No kernel: it must not be joined to one, nor counted as one.
    resource_manager.submit(replace(application, tags=("kubeyard-upkeep",)).to_json(application_id))
    _wait(resource_manager, application_id, go_on)
    return application_id


def _wait(resource_manager: ResourceManager, application_id: str, go_on: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not (found := resource_manager.application(application_id)).state.is_final:
        if time.monotonic() > deadline or not go_on():
            resource_manager.kill(application_id, "the class archives are not wanted any more")
            raise ClassArchivesNotMade(f"{application_id} was ended before it had made the class archives")
        time.sleep(LOOK_EVERY_SECONDS)
    if found.final_status is not FinalStatus.SUCCEEDED:
        raise ClassArchivesNotMade(f"{application_id} is {found.state}: {found.diagnostics[:300]}")
