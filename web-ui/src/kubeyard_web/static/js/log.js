// Follows a log: by events where the server streams it, else by asking for what came behind the offset.
(() => {
  const POLL_MS = 2000;
  const HIGHLIGHT = "log-search";

  class Log {
    constructor(root) {
      this.root = root;
      this.frame = root.querySelector(".log-text");
      this.lines = root.querySelector("[data-log-lines]");
      this.status = root.querySelector("[data-log-status]");
      this.followBox = root.querySelector("[data-log-follow]");
      this.search = root.querySelector("[data-log-search]");
      this.offset = Number(root.dataset.offset);
      this.matches = [];
      this.current = -1;
      for (const element of root.querySelectorAll(".needs-script")) element.hidden = false;
      this.followBox.addEventListener("change", () => this.toEnd());
      this.frame.addEventListener("wheel", (event) => { if (event.deltaY < 0) this.followBox.checked = false; }, { passive: true });
      this.search.addEventListener("input", () => this.find());
      this.search.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        this.step(event.shiftKey ? -1 : 1);
      });
      this.toEnd();
      if (root.dataset.isLive !== "true") return;
      if (root.dataset.stream) this.stream();
      else this.poll();
    }

    say(text) { this.status.textContent = text; }

    toEnd() {
      if (this.followBox.checked) this.frame.scrollTop = this.frame.scrollHeight;
    }

    append(text) {
      if (!text) return;
      this.lines.append(text);
      this.toEnd();
      if (this.search.value) this.find(false);
    }

    stream() {
      const source = new EventSource(`${this.root.dataset.stream}?offset=${this.offset}`);
      this.say("Live");
      source.onopen = () => this.say("Live");
      source.onmessage = (event) => this.append(`${event.data}\n`);
      source.addEventListener("step", () => document.dispatchEvent(new CustomEvent("kubeyard:refresh-all")));
      source.addEventListener("end", () => {
        source.close();
        this.say("Complete");
        document.dispatchEvent(new CustomEvent("kubeyard:refresh-all"));
      });
      source.onerror = () => this.say("Interrupted; trying again");
      window.addEventListener("pagehide", () => source.close());
    }

    async poll() {
      if (!this.root.isConnected) return;
      let pause = POLL_MS;
      try {
        const answer = await fetch(`${this.root.dataset.poll}&offset=${this.offset}`, { headers: { "HX-Request": "true" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const part = await answer.json();
        this.append(part.text);
        const moved = part.next_offset > this.offset;
        this.offset = part.next_offset;
        this.say(part.is_running ? "Live" : "");
        if (part.more && moved) pause = 0;
        else if (!part.is_running) return;
      } catch {
        this.say("Interrupted; trying again");
      }
      window.setTimeout(() => this.poll(), document.hidden ? POLL_MS * 5 : pause);
    }

    find(shouldScroll = true) {
      const wanted = this.search.value.toLowerCase();
      this.matches = [];
      this.current = -1;
      if (wanted) {
        for (const node of this.lines.childNodes) {
          const text = node.textContent.toLowerCase();
          for (let at = text.indexOf(wanted); at !== -1 && this.matches.length < 2000; at = text.indexOf(wanted, at + wanted.length)) {
            const range = new Range();
            range.setStart(node, at);
            range.setEnd(node, at + wanted.length);
            this.matches.push(range);
          }
        }
      }
      if (window.CSS?.highlights) CSS.highlights.set(HIGHLIGHT, new Highlight(...this.matches));
      if (!wanted) this.say("");
      else if (!this.matches.length) this.say("No match");
      else if (shouldScroll) this.step(1);
    }

    step(direction) {
      if (!this.matches.length) return;
      this.followBox.checked = false;
      this.current = (this.current + direction + this.matches.length) % this.matches.length;
      const match = this.matches[this.current].getBoundingClientRect();
      const frame = this.frame.getBoundingClientRect();
      this.frame.scrollTop += match.top - frame.top - frame.height / 2;
      if (window.CSS?.highlights) CSS.highlights.set(`${HIGHLIGHT}-current`, new Highlight(this.matches[this.current]));
      this.say(`${this.current + 1} of ${this.matches.length}`);
    }
  }

  function begin() {
    for (const root of document.querySelectorAll("[data-log]:not([data-log-ready])")) {
      root.dataset.logReady = "true";
      new Log(root);
    }
  }
  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("htmx:afterSettle", begin);
})();
