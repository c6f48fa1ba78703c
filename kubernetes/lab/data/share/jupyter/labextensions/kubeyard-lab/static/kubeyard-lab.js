// What JupyterLab's loader expects of an extension, written by hand: it needs nothing of JupyterLab's
// packages but the application that it is given, so there is nothing to build.
(() => {
  const EVENT = "urn:kubeyard:lab:kernel-waits";

  // One notification for all kernels that wait; it changes in place and goes when none waits any more.
  class Notice {
    constructor(commands) {
      this.commands = commands;
      this.id = null;
      this.last = Promise.resolve();
    }

    show(kernels) {
      // One after the other: a notification has its id only once it is there.
      this.last = this.last.then(() => this.change(kernels.map((kernel) => kernel.text).join("\n")), console.error);
    }

    async change(message) {
      if (!message) {
        if (this.id !== null) await this.commands.execute("apputils:dismiss-notification", { id: this.id });
        this.id = null;
        return;
      }
      const said = { message, type: "in-progress" };
      const isThere = this.id !== null
        && (await this.commands.execute("apputils:update-notification", { ...said, id: this.id, autoClose: false }));
      if (isThere) return;
      this.id = await this.commands.execute("apputils:notify", { ...said, options: { autoClose: false } });
    }
  }

  const plugin = {
    id: "kubeyard-lab:kernel-waits",
    description: "Says what a kernel on its way waits for.",
    autoStart: true,
    activate: (app) => {
      const notice = new Notice(app.commands);
      app.serviceManager.events.stream.connect((_, event) => {
        if (event.schema_id === EVENT) notice.show(event.kernels);
      });
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["kubeyard-lab"] = {
    init: () => {},
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
