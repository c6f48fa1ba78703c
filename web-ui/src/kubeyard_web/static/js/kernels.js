// What a kernel is doing only the gateway knows, and it sends no events: the list is asked for again.
(() => {
  const AGAIN_MS = 5000;
  const GIB_HOUR = 1024 * 3600;

  window.setInterval(() => {
    if (document.hidden) return;
    for (const part of document.querySelectorAll("[data-asked-again]")) htmx.trigger(part, "refresh");
  }, AGAIN_MS);

  function tick() {
    for (const cost of document.querySelectorAll("[data-idle-since]")) {
      const seconds = Math.max(0, (Date.now() - new Date(cost.dataset.idleSince)) / 1000);
      const hours = (seconds * Number(cost.dataset.heldMb)) / GIB_HOUR;
      const text = `${hours.toFixed(hours < 1 ? 2 : 1)} GiB·h`;
      if (cost.textContent !== text) cost.textContent = text;
    }
  }
  window.setInterval(tick, 1000);
  document.addEventListener("htmx:afterSwap", tick);
})();
