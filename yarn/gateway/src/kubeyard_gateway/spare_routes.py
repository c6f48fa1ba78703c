"""`/api/spares`: a person's JupyterLab asks for spares, says that it is still there, and gives them up."""

import json

from jupyter_server.base.handlers import APIHandler

from kubeyard_gateway.guard import Guard
from kubeyard_gateway.kernelspecs import visible_spec
from kubeyard_gateway.refusal import Refusal
from kubeyard_gateway.spare_keeper import SpareKeeper
from kubeyard_gateway.spare_pool import SparePool


class Spares(Guard, APIHandler):
    """The caller's own spares, an administrator's too: whose they are decides the token alone."""

    @property
    def _pool(self) -> SparePool:
        pool: SparePool = self.settings["spares"]
        return pool

    @property
    def _keeper(self) -> SpareKeeper:
        keeper: SpareKeeper = self.settings["spare_keeper"]
        return keeper

    async def get(self) -> None:
        """Tell which there are, and why there are none."""
        mine = [spare.to_json() for spare in self._pool.of(self.caller.name)]
        why = "" if mine else self._pool.why_none.get(self.caller.name, "")
        self.finish(json.dumps({"spares": mine, "reason": why}))

    async def post(self) -> None:
        """Ask for a spare of the kernelspec in the body, or else of the one started last."""
        body = self.get_json_body() or {}
        if not isinstance(body, dict):
            raise Refusal(400, "the body must be an object with the name of a kernelspec, or empty")
        name = visible_spec(self, str(body["name"])) if body.get("name") else None
        self._keeper.wanted(self.caller.name, name)
        self.set_status(202)
        self.finish()

    async def put(self) -> None:
        """Say that the person is still here."""
        self._keeper.people.seen(self.caller.name)
        self.set_status(204)
        self.finish()

    async def delete(self) -> None:
        """Say that the person has gone."""
        self._keeper.left(self.caller.name)
        self.set_status(204)
        self.finish()
