// Rows that open, selection with ranges, "select all n". A list is any element with data-list.
(() => {
  const { $, $$, say } = window.sc;
  const boxes = (list) => $$("input[data-row-check]", list);
  const listOf = (node) => node.closest("[data-list]");
  let last = null;

  const refresh = (list) => {
    const all = boxes(list);
    const chosen = all.filter((box) => box.checked);
    all.forEach((box) => box.closest("tr, [data-row]")?.setAttribute("aria-selected", String(box.checked)));
    const head = $("input[data-check-all]", list);
    if (head) {
      head.checked = chosen.length > 0 && chosen.length === all.length;
      head.indeterminate = chosen.length > 0 && chosen.length < all.length;
    }
    const bar = $(".sc-bulk", list);
    if (!bar) return;
    const whole = $("input[data-all-value]", bar);
    if (chosen.length < all.length && whole) whole.value = "";
    const everyone = whole && whole.value === "1";
    const count = everyone ? Number(bar.dataset.total) : chosen.length;
    bar.hidden = chosen.length === 0;
    $("[data-count]", bar).textContent = `${count.toLocaleString()} selected`;
    const more = $("[data-select-all]", bar);
    if (more) more.hidden = everyone;
  };
  const check = (box, value, range) => {
    const list = listOf(box);
    const all = boxes(list);
    box.checked = value;
    if (range && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((other) => { other.checked = value; });
    }
    last = box;
    refresh(list);
  };

  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("input[data-row-check]");
    if (box) { check(box, box.checked, event.shiftKey); return; }
    const head = event.target.closest("input[data-check-all]");
    if (head) { const list = listOf(head); boxes(list).forEach((one) => { one.checked = head.checked; }); refresh(list); return; }
    const more = event.target.closest("[data-select-all]");
    if (more) {
      const list = listOf(more);
      boxes(list).forEach((one) => { one.checked = true; });
      $("input[data-all-value]", list).value = "1";
      refresh(list);
      say($("[data-count]", list).textContent);
      return;
    }
    const clear = event.target.closest("[data-clear-selection]");
    if (clear) { const list = listOf(clear); boxes(list).forEach((one) => { one.checked = false; }); refresh(list); return; }
    const row = event.target.closest("[data-href]");
    if (!row || event.target.closest("a, button, input, label, select, summary") || String(getSelection()) !== "") return;
    const link = $("a[data-row-link]", row);
    if (link && !event.ctrlKey && !event.metaKey) link.click();
    else if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  });
  document.addEventListener("htmx:afterSettle", () => $$("[data-list]").forEach(refresh));
  $$("[data-list]").forEach(refresh);
  window.sc.check = check;
})();
