(function () {
  "use strict";
  var root = document.documentElement, form = document.getElementById("filter");
  var rows = Array.prototype.slice.call(document.querySelectorAll(".check, .rest > p"));
  var shown = document.getElementById("shown"), nothing = document.getElementById("nothing");
  var names = ["verdict", "area", "operation", "text"], texts = new Map(), timer;
  root.classList.add("has-js");

  function textOf(row) {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  }
  function wanted() {
    var want = {};
    names.forEach(function (name) { want[name] = form.elements[name].value.trim(); });
    return want;
  }
  function apply(want) {
    var count = 0, words = want.text.toLowerCase().split(/\s+/).filter(Boolean);
    rows.forEach(function (row) {
      // A line has the verdict of its list and the area of its id.
      var verdict = row.dataset.verdict || row.parentNode.id;
      var area = row.dataset.area || row.id.slice(6).split(/[-\/]/)[0];
      var fits = (!want.verdict || verdict === want.verdict) && (!want.area || area === want.area) &&
        (!want.operation || row.dataset.operations.indexOf(" " + want.operation + " ") >= 0) &&
        words.every(function (word) { return textOf(row).indexOf(word) >= 0; });
      row.hidden = !fits;
      if (fits) count++;
    });
    var filtered = names.some(function (name) { return want[name]; });
    document.querySelectorAll(".rest").forEach(function (rest) {
      var any = rest.querySelector("p:not([hidden])");
      rest.hidden = !any;
      if (filtered && any) rest.open = true;
      if (!filtered) rest.open = false;
    });
    nothing.hidden = count > 0 || rows.length === 0;
    shown.textContent = count + " of " + rows.length + " checks";
  }
  function write(want) {
    var parts = new URLSearchParams();
    names.forEach(function (name) { if (want[name]) parts.set(name, want[name]); });
    history.replaceState(null, "", parts.toString() ? "#" + parts : location.pathname + location.search);
  }
  function show(row) {
    if (row.hidden) { form.reset(); apply(wanted()); }
    for (var at = row; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    row.scrollIntoView();
    (row.querySelector("summary") || row).focus({ preventScroll: true });
  }
  function follow() {
    var hash = location.hash.slice(1), place = null;
    try { place = document.getElementById(decodeURIComponent(hash)); } catch (error) { /* no place has a malformed name */ }
    if (place && place.matches(".check, .rest > p")) { show(place); return; }
    if (hash.indexOf("=") < 0) return;
    var want = new URLSearchParams(hash);
    names.forEach(function (name) { form.elements[name].value = want.get(name) || ""; });
    apply(wanted());
    document.getElementById("checks").scrollIntoView();
  }
  form.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(function () { var want = wanted(); apply(want); write(want); }, 60);
  });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () {
    setTimeout(function () { var want = wanted(); apply(want); write(want); });
  });
  window.addEventListener("hashchange", follow);

  function theme() {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  }
  document.getElementById("theme").addEventListener("click", theme);

  function step(by) {
    var open = Array.prototype.slice.call(document.querySelectorAll(".check:not([hidden]) > summary"));
    var at = open.indexOf(document.activeElement && document.activeElement.closest("summary"));
    var next = open[at < 0 ? (by > 0 ? 0 : open.length - 1) : at + by];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { form.reset(); if (document.activeElement) document.activeElement.blur(); return; }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "/") { event.preventDefault(); form.elements.text.focus(); }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
    if (event.key === "t") theme();
  });

  document.querySelectorAll(".curl").forEach(function (block) {
    if (!navigator.clipboard) return;
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = "copy";
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(block.querySelector("code").textContent).then(function () { button.textContent = "copied"; });
    });
    block.appendChild(button);
  });
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll(".check.failed:not([hidden])").forEach(function (check) { check.open = true; });
  });
  rows.forEach(function (row) { if (row.tagName === "P") row.tabIndex = -1; });
  apply(wanted());
  follow();
})();
