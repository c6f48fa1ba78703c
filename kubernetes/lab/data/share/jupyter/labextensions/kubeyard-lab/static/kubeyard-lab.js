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

  const LOOK_MILLISECONDS = 2000;
  const ANSWER_MILLISECONDS = 10000;

  // JupyterLab dials a lost kernel seven times, up to two minutes apart, and then never again. While its server is
  // away that only counts the tries down; so they begin anew once the server answers again.
  class Return {
    constructor(shell) {
      this.shell = shell;
      // The kernels that could not even be asked for since they were lost.
      this.away = new WeakSet();
      // The kernels that were asked for a word since they are connected again.
      this.asked = new WeakSet();
    }

    kernels() {
      const contexts = [...this.shell.widgets("main")].map((widget) => widget.sessionContext ?? widget.content?.sessionContext);
      return new Set(contexts.map((context) => context?.session?.kernel).filter((kernel) => kernel && !kernel.isDisposed));
    }

    // Whatever goes wrong with one look, the next one comes.
    follow() {
      this.look().catch(console.error).finally(() => setTimeout(() => this.follow(), LOOK_MILLISECONDS));
    }

    async look() {
      for (const kernel of this.kernels()) {
        if (kernel.connectionStatus === "connected") {
          this.away.delete(kernel);
          this.hear(kernel);
          continue;
        }
        this.asked.delete(kernel);
        const state = await this.state(kernel);
        if (state === undefined) {
          this.away.add(kernel);
          continue;
        }
        const isDue = this.away.delete(kernel) || kernel.connectionStatus === "disconnected";
        if (isDue && state !== "dead" && !kernel.isDisposed) kernel.reconnect().catch(console.debug);
      }
    }

    // JupyterLab learns a kernel's state from its answers, but not from those to its own greeting: after a new
    // connection it would call the kernel "Unknown" until somebody runs a cell.
    hear(kernel) {
      if (kernel.status !== "unknown" || this.asked.has(kernel)) return;
      this.asked.add(kernel);
      kernel.requestIsComplete({ code: "" }).catch(console.debug);
    }

    // What the server says of the kernel; undefined where no server says anything.
    async state(kernel) {
      const { baseUrl, token } = kernel.serverSettings;
      // Behind a Hub the cookie alone does not let a page's question through.
      const mark = /(?:^|; )_xsrf=([^;]*)/.exec(document.cookie)?.[1];
      try {
        const answer = await fetch(`${baseUrl}api/kernels/${encodeURIComponent(kernel.id)}`, {
          cache: "no-store",
          headers: { ...(token && { Authorization: `token ${token}` }), ...(mark && { "X-XSRFToken": mark }) },
          signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
        });
        if (answer.status === 404 && answer.headers.get("Content-Type")?.includes("json")) return "dead";
        return answer.ok ? (await answer.json()).execution_state : undefined;
      } catch {
        return undefined;
      }
    }
  }

  const HANDSHAKE_MILLISECONDS = 10000;

  // A browser dials a server's WebSockets one after the other (RFC 6455, section 4.1). One towards a pod that is gone
  // stays without an answer for over a minute, and until then no notebook would get its kernel back.
  const givesUp = (Socket) => class extends Socket {
    constructor(...address) {
      super(...address);
      const limit = setTimeout(() => this.readyState === Socket.CONNECTING && this.close(), HANDSHAKE_MILLISECONDS);
      for (const end of ["open", "close"]) this.addEventListener(end, () => clearTimeout(limit));
    }
  };

  const waits = {
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

  const returns = {
    id: "kubeyard-lab:kernel-returns",
    description: "Connects to the kernels again as soon as a server that was away is back.",
    autoStart: true,
    activate: (app) => new Return(app.shell).follow(),
  };

  const dials = {
    id: "kubeyard-lab:dial-limit",
    description: "Gives up a WebSocket that no server answers, and lets the next one be tried.",
    autoStart: true,
    activate: (app) => {
      // All of JupyterLab's connections share these settings and look the class up whenever they dial.
      const settings = app.serviceManager.serverSettings;
      settings.WebSocket = givesUp(settings.WebSocket);
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["kubeyard-lab"] = {
    init: () => {},
    get: async () => () => ({ __esModule: true, default: [dials, waits, returns] }),
  };
})();
