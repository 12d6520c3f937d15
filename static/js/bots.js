// The bot builder: words by Enter and comma, steps by Alt + arrows and by dragging. The server redraws the form.
(() => {
  "use strict";
  const form = () => document.querySelector("[data-bot]");
  const redraw = () => form()?.querySelector('button[value="words"]')?.click();

  document.addEventListener("keydown", (event) => {
    const step = event.target.closest?.("[data-step]");
    if (step && event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      step.querySelector(event.key === "ArrowUp" ? "[data-up]" : "[data-down]").click();
      return;
    }
    if (event.target.id === "bot-add-word" && (event.key === "," || event.key === "Enter") && !event.ctrlKey && !event.metaKey &&
        !event.isComposing && event.target.value.trim()) {
      event.preventDefault();
      redraw();
    }
    if (event.target.form === form() && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      document.querySelector('.sc-btn--primary[form="bot"]')?.click();
    }
  });
  document.addEventListener("change", (event) => {
    const name = event.target.name || "";
    if (event.target.form === form() && (name.startsWith("to-") || name === "match" || name.startsWith("text-") ||
        name.startsWith("ids-") || name === "sender" || name === "include" || name === "exclude")) {
      const open = event.target.closest("details[open]");
      if (!open || name === "match") redraw();
    } else if (event.target.form === form() && (name === "early_reply" || name === "over_reply")) {
      redraw();
    } else if (event.target.form === form()) {
      said();
    }
  });
  // A list of choices is read again once it is closed.
  document.addEventListener("toggle", (event) => {
    const pick = event.target;
    if (!pick.matches?.(".sc-bot-pick")) return;
    const chosen = [...pick.querySelectorAll("input:checked")].map((box) => box.value).join();
    if (pick.open) pick.dataset.was = chosen;
    else if (pick.dataset.was !== undefined && pick.dataset.was !== chosen) redraw();
  }, true);
  document.addEventListener("input", (event) => { if (event.target.form === form()) said(); });

  function said() {
    const saved = document.getElementById("bot-saved");
    if (!saved) return;
    saved.textContent = "Not saved yet";
    saved.dataset.unsaved = "";
  }

  // What is not saved is asked about before the page is left; saving and switching take it along.
  let taken = false;
  document.addEventListener("submit", (event) => { if (event.target === form()) taken = !event.defaultPrevented; });
  addEventListener("pageshow", () => { taken = false; });
  addEventListener("beforeunload", (event) => {
    if (!taken && document.querySelector("#bot-saved[data-unsaved]")) event.preventDefault();
  });

  let dragged = null;
  document.addEventListener("pointerdown", (event) => {
    const step = event.target.closest?.("[data-handle]")?.closest("[data-step]");
    if (step && event.pointerType !== "touch") step.draggable = true;
  });
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-step]");
    dragged?.classList.add("is-dragged");
  });
  document.addEventListener("dragover", (event) => {
    const over = event.target.closest?.("[data-step]");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    over.parentNode.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextSibling);
  });
  document.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged = null;
    redraw();
  });
})();
