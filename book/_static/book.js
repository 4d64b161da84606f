// What the static pages need beyond the theme: formulas inside widgets, names for sliders, boxes that scroll by keyboard.
"use strict";

// The widget manager speaks MathJax 2: it calls Hub.Queue(["Typeset", Hub, element]). Queue the element in MathJax 3.
function typesetWidgets() {
  if (!window.MathJax?.startup) return;
  MathJax.Hub = {
    Queue([, , element]) {
      element.classList.add("mathjax_process"); // pages are marked as mathjax_ignore but for what carries this class
      MathJax.startup.promise = MathJax.startup.promise.then(() => MathJax.typesetPromise([element]));
    },
  };
}

// The handle and the read-out of a slider carry no name; its visible label, or the one given for it, is the name.
function nameSlider(slider) {
  const name = slider.querySelector(".widget-label")?.textContent.trim() || slider.title;
  if (!name) return;
  for (const part of slider.querySelectorAll("[role=slider], .widget-readout")) part.setAttribute("aria-label", name);
}

const BUTTONS = { play: "Play", pause: "Pause", stop: "Stop and go back", retweet: "Repeat" };

function namePlayer(player) {
  for (const button of player.querySelectorAll("button")) {
    const icon = button.querySelector("svg, i")?.getAttribute("class").match(/fa-(play|pause|stop|retweet)/)?.[1];
    if (icon) button.setAttribute("aria-label", BUTTONS[icon]);
  }
}

function mendWidgets(root) {
  root.querySelectorAll(".widget-slider").forEach(nameSlider);
  root.querySelectorAll(".widget-play").forEach(namePlayer);
  root.querySelectorAll(".widget-subarea [title=null]").forEach((part) => part.removeAttribute("title"));
}

// The theme's icons are drawn when the page has loaded. Font Awesome must not go on watching: it would swap the icon in a
// play button for another element, at which the widget's view throws and its links are dead.
document.addEventListener("readystatechange", () => {
  if (document.readyState === "complete") window.FontAwesome?.noAuto();
});

// A box that scrolls must be reachable by keyboard; one that does not should not be a stop of the Tab key.
const SCROLLING = "mjx-container, .highlight pre, .pst-scrollable-table-container, .output.text_html, figure, .widget-subarea";

// A formula that is a little too wide is set a little smaller; only what would then be hard to read scrolls.
const SMALLEST = 0.84;

function fitFormulas() {
  for (const formula of document.querySelectorAll("mjx-container[display=true]")) {
    const picture = formula.querySelector("svg");
    if (!picture) continue;
    picture.style.width = picture.style.height = "";
    const ratio = formula.clientWidth / formula.scrollWidth;
    if (ratio >= 1 || ratio < SMALLEST) continue;
    // By its width, not by a font size: browsers that round an ex to whole pixels would change nothing.
    picture.style.width = `${formula.clientWidth}px`;
    picture.style.height = "auto";
  }
}

function markScrolling() {
  fitFormulas();
  for (const box of document.querySelectorAll(SCROLLING)) {
    const scrolls = box.scrollWidth > box.clientWidth;
    if (scrolls) box.tabIndex = 0;
    else if (box.getAttribute("tabindex") === "0") box.removeAttribute("tabindex");
  }
}

document.addEventListener("DOMContentLoaded", () => {
  typesetWidgets();
  const article = document.querySelector("article") ?? document.body;
  new MutationObserver(() => mendWidgets(article)).observe(article, { childList: true, subtree: true });
  const settled = window.MathJax?.startup?.promise ?? Promise.resolve();
  settled.then(() => {
    markScrolling();
    window.bookSettled = true; // for whoever prints or tests the page
  });
  window.addEventListener("load", markScrolling);
  window.addEventListener("resize", markScrolling);
});
