// Follows the start of JupyterLab and opens it once it is ready.
(() => {
  const RETRY_MS = 3000;
  const root = document.getElementById("lab");
  const place = document.getElementById("lab-start");
  const again = () => window.location.replace(root.dataset.status);

  function follow() {
    const source = new EventSource(root.dataset.progress);
    const show = (event) => {
      place.innerHTML = event.data;
      // Times are written at once, as after any other part of a page that is replaced.
      document.dispatchEvent(new CustomEvent("htmx:afterSwap", { detail: { target: place } }));
    };
    source.addEventListener("step", show);
    source.addEventListener("failed", (event) => {
      source.close();
      show(event);
      again();
    });
    source.addEventListener("ready", (event) => {
      source.close();
      window.location.replace(event.data);
    });
    source.addEventListener("over", () => {
      source.close();
      window.setTimeout(again, RETRY_MS);
    });
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) window.setTimeout(again, RETRY_MS); };
    window.addEventListener("pagehide", () => source.close());
    // For a second the Hub calls a start ready that is being given up.
    root.addEventListener("submit", () => source.close());
  }

  if (root.dataset.state === "starting") follow();
  if (root.dataset.state === "stopping" || root.dataset.state === "away") window.setTimeout(again, RETRY_MS);
})();
