// The keyboard map. Pages mark what a key does with data-key="n": a field is focused, anything else is pressed.
(() => {
  const { $, $$, openLayer, check } = window.sc;
  const GO = { h: "home", i: "inbox", c: "contacts", m: "campaigns", b: "bots", o: "consent" };
  let waiting = 0;
  let single = true;
  try { single = localStorage.getItem("sc-keys") !== "off"; } catch { /* private mode: keys stay on */ }
  const toggle = $("[data-keys-switch]");
  if (toggle) {
    toggle.checked = single;
    toggle.addEventListener("change", () => {
      single = toggle.checked;
      try { localStorage.setItem("sc-keys", single ? "on" : "off"); } catch { /* lasts for this page */ }
    });
  }
  const rows = () => $$("tr[data-href], .sc-thread-item, [data-row]");
  const current = () => $(".is-current:is(tr, .sc-thread-item, [data-row])");
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
    all.forEach((row) => row.classList.toggle("is-current", row === next));
    next.scrollIntoView({ block: "nearest" });
    (next.matches("a") ? next : $("a", next))?.focus({ preventScroll: true });
  };
  const press = (key) => {
    const target = $$(`[data-key="${CSS.escape(key)}"]`).find((node) => node.offsetParent !== null);
    if (!target) return false;
    if (target.matches("input:not([type=radio], [type=checkbox]), textarea, select")) target.focus();
    else target.click();
    return true;
  };
  const act = (event) => {
    const { key } = event;
    if (Date.now() - waiting < 1200) {
      waiting = 0;
      const link = GO[key] && $(`[data-nav="${GO[key]}"]`);
      if (link) { link.click(); return true; }
    }
    if (key === "g") { waiting = Date.now(); return true; }
    if (key === "?") { openLayer($("#sc-keys")); return true; }
    if (press(key)) return true;
    if (key === "/") { const field = $("[data-search], .sc-filter input[type=search]"); field?.focus(); return Boolean(field); }
    if (key === "j" || key === "k") { step(key === "j" ? 1 : -1); return true; }
    const box = current() && $("input[data-row-check]", current());
    if (key.toLowerCase() === "x" && box) { check(box, !box.checked, event.shiftKey); return true; }
    if (key === "a") { const head = $("input[data-check-all]"); head?.click(); return Boolean(head); }
    return false;
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openLayer($("#sc-palette")); return; }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target.closest?.("form");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    const writing = event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    if (!single || writing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (act(event)) event.preventDefault();
  });
})();
