// Makes the page comfortable; without it everything can still be read, one section after the other.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const sheet = byId("sheet");
  const sheetBody = byId("sheet-body");
  const tip = byId("tip");
  document.documentElement.classList.add("js");

  // ---- pages: the hash names a section, a result, a run or an exchange of a run ----

  const pages = $$(".page");

  function showPage(page) {
    for (const one of pages) one.classList.toggle("current", one === page);
    for (const link of $$("nav a")) {
      if (link.hash === "#" + page.id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  function currentPage() {
    return $(".page.current") || pages[0];
  }

  function route() {
    const target = byId(decodeURIComponent(location.hash.slice(1))) || pages[0];
    if (sheet.open && sheet.contains(target) && !target.matches(".result")) return reveal(target);
    if (target.matches(".result")) {
      if (!currentPage().classList.contains("current")) showPage(pages[0]);
      return openSheet(target);
    }
    if (sheet.open) sheet.close();
    showPage(target.closest(".page") || pages[0]);
    if (!target.matches(".page")) reveal(target);
    else if (location.hash) window.scrollTo(0, 0);
  }

  function reveal(target) {
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    target.scrollIntoView({ block: "center" });
  }

  // ---- a result in a sheet; its runs are moved into it, and back when it is closed ----

  let home = [];

  function borrow(node, into) {
    home.push([node, node.parentElement, node.nextSibling]);
    into.append(node);
  }

  function giveBack() {
    for (const [node, parent, next] of home.reverse()) parent.insertBefore(node, next);
    home = [];
    for (const one of $$(".ev")) one.classList.remove("ev");
    for (const slot of $$(".slot")) slot.replaceChildren();
  }

  function openSheet(result) {
    if (sheet.open && sheet.contains(result)) return;
    hideTip();
    giveBack();
    borrow(result, sheetBody);
    byId("sheet-title").textContent = result.dataset.title;
    $$(".seen[data-run]", result).forEach((seen, n) => bringRun(seen, n === 0));
    if (!sheet.open) sheet.showModal();
    sheet.scrollTop = 0;
  }

  function bringRun(seen, atOnce) {
    const slot = $(".slot", seen);
    const run = byId(seen.dataset.run);
    if (!run || !$(".body", run)) return;
    const bring = (into) => {
      borrow($(".body", run), into);
      for (const n of seen.dataset.evidence.split(" ").filter(Boolean)) {
        const row = byId(`${seen.dataset.run}-${n}`);
        if (row) row.classList.add("ev");
        for (const bar of $$(`a[href="#${seen.dataset.run}-${n}"]`, into)) bar.classList.add("ev");
      }
      rove(into);
    };
    if (atOnce) return bring(slot);
    const more = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = "The exchange of this run";
    more.append(summary);
    slot.append(more);
    more.addEventListener("toggle", () => more.open && !$(".body", more) && bring(more));
  }

  let before = null;
  sheet.addEventListener("close", () => {
    giveBack();
    hideTip();
    if (/^#[cr]\d/.test(location.hash)) history.replaceState(null, "", "#" + currentPage().id);
    if (before && before.isConnected) before.focus({ preventScroll: true });
  });
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
  document.addEventListener("click", (event) => {
    const cell = event.target.closest("a.cell");
    if (cell) before = cell;
  });

  // ---- filters ----

  const filters = byId("filters");
  const rows = $$(".req").map((row, place) => ({
    row,
    place,
    verdicts: $$("[data-verdict]", row).map((cell) => cell.dataset.verdict),
    gaps: $$("[data-gap]", row).map((cell) => cell.dataset.gap),
    text: row.textContent.toLowerCase(),
  }));

  function filter() {
    const want = Object.fromEntries(new FormData(filters));
    const words = want.text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, verdicts, gaps, text } of rows) {
      row.hidden = !(
        (!want.provider || row.dataset.provider === want.provider) &&
        (!want.level || row.dataset.level === want.level) &&
        (!want.verdict || verdicts.includes(want.verdict)) &&
        (!want.gap || gaps.includes(want.gap)) &&
        words.every((word) => text.includes(word))
      );
      shown += row.hidden ? 0 : 1;
    }
    for (const group of $$(".matrix tbody")) group.hidden = !$(".req:not([hidden])", group);
    byId("shown").textContent = `${shown} of ${rows.length} requirement${rows.length === 1 ? "" : "s"}`;
    byId("nothing").hidden = shown > 0;
  }

  function order() {
    const rank = filters.elements.order.value ? ({ row }) => row.dataset.rank : () => 0;
    for (const { row } of [...rows].sort((a, b) => rank(a) - rank(b) || a.place - b.place)) row.parentElement.append(row);
  }

  filters.hidden = false;
  filters.addEventListener("input", filter);
  filters.elements.order.addEventListener("input", order);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(() => (order(), filter())));
  for (const button of $$(".tally button")) {
    button.disabled = false;
    button.addEventListener("click", () => {
      for (const kind of ["verdict", "gap"]) {
        if (filters.elements[kind]) filters.elements[kind].value = button.dataset[kind] || "";
      }
      filter();
      filters.scrollIntoView({ block: "start" });
    });
  }

  // ---- the drawing: what a bar is, on hover and focus; arrow keys go from bar to bar ----

  function barOf(event) {
    return event.target.closest ? event.target.closest(".drawing a") : null;
  }

  function showTip(bar) {
    const row = byId(decodeURIComponent(bar.getAttribute("href").slice(1)));
    tip.replaceChildren();
    if (row) tip.append(...[...row.childNodes].map((node) => node.cloneNode(true)));
    else tip.textContent = bar.getAttribute("aria-label") + " (in the record, not told here)";
    // What lies above a modal sheet must lie in it.
    (sheet.open ? sheet : document.body).append(tip);
    tip.hidden = false;
    const place = bar.getBoundingClientRect();
    const left = Math.min(Math.max(place.left, 12), window.innerWidth - tip.offsetWidth - 12);
    const below = place.bottom + 8;
    tip.style.left = `${Math.max(12, left)}px`;
    tip.style.top = `${below + tip.offsetHeight < window.innerHeight ? below : Math.max(8, place.top - tip.offsetHeight - 8)}px`;
  }

  function hideTip() {
    tip.hidden = true;
  }

  function rove(root) {
    for (const drawing of $$(".drawing", root)) {
      $$("a", drawing).forEach((bar, n) => bar.setAttribute("tabindex", n ? "-1" : "0"));
    }
  }

  document.addEventListener("mouseover", (event) => (barOf(event) ? showTip(barOf(event)) : hideTip()));
  document.addEventListener("focusin", (event) => (barOf(event) ? showTip(barOf(event)) : hideTip()));
  document.addEventListener("scroll", hideTip, true);
  document.addEventListener("keydown", (event) => {
    const bar = barOf(event);
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!bar || step === undefined) return;
    const bars = $$("a", bar.closest(".drawing"));
    const next = bars[Math.min(bars.length - 1, Math.max(0, bars.indexOf(bar) + step))];
    event.preventDefault();
    bar.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
  rove(document);

  // ---- the command, to be taken along ----

  if (navigator.clipboard) {
    for (const line of $$(".command")) {
      const copy = document.createElement("button");
      copy.type = "button";
      copy.className = "copy";
      copy.textContent = "Copy";
      copy.addEventListener("click", async () => {
        await navigator.clipboard.writeText($("code", line).textContent);
        copy.textContent = "Copied";
      });
      line.append(copy);
    }
  }

  filter();
  window.addEventListener("hashchange", route);
  showPage(pages[0]);
  route();
})();
