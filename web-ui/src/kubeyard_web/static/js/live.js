// Keeps the page current: one stream of events a page; each part that names a topic asks for itself anew.
(() => {
  const FALLBACK_MS = 10000;
  const DEBOUNCE_MS = 250;
  let source = null;
  let lostSince = null;
  const waiting = new Map();

  // A live update must not undo what the reader did: ticks, opened details, text being typed.
  Idiomorph.defaults.ignoreActiveValue = true;
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => {
    if (name === "checked" && node.matches("input[data-select]")) return false;
    if (name === "open" && node.matches("details")) return false;
    if (name === "hidden" && node.matches(".needs-script, #selection-bar")) return false;
    return !(name === "class" && node.matches("tr.is-selected"));
  };

  const parts = (topic) => [...document.querySelectorAll("[data-live]")].filter(
    (part) => topic === "*" || part.dataset.live.split(" ").includes(topic),
  );

  function refresh(part) {
    window.clearTimeout(waiting.get(part));
    waiting.set(part, window.setTimeout(() => {
      waiting.delete(part);
      if (part.isConnected) htmx.trigger(part, "refresh");
    }, DEBOUNCE_MS));
  }
  const refreshTopic = (topic) => parts(topic).forEach(refresh);

  // --- nothing moves under the pointer: while it is over a list, known rows change in place,
  //     and rows that come, go or change places wait until it leaves.
  const rowIds = (root) => [...root.querySelectorAll("tbody > tr[id]")].map((row) => row.id);

  function keepPlaces(part, html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh) return html;
    const before = rowIds(part);
    if (before.join() === rowIds(fresh).join()) return html;
    for (const table of part.querySelectorAll("table[id]")) {
      const target = page.getElementById(table.id)?.tBodies[0];
      if (!target) return part.outerHTML;
      const rows = [...table.tBodies[0].rows].map((row) => page.getElementById(row.id) ?? row.cloneNode(true));
      target.replaceChildren(...rows);
    }
    part.addEventListener("pointerleave", () => refresh(part), { once: true });
    return fresh.outerHTML;
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    if (!part.matches?.("[data-live]") || !event.detail.requestConfig.triggeringEvent?.type.startsWith("refresh")) return;
    if (event.detail.xhr.status >= 400) {
      event.detail.shouldSwap = false;
      return;
    }
    const isHeld = window.matchMedia("(hover: hover)").matches && part.querySelector("tbody:hover");
    // A dialog that was closed by the pointer gives its focus back to the row, where nobody reads by keys.
    const isRead = part.querySelector(":focus-visible") !== null;
    if (isHeld || isRead) {
      event.detail.serverResponse = keepPlaces(part, event.detail.serverResponse);
    }
  });

  // --- the chip tells when the stream was lost
  function showStream() {
    const chip = document.getElementById("health");
    if (!chip) return;
    chip.classList.toggle("stream-lost", lostSince !== null);
    let words = chip.querySelector(".stream-words");
    if (lostSince === null) {
      words?.remove();
      return;
    }
    if (!words) {
      words = document.createElement("span");
      words.className = "stream-words";
      chip.append(words);
    }
    const clock = lostSince.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
    const since = document.createElement("span");
    since.className = "stream-since";
    since.textContent = ` since ${clock}`;
    words.replaceChildren("not live", since);
    words.title = `Live updates are interrupted since ${clock}; trying again.`;
  }
  function lost() {
    if (lostSince !== null) return;
    lostSince = new Date();
    showStream();
    kubeyard.announce("Live updates are interrupted; trying again.");
  }
  function found() {
    if (lostSince === null) return;
    lostSince = null;
    showStream();
    refreshTopic("*");
    kubeyard.announce("Live updates are back.");
  }
  document.addEventListener("htmx:afterSwap", showStream);

  // --- the stream
  function connect() {
    if (source || document.hidden) return;
    source = new EventSource(document.body.dataset.eventsUrl);
    let isConnecting = false;
    source.addEventListener("upstream", (event) => {
      if (event.data === "up") found();
      if (event.data === "down") lost();
      // Nobody listened until now: what changed meanwhile was told to no one.
      if (event.data === "up" && isConnecting) refreshTopic("*");
      isConnecting = event.data === "connecting";
    });
    for (const topic of ["applications", "cluster", "kernels", "environments"]) {
      source.addEventListener(topic, () => refreshTopic(topic));
    }
    source.onerror = () => {
      lost();
      if (source.readyState === EventSource.CLOSED) {
        disconnect();
        window.setTimeout(connect, 5000);
      }
    };
  }
  function disconnect() {
    source?.close();
    source = null;
  }

  // A network that is gone says nothing, and the stream stays silent: what a part asks for fails first.
  function broke(event) {
    if (!event.target.matches?.("[data-live]")) return;
    lost();
    disconnect();
    connect();
  }
  document.addEventListener("htmx:sendError", broke);
  document.addEventListener("htmx:timeout", broke);
  window.addEventListener("offline", () => {
    lost();
    disconnect();
  });
  window.addEventListener("online", connect);

  // A hidden tab holds no connection: browsers allow only six to one host.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      disconnect();
    } else {
      connect();
      refreshTopic("*");
    }
  });
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", connect);
  window.setInterval(() => { if (lostSince !== null && !document.hidden) refreshTopic("*"); }, FALLBACK_MS);
  document.addEventListener("kubeyard:refresh-all", () => refreshTopic("*"));
})();
