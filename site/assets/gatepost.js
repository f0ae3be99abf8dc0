/* What the pages do beyond HTML: graphs that answer to the pointer, tables that sort and filter, a search.
   Everything is complete without it. Classic script, no requests but two scripts of this site: works from file://. */
"use strict";
(() => {
  const root = document.body.dataset.root;

  const scripts = new Map();
  const load = (name) => {
    if (!scripts.has(name)) {
      scripts.set(name, new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = root + "assets/" + name;
        script.onload = done;
        script.onerror = failed;
        document.head.append(script);
      }));
    }
    return scripts.get(name);
  };

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  /* Age of the data by the reader's clock. The time itself stands in the page; a clock that is behind it says nothing. */
  const until = document.querySelector("time[data-period]");
  const inWords = (minutes) => {
    const [count, unit] = minutes < 120 ? [minutes, "minute"] : minutes < 2880 ? [minutes / 60, "hour"] : [minutes / 1440, "day"];
    const whole = Math.floor(count);
    return `${whole.toLocaleString("en")} ${unit}${whole === 1 ? "" : "s"}`;
  };
  const tellAge = () => {
    const minutes = (Date.now() - Date.parse(until.dateTime)) / 60000;
    const old = document.querySelector("[data-old]");
    document.querySelector("[data-ago]").textContent = minutes >= 0 ? `, ${inWords(minutes)} ago` : "";
    document.querySelector("[data-age]").textContent = inWords(Math.max(minutes, 0));
    const kept = document.querySelector("[data-kept]"); /* says of itself that it is not counted any further */
    old.hidden = Boolean(kept) || !(minutes > 2 * 60 * Number(until.dataset.period));
  };
  if (until) {
    tellAge();
    setInterval(tellAge, 60000);
    document.addEventListener("visibilitychange", tellAge);
  }

  /* Graphs: plotly draws over the SVG, which stays below for screen readers, for paper, and if plotly fails. */
  const inScheme = (value, tokens, style) => {
    if (typeof value === "string") return value in tokens ? style.getPropertyValue(tokens[value]).trim() : value;
    if (Array.isArray(value)) return value.map((part) => inScheme(part, tokens, style));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inScheme(part, tokens, style)]));
  };

  const draw = (plot) => {
    const { data, layout, tokens } = JSON.parse(document.getElementById(plot.dataset.plot).textContent);
    const style = getComputedStyle(document.documentElement);
    const live = plot.querySelector(".live") || plot.appendChild(make("div", { class: "live", "aria-hidden": "true" }));
    const shown = inScheme(layout, tokens, style);
    shown.font.family = getComputedStyle(document.body).fontFamily;
    if (matchMedia("(max-width: 48rem)").matches) shown.annotations = shown.annotations.filter(({ name }) => name !== "last");
    shown.dragmode = matchMedia("(pointer: fine)").matches ? "zoom" : false;
    return Plotly.react(live, inScheme(data, tokens, style), shown, { displayModeBar: false, responsive: true })
      .then(() => plot.classList.add("drawn"));
  };

  const attempt = (plot) => load("plotly.min.js").then(() => draw(plot)).catch((error) => {
    plot.classList.remove("drawn");
    plot.querySelector(".live")?.remove();
    console.warn("The graph stays as it is:", error);
  });

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      attempt(entry.target);
    }
  });
  document.querySelectorAll("[data-plot]").forEach((plot) => seen.observe(plot));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    document.querySelectorAll(".drawn").forEach(attempt);
  });

  /* Tables. A row and the excerpt below it move together. */
  const groups = (body) => {
    const found = [];
    for (const row of body.rows) {
      if (row.classList.contains("ex")) found.at(-1).push(row);
      else found.push([row]);
    }
    return found;
  };

  const keyOf = (cell) => (cell.dataset.v ?? cell.textContent).trim();
  const asNumber = (key) => (key === "" ? NaN : Number(key.replaceAll(",", "")));
  const wordsFirst = new Intl.Collator("en", { numeric: true });

  const sortBy = (table, heads, at) => {
    const down = heads[at].ariaSort ? heads[at].ariaSort === "ascending" : heads[at].classList.contains("n");
    const body = table.tBodies[0];
    const rows = groups(body).map((group) => [keyOf(group[0].cells[at]), group]);
    const numbers = 2 * rows.filter(([key]) => Number.isFinite(asNumber(key))).length > rows.length;
    const order = numbers ? (a, b) => asNumber(a) - asNumber(b) : wordsFirst.compare;
    /* "no data" among numbers, or nothing among words, comes last whichever way the others run */
    const unknown = (key) => (numbers ? Number.isNaN(asNumber(key)) : key === "");
    rows.sort(([a], [b]) => (unknown(a) || unknown(b) ? unknown(a) - unknown(b) : down ? order(b, a) : order(a, b)));
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[at].setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...rows.flatMap(([, group]) => group));
  };

  for (const table of document.querySelectorAll("table[data-sort]")) {
    if (table.tBodies[0].rows.length < 2) continue;
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      if ("fixed" in head.dataset) return;
      const button = make("button", { type: "button", class: "sort" }, ...head.childNodes);
      button.addEventListener("click", () => sortBy(table, heads, at));
      head.append(button);
    });
    table.classList.add("sorts");
  }

  for (const table of document.querySelectorAll("table[data-filter]")) {
    const all = groups(table.tBodies[0]).map((group) => [group[0].textContent.toLowerCase(), group]);
    const input = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
    const said = make("span", { class: "soft", role: "status" });
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/);
      let left = 0;
      for (const [text, group] of all) {
        const hit = wanted.every((word) => text.includes(word));
        left += hit;
        group.forEach((row) => { row.hidden = !hit; });
      }
      said.textContent = left < all.length ? `${left} of ${all.length} rows` : "";
    });
    table.closest(".scroll").before(make("p", { class: "filter" }, make("label", {}, "Filter ", input), " ", said));
  }

  /* Search: a box in the masthead; its index is fetched when it is first entered. */
  const entry = make("input", {
    type: "search", autocomplete: "off", spellcheck: "false", placeholder: "Signature, job, bug",
    "aria-label": "Search signatures, jobs and bugs", "aria-controls": "found",
  });
  const list = make("ul", { id: "found", hidden: "" });
  const said = make("p", { class: "vh", role: "status" });
  const box = make("div", { class: "search", role: "search" }, entry, list, said);
  document.querySelector(".mast-in").append(box);

  const find = () => {
    const wanted = entry.value.toLowerCase().split(/\s+/).filter(Boolean);
    const index = globalThis.gatepostSearch || [];
    const hits = wanted.length
      ? index.filter(([label, kind]) => wanted.every((word) => `${label} ${kind}`.toLowerCase().includes(word)))
      : [];
    list.replaceChildren(...hits.slice(0, 12).map(([label, kind, url]) =>
      make("li", {}, make("a", { href: /^https?:/.test(url) ? url : root + url }, label), " ", make("span", { class: "soft" }, kind))));
    if (wanted.length && !hits.length) list.append(make("li", { class: "soft" }, "Nothing found"));
    if (hits.length > 12) list.append(make("li", { class: "soft" }, `and ${hits.length - 12} more: add a word`));
    list.hidden = !wanted.length;
    said.textContent = wanted.length ? `${hits.length} found` : "";
  };
  const step = (by) => {
    const stops = [entry, ...list.querySelectorAll("a")];
    stops[Math.min(Math.max(stops.indexOf(document.activeElement) + by, 0), stops.length - 1)].focus();
  };
  entry.addEventListener("focus", () => load("search-index.js").then(find, find), { once: true });
  entry.addEventListener("input", find);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Escape") { entry.focus(); list.hidden = true; }
    else if (event.key === "Enter" && event.target === entry) list.querySelector("a")?.click();
    else return;
    event.preventDefault();
  });
  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) list.hidden = true; });
  entry.addEventListener("focus", () => { if (entry.value) find(); });
})();
