// Draws the page's plots again with a cursor: by pointer or arrow keys, over all plots at the same moment.
(() => {
  const HEIGHT = 192;
  const LEFT = 52;
  const FOOT = 24;
  const PADDING = [8, 16, 0, 0];
  const FONT = '12px "Inter Variable", "Inter Fallback", sans-serif';
  const [USED, PENDING] = [3, 4];
  const SMALLEST_GAP_BETWEEN_TIMES = 60;
  // How far the marks on the time axis may be apart, finest first.
  const TIME_STEPS = {
    "1h": [["Minutes", 10], ["Minutes", 15], ["Minutes", 30]],
    "24h": [["Hours", 3], ["Hours", 6], ["Hours", 12]],
    "7d": [["Date", 1], ["Date", 2], ["Date", 4]],
  };
  const live = new Map();
  // The moment under the cursor, in seconds; it stays the same one when newer values push it to the left.
  let moment = null;
  // Whether it is this script that moves the cursors, not the reader.
  let isOurs = false;

  // --- words, as the server writes them
  const memory = (megabytes) => {
    if (!megabytes) return ["0", "GiB"];
    let [amount, unit] = [megabytes, "MiB"];
    for (unit of ["MiB", "GiB", "TiB", "PiB"]) {
      if (amount < 1024 || unit === "PiB") break;
      amount /= 1024;
    }
    return [amount.toFixed(1), unit];
  };
  const cores = (number) => [Number(number.toFixed(1)).toLocaleString("en"), number === 1 ? "core" : "cores"];
  const units = { memory, cores };
  const whole = (unit, value) => units[unit](value).join(" ");
  function partOf(unit, part, total) {
    const [number, name] = units[unit](part);
    const [, totalName] = units[unit](total);
    const isSame = part === 0 || name === totalName || unit === "cores";
    return `${isSame ? number : `${number} ${name}`} of ${whole(unit, total)}`;
  }

  const second = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" });
  const stretch = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
  const ofDay = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
  const ofYear = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
  const timeOf = (plot, step) => {
    const [begin, end] = [plot.start + step * plot.step, plot.start + (step + 1) * plot.step];
    return plot.step < 60 ? second.format(begin * 1000) : stretch.formatRange(begin * 1000, end * 1000);
  };

  function beyond(plot, step) {
    const words = [];
    if (whole(plot.unit, plot.peak[step]) !== whole(plot.unit, plot.used[step])) words.push(`peak ${whole(plot.unit, plot.peak[step])}`);
    if (plot.pending[step]) words.push(`${whole(plot.unit, plot.pending[step])} waited for`);
    return words.join(", ");
  }

  // --- the picture
  function timeMarks(plot, width) {
    const end = plot.start + plot.step * plot.used.length;
    const steps = TIME_STEPS[plot.span];
    const lengths = { Minutes: 60, Hours: 3600, Date: 86400 };
    const fits = ([part, number]) => (lengths[part] * number * width) / (end - plot.start) >= SMALLEST_GAP_BETWEEN_TIMES;
    const [part, number] = steps.find(fits) ?? steps.at(-1);
    const marks = [];
    const at = new Date(plot.start * 1000);
    for (at.setHours(0, 0, 0, 0); at / 1000 <= end; at[`set${part}`](at[`get${part}`]() + number)) {
      const place = ((at / 1000 - plot.start) * width) / (end - plot.start);
      if (place >= 0 && place <= width - PADDING[1] / 2) marks.push(at / 1000);
    }
    return marks;
  }
  function timeMark(seconds) {
    const at = new Date(seconds * 1000);
    return at.getHours() + at.getMinutes() === 0 ? ofYear.format(at) : ofDay.format(at);
  }

  // Each value holds for its whole step, and nothing is drawn where there is none. What is waited for is an
  // open box: a line along the bottom would say something where there is nothing to say.
  function steps(u, index) {
    const [stroke, fill] = [new Path2D(), new Path2D()];
    const isBox = index === PENDING;
    const half = u.plot.step / 2;
    const x = (seconds) => Math.round(u.valToPos(seconds, "x", true) * 2) / 2;
    const floor = u.valToPos(0, "y", true);
    let end = null;
    const close = () => {
      if (end !== null && isBox) stroke.lineTo(end, floor);
      end = null;
    };
    u.data[index].forEach((value, step) => {
      if (value === null || (isBox && value === 0)) {
        close();
        return;
      }
      const [left, right] = [x(u.data[0][step] - half), x(u.data[0][step] + half)];
      const y = u.valToPos(value, "y", true);
      if (end === null) stroke.moveTo(left, isBox ? floor : y);
      stroke.lineTo(left, y);
      stroke.lineTo(right, y);
      fill.rect(left, y, right - left, floor - y);
      end = right;
    });
    close();
    return { stroke, fill, clip: null, band: null, gaps: null, flags: 0 };
  }

  function drawGaps(u) {
    const { top, height } = u.bbox;
    const x = (step) => Math.round(u.valToPos(u.plot.start + step * u.plot.step, "x", true));
    u.ctx.fillStyle = u.colour("gap");
    for (const [step, length] of u.plot.gaps) u.ctx.fillRect(x(step), top, x(step + length) - x(step), height);
  }

  function optionsFor(root, plot, width) {
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(`--plot-${name}`).trim();
    const series = (name, more) => ({ paths: steps, points: { show: false }, stroke: () => colour(name), width: 1.5, ...more });
    const axis = { stroke: () => colour("text"), font: FONT, ticks: { show: false }, gap: 8 };
    return {
      width,
      height: HEIGHT,
      padding: PADDING,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: (u, index) => index === USED && cursorPoint(), size: 10, width: 2, fill: () => colour("used"), stroke: () => colour("ground") } },
      scales: { x: { range: (u) => [u.plot.start, u.plot.start + u.plot.step * u.plot.used.length] }, y: { range: (u) => [0, u.plot.top] } },
      axes: [
        { ...axis, size: FOOT, gap: 6, grid: { show: false }, splits: (u) => timeMarks(u.plot, u.bbox.width / devicePixelRatio), values: (u, marks) => marks.map(timeMark) },
        { ...axis, size: LEFT, grid: { stroke: () => colour("grid"), width: 1 }, splits: (u) => Object.keys(u.plot.marks).map(Number), values: (u, marks) => marks.map((mark) => u.plot.marks[mark]) },
      ],
      series: [
        {},
        series("peak", { width: 0, fill: () => colour("peak") }),
        series("total", { dash: [5, 4] }),
        series("used", { width: 2, fill: () => colour("area") }),
        series("pending", { width: 2 }),
      ],
      hooks: {
        init: [(u) => Object.assign(u, { plot, colour })],
        drawClear: [drawGaps],
        setCursor: [moved],
      },
    };
  }
  function cursorPoint() {
    const point = document.createElement("div");
    point.className = "plot-point";
    return point;
  }
  const dataOf = (plot) => [
    plot.used.map((_, step) => plot.start + (step + 0.5) * plot.step),
    plot.peak, plot.total, plot.used, plot.pending,
  ];

  // --- the moment that is read
  const latest = (plot) => plot.used.findLastIndex((value) => value !== null);
  const stepAt = (plot) => (moment === null ? latest(plot) : Math.min(Math.max(Math.floor((moment - plot.start) / plot.step), 0), plot.used.length - 1));

  function tell(root, u) {
    const { plot } = u;
    const step = stepAt(plot);
    let [used, more] = ["Not seen", "the cluster did not answer"];
    if (plot.used[step] !== null) [used, more] = [partOf(plot.unit, plot.used[step], plot.total[step]), beyond(plot, step)];
    else if (step < plot.since) [used, more] = ["Not known", "collecting had not begun"];
    const time = timeOf(plot, step);
    root.querySelector("[data-readout-time]").textContent = time;
    root.querySelector("[data-readout-used]").textContent = used;
    root.querySelector("[data-readout-more]").textContent = more;
    const stage = root.querySelector(".plot-stage");
    stage.setAttribute("aria-valuemax", String(plot.used.length - 1));
    stage.setAttribute("aria-valuenow", String(step));
    stage.setAttribute("aria-valuetext", `${time}: ${used}${more ? `, ${more}` : ""}`);
  }

  // Puts every plot's cursor at the moment, or away when there is none.
  function showMoment() {
    isOurs = true;
    for (const [root, u] of live) {
      const left = moment === null ? -10 : u.valToPos(u.data[0][stepAt(u.plot)], "x");
      u.setCursor({ left, top: moment === null ? -10 : 1 }, false);
      tell(root, u);
    }
    isOurs = false;
  }
  function moved(u) {
    if (isOurs) return;
    moment = u.cursor.idx === null || u.cursor.left < 0 ? null : u.data[0][u.cursor.idx];
    showMoment();
  }
  function pressed(event, u) {
    const { plot } = u;
    const last = plot.used.length - 1;
    const far = Math.round(plot.used.length / 12);
    const now = stepAt(plot);
    const next = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, PageDown: now - far, PageUp: now + far, Home: plot.since, End: last }[event.key];
    if (next === undefined && event.key !== "Escape") return;
    event.preventDefault();
    moment = next === undefined ? null : u.data[0][Math.min(Math.max(next, 0), last)];
    showMoment();
  }

  // --- coming, changing, going
  function begin(root) {
    const place = root.querySelector("[data-plot-live]");
    const stage = document.createElement("div");
    stage.className = "plot-stage";
    for (const [name, value] of Object.entries({ role: "slider", tabindex: "0", "aria-valuemin": "0", "aria-describedby": `${root.id}-summary` })) stage.setAttribute(name, value);
    place.append(stage);
    const plot = JSON.parse(root.dataset.plot);
    const u = new uPlot(optionsFor(root, plot, place.clientWidth), dataOf(plot), stage);
    live.set(root, u);
    stage.addEventListener("keydown", (event) => pressed(event, u));
    stage.addEventListener("blur", () => { moment = null; showMoment(); });
    new ResizeObserver(() => { if (place.clientWidth && place.clientWidth !== u.width) u.setSize({ width: place.clientWidth, height: HEIGHT }); }).observe(place);
    return u;
  }
  function bring(u, source) {
    u.source = source;
    u.plot = JSON.parse(source);
    u.batch(() => u.setData(dataOf(u.plot)));
  }
  function draw() {
    isOurs = true;
    for (const [root, u] of live) {
      if (root.isConnected) continue;
      u.destroy();
      live.delete(root);
    }
    const roots = document.querySelectorAll("[data-plot]");
    document.documentElement.classList.toggle("plots-live", roots.length > 0);
    for (const root of roots) {
      const u = live.get(root) ?? begin(root);
      if (u.source !== root.dataset.plot) bring(u, root.dataset.plot);
      root.querySelector(".plot-stage").setAttribute("aria-label", root.querySelector("[data-plot-live]").dataset.label);
    }
    showMoment();
  }

  // What this script made is no part of what the server sends: an update must leave it alone.
  const { beforeNodeRemoved } = Idiomorph.defaults.callbacks;
  Idiomorph.defaults.callbacks.beforeNodeRemoved = (node) => !node.classList?.contains("plot-stage") && beforeNodeRemoved?.(node);

  const redraw = () => { for (const u of live.values()) u.redraw(true, true); };
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  document.fonts.ready.then(redraw);
  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:afterSwap", draw);
  document.addEventListener("htmx:historyRestore", draw);

  // Time goes on even when nothing on the cluster changes.
  let refreshed = Date.now();
  window.setInterval(() => {
    const part = document.querySelector("[data-refresh-seconds]");
    if (!part || document.hidden || Date.now() - refreshed < part.dataset.refreshSeconds * 1000) return;
    refreshed = Date.now();
    htmx.trigger(part, "refresh");
  }, 1000);
})();
