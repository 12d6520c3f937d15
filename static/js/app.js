// Layers, menus, toasts, questions before an act, themes, small helpers. Pages work without it where that makes sense.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const say = (text, urgent = false) => {
    const region = $(urgent ? "#sc-alert" : "#sc-live");
    if (region) { region.textContent = ""; setTimeout(() => { region.textContent = text; }, 30); }
  };

  // Layers: <dialog id>, opened by data-open="id", closed by data-close, Esc or a press outside.
  const openLayer = (dialog, opener) => {
    if (!dialog || dialog.open) return;
    dialog.returnTo = opener || document.activeElement;
    dialog.showModal();
  };
  const closing = (dialog) => {
    // What opened it may have been drawn anew meanwhile, or stand in a menu that has closed.
    const back = dialog.returnTo?.isConnected ? dialog.returnTo : $(`[data-open="${CSS.escape(dialog.id)}"]`);
    const menu = back?.closest("details[data-menu]:not([open])");
    (menu ? $("summary", menu) : back)?.focus();
  };
  document.addEventListener("close", (event) => { if (event.target instanceof HTMLDialogElement) closing(event.target); }, true);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.open);
      if (dialog) { event.preventDefault(); closeMenus(); openLayer(dialog, opener); }
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer) { event.preventDefault(); closer.closest("dialog")?.close(); return; }
    if (event.target instanceof HTMLDialogElement) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) event.target.close();
    }
  });

  // Menus are <details data-menu>: one open at a time, closed by a press outside or Esc.
  const closeMenus = (except) => $$("details[data-menu][open]").forEach((menu) => { if (menu !== except) menu.open = false; });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = $("details[data-menu][open]");
    if (menu) { menu.open = false; $("summary", menu)?.focus(); event.stopPropagation(); }
  });

  // Drawer: a link with data-drawer opens its page's part beside the list; the address changes, back closes it.
  let pushed = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "sc-drawer-content" || !event.detail.serverResponse.includes('id="content"')) return;
    // The address answered with its whole page: show its heading and content only.
    const page = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    const head = document.createElement("div");
    head.className = "sc-drawer-head";
    const title = document.createElement("h2");
    title.textContent = page.querySelector("h1")?.textContent.trim() || "";
    const close = document.createElement("button");
    close.className = "sc-btn sc-btn--ghost sc-btn--sm";
    close.type = "button";
    close.dataset.close = "";
    close.textContent = "Close";
    head.append(title, close);
    event.detail.serverResponse = `${head.outerHTML}<div class="sc-drawer-body">${page.querySelector("#content").innerHTML}</div>`;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-drawer]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || !window.htmx) return;
    event.preventDefault();
    const drawer = $("#sc-drawer");
    drawer.classList.toggle("sc-drawer--wide", link.dataset.drawer === "wide");
    window.htmx.ajax("GET", link.href, { target: "#sc-drawer-content", swap: "innerHTML" }).then(() => {
      openLayer(drawer, link);
      history.pushState({ scDrawer: true }, "", link.href);
      pushed = true;
    });
  });
  $("#sc-drawer")?.addEventListener("close", () => { if (pushed) { pushed = false; history.back(); } });
  addEventListener("popstate", () => { pushed = false; $("#sc-drawer[open]")?.close(); });

  // Questions before an act: data-confirm on a form, link's form or button; hx-confirm likewise.
  const ask = (source, question) => new Promise((resolve) => {
    const dialog = $("#sc-confirm");
    const data = source.dataset;
    $("#sc-confirm-title").textContent = question;
    $("#sc-confirm-text").textContent = data.confirmText || "";
    const yes = $("[data-confirm-yes]", dialog);
    yes.textContent = data.confirmVerb || source.textContent.trim() || "Go on";
    yes.classList.toggle("sc-btn--danger-fill", data.confirmTone === "danger");
    yes.classList.toggle("sc-btn--primary", data.confirmTone !== "danger");
    $("[data-confirm-no]", dialog).textContent = data.confirmBack || "Go back";
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "go"), { once: true });
    openLayer(dialog, source.matches("button, a") ? source : document.activeElement);
    $("[data-confirm-no]", dialog).focus();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const source = event.submitter?.dataset.confirm ? event.submitter : form;
    if (!source.dataset.confirm || form.dataset.confirmed === "yes") { delete form.dataset.confirmed; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    ask(source, source.dataset.confirm).then((go) => {
      if (!go) return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(submitter);
    });
  }, true);
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.elt, event.detail.question).then((go) => { if (go) event.detail.issueRequest(true); });
  });

  // Toasts: successes only; HX-Trigger: {"toast": {"text": "…"}} adds one.
  const leave = (toast) => { toast.classList.add("is-leaving"); setTimeout(() => toast.remove(), 200); };
  const watchToast = (toast) => setTimeout(() => leave(toast), $("form, button", toast) ? 10000 : 5000);
  const toast = (text) => {
    const box = document.createElement("div");
    box.className = "sc-toast";
    const words = document.createElement("span");
    words.textContent = text;
    box.append(words);
    $("#sc-toasts")?.append(box);
    watchToast(box);
  };
  $$("[data-toast]").forEach(watchToast);
  document.body.addEventListener("toast", (event) => toast(event.detail.text || event.detail.value || ""));
  document.body.addEventListener("say", (event) => say(event.detail.text || event.detail.value || "", Boolean(event.detail.urgent)));

  // htmx: errors become a banner at the top of the page, never a toast.
  const refuse = (text) => {
    const banner = document.createElement("div");
    banner.className = "sc-banner is-no";
    banner.setAttribute("role", "alert");
    const words = document.createElement("div");
    words.textContent = text;
    banner.append(words);
    const content = $("#content");
    content?.prepend(banner);
    content?.parentElement?.scrollTo({ top: 0 });
  };
  document.addEventListener("htmx:sendError", () => refuse("The connection broke. Nothing was changed. Try again in a moment."));
  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    const plain = (answer.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    refuse(plain && answer.responseText ? answer.responseText : `That was not done (${answer.status}). Nothing was changed.`);
  });
  document.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute("aria-busy"));

  // Themes: at once here, kept by the server for every device of the member.
  const markTheme = () => $$("[data-theme-form] button").forEach((item) => item.setAttribute("aria-pressed", String(item.value === document.documentElement.dataset.bsTheme)));
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-form]")) return;
    event.preventDefault();
    const body = new FormData(event.target, event.submitter);
    document.documentElement.dataset.bsTheme = body.get("theme");
    markTheme();
    document.dispatchEvent(new CustomEvent("sc:theme"));
    fetch(event.target.action, { method: "POST", body, redirect: "manual" }).catch(() => refuse("The theme was not kept; the connection broke."));
  });
  markTheme();

  // Find or do: filters the pages, offers the search of people.
  const palette = $("[data-palette]");
  palette?.addEventListener("input", () => {
    const wanted = palette.value.trim().toLowerCase();
    const list = $("[data-palette-list]");
    $$("a", list).forEach((link) => { link.hidden = wanted !== "" && !link.textContent.toLowerCase().includes(wanted); });
    const people = $("[data-palette-search]", list);
    people.hidden = wanted === "";
    $("b", people).textContent = palette.value.trim();
  });
  $("[data-palette-search]")?.addEventListener("click", () => palette.form.requestSubmit());
  palette?.form.addEventListener("submit", (event) => {
    const wanted = palette.value.trim().toLowerCase();
    const page = $$("[data-palette-list] a").find((link) => link.textContent.trim().toLowerCase() === wanted);
    if (page) { event.preventDefault(); page.click(); }
  });

  // Fields: show the password, choose by itself, keep what was dropped on a file field.
  document.addEventListener("click", (event) => {
    const eye = event.target.closest("[data-show-password]");
    if (!eye) return;
    const field = eye.parentElement.querySelector("input");
    field.type = field.type === "password" ? "text" : "password";
    eye.setAttribute("aria-pressed", String(field.type === "text"));
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
    const zone = event.target.closest(".sc-drop-file");
    if (zone && event.target.files?.length) $("[data-file-name]", zone)?.replaceChildren(event.target.files[0].name);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest?.(".sc-drop-file");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("is-over", kind === "dragover");
      const field = $("input[type=file]", zone);
      if (kind === "drop" && field) { field.files = event.dataTransfer.files; field.dispatchEvent(new Event("change", { bubbles: true })); }
    });
  }
  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => toast("Copied."));
  });

  // A disabled button that explains itself stays reachable but does nothing.
  document.addEventListener("click", (event) => { if (event.target.closest("[aria-disabled=true]")) { event.preventDefault(); event.stopPropagation(); } }, true);

  // Phone: one action in the header, the others behind "…".
  const actions = $("[data-actions]");
  const narrow = matchMedia("(max-width: 767px)");
  const foldActions = () => {
    if (!actions) return;
    if (!narrow.matches) {
      actions.prepend(...$$("[data-folded]", actions));
      $$("[data-folded]", actions).forEach((child) => delete child.dataset.folded);
      $(".sc-fold-menu", actions)?.remove();
      return;
    }
    const rest = [...actions.children].filter((child) => !child.matches(".sc-btn--primary, .sc-keep, details, :has(.sc-btn--primary)"));
    if (!rest.length || actions.children.length < 2) return;
    rest.forEach((child) => { child.dataset.folded = ""; });
    let panel = $("details > .sc-menu-panel", actions);
    if (!panel) {
      const menu = document.createElement("details");
      menu.className = "sc-menu sc-menu--end sc-fold-menu";
      menu.dataset.menu = "";
      const summary = document.createElement("summary");
      summary.className = "sc-btn sc-btn--icon";
      summary.setAttribute("aria-label", "More actions");
      summary.textContent = "…";
      panel = document.createElement("div");
      panel.className = "sc-menu-panel";
      menu.append(summary, panel);
      actions.append(menu);
    }
    panel.prepend(...rest);
  };
  narrow.addEventListener("change", foldActions);
  foldActions();
  $("[data-phone-more]")?.classList.toggle("is-current", !$(".sc-phone-tabs > [aria-current]"));

  // Tabs that do not fit scroll: the current one is in view, and an edge that hides more fades.
  for (const row of $$(".sc-tabs, .sc-segmented")) {
    const current = $("[aria-current], :checked", row);
    const shown = current?.closest("label") || current;
    if (shown && row.scrollWidth > row.clientWidth) row.scrollLeft = shown.offsetLeft - (row.clientWidth - shown.offsetWidth) / 2;
    if (!row.matches(".sc-tabs")) continue;
    const mark = () => {
      const rest = row.scrollWidth - row.clientWidth;
      row.classList.toggle("is-more-before", rest > 1 && Math.abs(row.scrollLeft) > 4);
      row.classList.toggle("is-more-after", rest > 1 && Math.abs(row.scrollLeft) < rest - 4);
    };
    row.addEventListener("scroll", mark, { passive: true });
    addEventListener("resize", mark);
    mark();
  }

  window.sc = { $, $$, say, toast, openLayer, refuse };
})();
