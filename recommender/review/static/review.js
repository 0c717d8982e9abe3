"use strict";
// Everything works without this: it adds keys, dragging, and news of the file of decisions.
const items = () => [...document.querySelectorAll("[data-item]")];
const news = document.getElementById("news");
const help = document.getElementById("help");
let here = -1;

function go(to) {
  const all = items();
  if (!all.length) return;
  all[here]?.classList.remove("here");
  here = Math.min(all.length - 1, Math.max(0, to));
  const item = all[here];
  item.classList.add("here");
  (item.matches("[tabindex]") ? item : item.querySelector("a")).focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

function reorder(box, from, to) {
  const ids = [...box.querySelectorAll("[data-id]")].map((one) => one.dataset.id);
  if (from < 0 || to < 0 || to >= ids.length || from === to) return;
  ids.splice(to, 0, ...ids.splice(from, 1));
  const form = document.getElementById("order");
  // All down to the place that was moved keep their order from now on.
  form.elements.order.value = ids.slice(0, Math.max(from, to) + 1).join("\n");
  form.submit();
}

const box = document.getElementById("box");
const inBox = (item) => [...(box?.querySelectorAll("[data-id]") ?? [])].indexOf(item);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (button) {
    const at = inBox(button.closest("[data-item]"));
    reorder(box, at, at + Number(button.dataset.move));
  }
});

let dragged = null;
box?.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-id]");
  dragged?.classList.add("dragging");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged?.dataset.id ?? "");
});
box?.addEventListener("dragend", () => dragged?.classList.remove("dragging"));
box?.addEventListener("dragover", (event) => event.preventDefault());
box?.addEventListener("drop", (event) => {
  event.preventDefault();
  const target = event.target.closest("[data-id]");
  if (dragged && target) reorder(box, inBox(dragged), inBox(target));
});

document.getElementById("help-button").addEventListener("click", () => help.showModal());

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target.matches("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const item = items()[here];
  const press = (key) => item?.querySelector(`[data-key="${key}"]`);
  const follow = (selector) => document.querySelector(selector)?.click();
  const keys = {
    j: () => go(here + 1),
    k: () => go(here - 1),
    o: () => item?.querySelector("[data-open]")?.click(),
    a: () => press("a")?.click(),
    p: () => press("p")?.click(),
    t: () => press("t")?.click(),
    r: () => press("r")?.focus(),
    J: () => item && box?.contains(item) && reorder(box, inBox(item), inBox(item) + 1),
    K: () => item && box?.contains(item) && reorder(box, inBox(item), inBox(item) - 1),
    u: () => document.getElementById("undo")?.click(),
    n: () => follow("[data-after]"),
    b: () => follow("[data-before]"),
    q: () => follow("[data-queue]"),
    "/": () => document.getElementById("search")?.focus(),
    "?": () => help.showModal(),
  };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

// After a decision the same candidate, or what took its place, is where the editor goes on.
const at = new URLSearchParams(location.search).get("at");
if (at !== null) {
  const found = items().findIndex((one) => one.dataset.id === at);
  const before = Number(sessionStorage.getItem("here") ?? 0);
  go(found >= 0 ? found : before);
}
addEventListener("pagehide", () => sessionStorage.setItem("here", String(Math.max(0, here))));

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/version");
    const found = answer.ok ? await answer.json() : {}; // a file that a hand broke has no version
    if (found.version !== document.body.dataset.version) {
      news.classList.add("changed");
      news.textContent = "The file of decisions has changed: load the page again to see it.";
    } else if (document.body.dataset.computing) {
      document.getElementById("known").textContent = `${found.n_known.toLocaleString("en")} articles computed`;
    }
  } catch {
    news.classList.add("changed");
    news.textContent = "The program does not answer any more. Start it again: recommender review SITE";
  }
}
if (document.body.dataset.version) {
  setInterval(look, 3000);
  addEventListener("focus", look);
}
