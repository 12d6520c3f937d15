// The contact list: decisions of the bulk bar name how many they concern; only the open decision's fields are sent.
(() => {
  const bar = document.querySelector(".sc-bulk");
  if (!bar) return;
  const people = () => {
    const count = Number((bar.querySelector("[data-count]").textContent.match(/[\d.,\s]+/) || ["0"])[0].replace(/\D/g, ""));
    return `${count.toLocaleString()} ${count === 1 ? "person" : "people"}`;
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    const dialog = opener && document.getElementById(opener.dataset.open);
    if (!dialog?.matches("[data-decision]")) return;
    dialog.querySelectorAll("[data-n]").forEach((node) => { node.textContent = people(); });
    const title = dialog.querySelector("[data-question]");
    if (title) title.textContent = title.dataset.question.replace("<n>", people());
    document.querySelectorAll("[data-decision] select[disabled], [data-decision] select[data-was]").forEach((one) => { one.disabled = true; one.dataset.was = "1"; });
    dialog.querySelectorAll("select[data-was]").forEach((one) => { one.disabled = false; });
  }, true);
  // Return in a decision's field decides that one: the form's own first button belongs to another dialog.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-decision] input:not([type=checkbox])")) return;
    event.preventDefault();
    event.target.closest("[data-decision]").querySelector("button[name=verb]").click();
  });
  // The exact count arrives later; "Select all n" then counts with it.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!event.target.matches("[data-select-all]")) return;
    const exact = event.target.textContent.replace(/\D/g, "");
    if (exact) bar.dataset.total = exact;
  });
})();

// Import: a changed column is tried out at once; the list of rows is narrowed without asking the server.
(() => {
  const form = document.querySelector("form[data-autosave]");
  form?.addEventListener("change", (event) => { if (event.target.matches("select, input[type=radio]")) form.requestSubmit(); });
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-rows]");
    const box = chosen?.closest("[data-row-filter]");
    if (!box) return;
    box.querySelectorAll("[data-rows]").forEach((one) => one.setAttribute("aria-pressed", String(one === chosen)));
    box.querySelectorAll("[data-rows-of]").forEach((part) => { part.hidden = part.dataset.rowsOf !== chosen.dataset.rows; });
  });
})();
