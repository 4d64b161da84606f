// The search page: under each result the words around the first hit, from search-text.js (the index has no text).
"use strict";

const AROUND = 110;

function excerpt(text, words) {
  const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0);
  if (!places.length) return null;
  const first = Math.min(...places);
  const start = first > AROUND ? text.lastIndexOf(" ", first - AROUND) + 1 : 0;
  const piece = text.slice(start, first + AROUND);
  return `${start ? "… " : ""}${piece.slice(0, piece.lastIndexOf(" "))} …`;
}

function marked(piece, words) {
  const paragraph = document.createElement("p");
  paragraph.className = "context";
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "gi");
  piece.split(pattern).forEach((part, number) => {
    const node = number % 2 ? document.createElement("mark") : document.createElement("span");
    node.textContent = part;
    paragraph.append(node);
  });
  return paragraph;
}

function explain(item, words) {
  const link = item.querySelector("a");
  if (!link || item.querySelector(".context")) return;
  const page = link.getAttribute("href").split(/[?#]/)[0].replace(/\.html$/, "");
  const piece = excerpt(window.bookText?.[page] ?? "", words);
  if (piece) item.append(marked(piece, words));
}

document.addEventListener("DOMContentLoaded", () => {
  const query = new URLSearchParams(location.search).get("q") ?? "";
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const results = document.getElementById("search-results");
  if (!words.length || !results) return;
  const update = () => results.querySelectorAll("ul.search > li").forEach((item) => explain(item, words));
  new MutationObserver(update).observe(results, { childList: true, subtree: true });
});
