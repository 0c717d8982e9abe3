"use strict";
(() => {
  const X = 0, Y = 1, TITLE = 2, ADDRESS = 3, DATE = 4, TOPIC = 5, LINKS = 6;
  const { names, articles } = JSON.parse(document.getElementById("map-data").textContent);
  // Colours that people who see few colours can tell apart (M. Okabe and K. Ito), and grey for all other topics.
  const colours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a900"];
  const other = "#8a8d96";
  const at = (id) => document.getElementById(id);
  at("map").hidden = false;
  const canvas = at("canvas"), context = canvas.getContext("2d"), tip = at("tip");
  const named = articles.map((article) => article[TITLE].toLowerCase());
  const incoming = articles.map(() => []);
  articles.forEach((article, from) => article[LINKS].forEach((to) => incoming[to].push(from)));

  let width = 0, height = 0, transform = d3.zoomIdentity, tree = null, px = [], py = [];
  let chosen = -1, hovered = -1, matches = null, planned = 0;

  function colour(number) {
    const topic = articles[number][TOPIC];
    return topic < 0 ? other : colours[topic];
  }

  function measure() {
    const ratio = window.devicePixelRatio || 1;
    width = canvas.clientWidth;
    height = canvas.clientHeight;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    px = articles.map((article) => (article[X] / 10000) * width);
    py = articles.map((article) => (article[Y] / 10000) * height);
    tree = d3.quadtree(d3.range(articles.length), (n) => px[n], (n) => py[n]);
    plan();
  }

  function plan() {
    if (!planned) planned = requestAnimationFrame(draw);
  }

  function line(from, to) {
    context.moveTo(transform.applyX(px[from]), transform.applyY(py[from]));
    context.lineTo(transform.applyX(px[to]), transform.applyY(py[to]));
  }

  function draw() {
    planned = 0;
    const ink = getComputedStyle(canvas).color;
    const focus = hovered >= 0 ? hovered : chosen;
    const size = Math.max(1.4, Math.min(7, (transform.k ** 0.6 * 60) / Math.sqrt(articles.length + 100)));
    const inside = (n) => {
      const x = transform.applyX(px[n]), y = transform.applyY(py[n]);
      return x > -20 && y > -20 && x < width + 20 && y < height + 20;
    };
    context.clearRect(0, 0, width, height);
    if (at("links").checked) {
      context.globalAlpha = Math.min(0.4, 0.07 * transform.k + 20 / articles.length);
      context.strokeStyle = other;
      context.lineWidth = 0.6;
      context.beginPath();
      articles.forEach((article, from) => article[LINKS].forEach((to) => (inside(from) || inside(to)) && line(from, to)));
      context.stroke();
    }
    articles.forEach((article, n) => {
      if (!inside(n)) return;
      context.globalAlpha = matches && !matches.has(n) ? 0.12 : 0.85;
      context.fillStyle = colour(n);
      context.beginPath();
      context.arc(transform.applyX(px[n]), transform.applyY(py[n]), matches && matches.has(n) ? size + 1.5 : size, 0, 7);
      context.fill();
    });
    if (focus >= 0) {
      context.globalAlpha = 0.9;
      context.strokeStyle = context.fillStyle = ink;
      context.lineWidth = 1.4;
      context.beginPath();
      articles[focus][LINKS].forEach((to) => line(focus, to));
      context.stroke();
      for (const n of [focus, ...articles[focus][LINKS]]) {
        context.beginPath();
        context.arc(transform.applyX(px[n]), transform.applyY(py[n]), size + (n === focus ? 3 : 1), 0, 7);
        context.fill();
      }
    }
    label(size, ink, focus);
  }

  // Titles where there is room: of what is in focus first, then of what is suggested most.
  function label(size, ink, focus) {
    if (transform.k < 3 && !matches && focus < 0) return;
    const few = width < 600 ? 8 : 30, taken = [];
    const first = focus >= 0 ? [focus, ...articles[focus][LINKS]] : [];
    const rest = matches ? [...matches] : transform.k >= 3 ? order : [];
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    for (const n of [...first, ...rest]) {
      if (taken.length >= few) break;
      const x = transform.applyX(px[n]) + size + 4, y = transform.applyY(py[n]);
      if (x < 0 || y < 8 || x > width - 60 || y > height - 8) continue;
      const text = short(articles[n][TITLE], 44), wide = context.measureText(text).width;
      if (x + wide > width || taken.some((box) => x < box[1] && x + wide > box[0] && Math.abs(y - box[2]) < 15)) continue;
      taken.push([x, x + wide, y]);
      context.globalAlpha = 0.8;
      context.fillStyle = getComputedStyle(document.body).backgroundColor;
      context.fillRect(x - 2, y - 8, wide + 4, 16);
      context.globalAlpha = 1;
      context.fillStyle = ink;
      context.fillText(text, x, y);
    }
  }

  const order = d3.range(articles.length).sort((a, b) => incoming[b].length - incoming[a].length);
  const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  function nearest(event) {
    const [x, y] = d3.pointer(event, canvas);
    const [left, top] = transform.invert([x, y]);
    const found = tree.find(left, top, 14 / transform.k);
    return found === undefined ? -1 : found;
  }

  // Text is put in as text, never as HTML; an address is a link only where it leads to a page.
  function element(name, text, options = {}) {
    const made = Object.assign(document.createElement(name), options);
    made.textContent = text;
    return made;
  }

  function title(number) {
    const [, , text, address] = articles[number];
    return /^https?:\/\//i.test(address)
      ? element("a", text, { href: address, rel: "noopener noreferrer" })
      : element("span", text);
  }

  function list(heading, numbers) {
    if (!numbers.length) return [];
    const rows = element("ul", "", { className: "plain" });
    for (const number of numbers.slice(0, 30)) {
      const row = element("li", "");
      const button = element("button", short(articles[number][TITLE], 110), { type: "button", className: "link" });
      button.addEventListener("click", () => choose(number, true));
      row.append(button, element("small", ` ${articles[number][DATE]}`));
      rows.append(row);
    }
    return [element("h3", numbers.length > 30 ? `${heading} (the first 30)` : heading), rows];
  }

  function choose(number, move) {
    chosen = number;
    at("panel").replaceChildren();
    if (number >= 0) {
      const heading = element("h3", "");
      heading.append(title(number), element("small", ` ${articles[number][DATE]}`));
      at("panel").append(heading);
      const links = articles[number][LINKS];
      if (links.length) at("panel").append(...list("Suggested under it", links));
      else at("panel").append(element("p", "It has no suggestions on this map."));
      at("panel").append(...list("It is suggested under", incoming[number]));
      if (move) fly(number);
    }
    plan();
  }

  function fly(number) {
    const scale = Math.max(transform.k, 5);
    const to = d3.zoomIdentity.translate(width / 2 - scale * px[number], height / 2 - scale * py[number]).scale(scale);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    d3.select(canvas).transition().duration(still ? 0 : 450).call(zoom.transform, to);
  }

  function search() {
    const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    matches = null;
    at("found").textContent = "";
    if (words.length) {
      const found = d3.range(articles.length).filter((n) => words.every((word) => named[n].includes(word)));
      matches = new Set(found);
      at("found").textContent = `${found.length.toLocaleString("en")} found`;
      chosen = -1;
      at("panel").replaceChildren(...list("Found", found));
    } else {
      choose(-1, false);
    }
    plan();
  }

  const zoom = d3.zoom().scaleExtent([1, 60]).on("zoom", (event) => {
    transform = event.transform;
    plan();
  });
  // A wheel over the map scrolls the page until the map was clicked or Ctrl is held, so nobody is caught in it.
  let entered = false;
  zoom.filter((event) => (event.type === "wheel" ? entered || event.ctrlKey : !event.button));
  d3.select(canvas).call(zoom).on("dblclick.zoom", null);
  canvas.addEventListener("pointerdown", () => { entered = true; });
  canvas.addEventListener("pointerleave", () => { entered = false; hovered = -1; tip.hidden = true; plan(); });
  canvas.addEventListener("pointermove", (event) => {
    const found = nearest(event);
    if (found !== hovered) {
      hovered = found;
      plan();
    }
    tip.hidden = found < 0;
    canvas.style.cursor = found < 0 ? "grab" : "pointer";
    if (found < 0) return;
    const [x, y] = d3.pointer(event, canvas);
    tip.textContent = `${short(articles[found][TITLE], 120)} ${articles[found][DATE]}`;
    tip.style.left = `${Math.max(0, Math.min(x + 14, width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${y > height - 70 ? y - tip.offsetHeight - 12 : y + 14}px`;
  });
  canvas.addEventListener("click", (event) => choose(nearest(event), false));
  at("search").addEventListener("input", search);
  at("links").addEventListener("change", plan);
  at("reset").addEventListener("click", () => d3.select(canvas).call(zoom.transform, d3.zoomIdentity));
  const counts = d3.rollup(articles, (some) => some.length, (article) => article[TOPIC]);
  for (const topic of [...names.keys(), -1]) {
    if (!counts.get(topic) || !names.length) continue;
    const row = element("li", ` ${topic < 0 ? "other" : names[topic]} `);
    row.prepend(element("i", "", { style: `background: ${topic < 0 ? other : colours[topic]}` }));
    row.append(element("small", counts.get(topic).toLocaleString("en")));
    at("legend").append(row);
  }
  tip.hidden = true;
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", plan);
  new ResizeObserver(measure).observe(canvas);
})();
