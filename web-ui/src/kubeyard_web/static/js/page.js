// What pages do beyond links and forms: dialogs, messages, relative times, copying, keys, selection.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const csrfToken = () => $('meta[name="csrf-token"]').content;
  const dialog = () => $("#dialog");

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = csrfToken();
    if (!event.target.matches(".filter-form")) return;
    // What is left empty does not belong into an address that is shared.
    for (const [name, value] of Object.entries(event.detail.parameters)) if (value === "") delete event.detail.parameters[name];
  });

  // --- messages
  function announce(text) {
    const place = $("#announcer");
    place.textContent = "";
    window.setTimeout(() => { place.textContent = text; }, 60);
  }

  function tell(text, tone = "info") {
    const alert = document.createElement("div");
    alert.className = `alert alert-${tone}`;
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-quiet btn-small";
    close.textContent = "Dismiss";
    const place = $("#flashes");
    close.addEventListener("click", () => {
      alert.remove();
      place.classList.remove("is-told");
    });
    alert.append(words, close);
    place.replaceChildren(alert);
    place.classList.add("is-told");
    // The bar has one row or two.
    place.style.top = `${$(".topbar").offsetHeight + 8}px`;
  }

  document.addEventListener("kubeyard:done", (event) => {
    if (dialog().open) dialog().close();
    tell(event.detail.message, event.detail.tone);
    document.dispatchEvent(new CustomEvent("kubeyard:refresh-all"));
  });

  const failed = () => tell("The web server did not answer. Nothing was changed; try again in a moment.", "danger");
  document.addEventListener("htmx:sendError", (event) => { if (!isBackground(event)) failed(); });
  document.addEventListener("htmx:timeout", (event) => { if (!isBackground(event)) failed(); });
  document.addEventListener("htmx:responseError", (event) => {
    if (isBackground(event)) return;
    tell(`The server could not do this (status ${event.detail.xhr.status}). Reload the page and try again.`, "danger");
  });
  const isBackground = (event) => event.target.matches?.("[data-live], #search");

  // --- dialogs
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== dialog()) return;
    if (!dialog().open) dialog().showModal();
    $("[autofocus]", dialog())?.focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-dialog]") && dialog()?.open) {
      event.preventDefault();
      dialog().close();
    }
    if (event.target === dialog()) dialog().close();
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // --- times
  const units = [["d", 86400], ["h", 3600], ["min", 60]];
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  function ago(moment) {
    const seconds = Math.floor((Date.now() - moment) / 1000);
    if (seconds < 5) return "just now";
    for (const [unit, length] of units) if (seconds >= length) return `${Math.floor(seconds / length)} ${unit} ago`;
    return `${seconds} s ago`;
  }
  function span(seconds) {
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
    return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
  }
  const minute = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
  const dayAndMinute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const clock = (moment) => (moment.toDateString() === new Date().toDateString() ? minute : dayAndMinute).format(moment);
  const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  function tick() {
    for (const time of $$("time[data-relative]")) {
      const moment = new Date(time.dateTime);
      write(time, ago(moment));
      time.title = exact.format(moment);
    }
    for (const time of $$("time[data-clock]")) {
      const moment = new Date(time.dateTime);
      write(time, clock(moment));
      time.title = exact.format(moment);
    }
    for (const time of $$("[data-running-since]")) {
      write(time, span(Math.max(0, Math.floor((Date.now() - new Date(time.dataset.runningSince)) / 1000))));
    }
  }
  window.setInterval(tick, 1000);
  document.addEventListener("DOMContentLoaded", tick);
  // At once, before anything is painted: what the server wrote of a time is never seen to change.
  document.addEventListener("htmx:afterSwap", tick);

  // --- copying
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    if (await copied(button.dataset.copy)) {
      announce(`Copied ${button.dataset.copy}`);
      button.title = "Copied";
    } else {
      tell(`The browser did not let this page copy. Select this and press Ctrl+C: ${button.dataset.copy}`, "warning");
    }
  });

  // Browsers give the clipboard only to pages behind https or on this machine; the older way works on the others.
  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const field = document.createElement("textarea");
      field.value = text;
      field.className = "visually-hidden";
      const focused = document.activeElement;
      document.body.append(field);
      field.select();
      try {
        return document.execCommand("copy");
      } finally {
        field.remove();
        focused?.focus();
      }
    }
  }

  // --- keys
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      $("#search")?.focus();
    }
    if (event.key === "Escape") {
      for (const menu of $$("details.menu[open]")) {
        menu.open = false;
        $("summary", menu).focus();
      }
      if (event.target.id === "search") $("#suggestions").replaceChildren();
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.closest(".search")) {
      const stops = [$("#search"), ...$$("#suggestions a")];
      const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      if (stops[next]) {
        event.preventDefault();
        stops[next].focus();
      }
    }
  });

  // --- rows that are ticked
  function countSelected() {
    const chosen = $$("input[data-select]:checked").length;
    for (const row of $$("tr")) row.classList.toggle("is-selected", Boolean($("input[data-select]:checked", row)));
    const bar = $("#selection-bar");
    if (!bar) return;
    bar.hidden = chosen === 0;
    $("[data-selected-count]", bar).textContent = `${chosen} selected`;
    const all = $("input[data-select-all]");
    if (all) {
      const boxes = $$("input[data-select]:not(:disabled)");
      all.checked = boxes.length > 0 && boxes.every((box) => box.checked);
      all.indeterminate = chosen > 0 && !all.checked;
    }
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[data-select-all]")) {
      for (const box of $$("input[data-select]:not(:disabled)")) box.checked = event.target.checked;
    }
    if (event.target.matches("input[data-select], input[data-select-all]")) countSelected();
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-clear-selection]")) return;
    for (const box of $$("input[data-select]:checked")) box.checked = false;
    countSelected();
  });
  document.addEventListener("htmx:afterSettle", countSelected);
  document.addEventListener("DOMContentLoaded", () => {
    for (const element of $$(".needs-script")) element.hidden = false;
    countSelected();
  });

  window.kubeyard = { announce, tell };
})();
