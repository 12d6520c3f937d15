// Composer: merge fields at the cursor, when it was saved, the launch question; the report keeps its dialogs while it moves.
(() => {
  const { $, $$, openLayer } = window.sc;
  const form = $("#draft");

  // The launch question opens once its figures are there.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "sc-launch-box") openLayer($("#sc-launch"), $("[data-launch]"));
  });
  if (!form) return;

  // Merge field: written where the cursor is.
  document.addEventListener("click", (event) => {
    const item = event.target.closest("[data-insert]");
    if (!item) return;
    const text = $("[data-text]", form);
    text.setRangeText(item.dataset.insert, text.selectionStart, text.selectionEnd, "end");
    item.closest("details").open = false;
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // Merge fields stand out: a mirror behind the text holds their grounds.
  const mirror = $("[data-mirror]", form);
  const paint = () => {
    const text = $("[data-text]", form);
    mirror.replaceChildren(...text.value.split(/(\{\{[^{}]*\}\}|\{%[^{}]*%\})/).map((piece, at) => {
      if (at % 2 === 0) return document.createTextNode(piece);
      const mark = document.createElement("mark");
      mark.className = piece.startsWith("{%") ? "is-tag" : "";
      mark.textContent = piece;
      return mark;
    }), document.createTextNode("\n"));
    mirror.scrollTop = text.scrollTop;
  };
  paint();
  form.addEventListener("input", paint);
  form.addEventListener("scroll", (event) => { if (event.target.matches("[data-text]")) mirror.scrollTop = event.target.scrollTop; }, true);
  document.addEventListener("htmx:afterSettle", paint);

  // The field of days stays as it was typed; the server says beside it whether it counts.
  const days = $("#field-footer-days");
  if (days) document.addEventListener("htmx:afterSettle", () => days.setAttribute("aria-invalid", String(Boolean($("#footer-days-error").textContent.trim()))));

  // What a Fix link leads to may be folded away.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#campaign-checks a[href^='#'], #sc-launch a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    const folded = field?.closest("details");
    if (folded) folded.open = true;
    const asked = link?.closest("dialog");
    if (asked) { asked.returnTo = field; asked.close(); }
  });

  // Groups and tags by typing; that search is no part of the draft.
  const findSet = (field) => {
    const wanted = field.value.trim().toLowerCase();
    $$("[data-set]").forEach((row) => { row.hidden = !row.dataset.set.includes(wanted); });
  };

  // Autosave: what is typed counts as unsaved until the server has answered; Launch waits for it.
  const saved = () => $("#campaign-saved");
  let dirty = false;
  let waiting = null;
  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-find-set]")) { findSet(event.target); event.stopImmediatePropagation(); return; }
    dirty = true;
    saved().dataset.saveState = "typing";
    saved().textContent = "Not saved yet";
  }, true);
  const ago = () => {
    const mark = saved();
    if (mark.dataset.saveState !== "saved") return;
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(mark.dataset.savedAt)) / 1000));
    mark.textContent = seconds < 3 ? "Saved" : seconds < 60 ? `Saved ${seconds} s ago` : seconds < 3600 ? `Saved ${Math.round(seconds / 60)} min ago` : "Saved";
  };
  ago();
  setInterval(ago, 5000);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt !== form) return;
    dirty = false;
    saved().textContent = "Saving";
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form) return;
    ago();
    markPeople();
    if (waiting && !dirty) { const go = waiting; waiting = null; if (saved().dataset.saveState === "saved") go(); }
  });
  document.addEventListener("htmx:sendError", () => { saved().dataset.saveState = "refused"; saved().textContent = "Not saved"; });
  addEventListener("pagehide", () => { if (dirty) navigator.sendBeacon(form.action, new FormData(form)); });
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.target.matches("[data-launch]") || !dirty) return;
    event.preventDefault();
    waiting = () => event.detail.issueRequest(true);
    form.requestSubmit();
  });

  // People behind a number open beside the draft, so that nothing written is left behind.
  const markPeople = () => $$("#campaign-audience a.sc-funnel-row").forEach((row) => { row.dataset.drawer = ""; });
  markPeople();
  document.addEventListener("htmx:afterSettle", markPeople);
})();
