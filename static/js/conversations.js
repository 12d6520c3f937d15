// Profile: a dialog that the page asks for opens by itself; the composer follows the sender chosen. Inbox: newest text in view.
(() => {
  const { $, $$, openLayer } = window.sc;
  const asked = $("[data-open-dialog]");
  if (asked) openLayer(document.getElementById(asked.dataset.openDialog));

  const thread = $(".sc-inbox-thread");
  if (thread) {
    thread.scrollTop = thread.scrollHeight;
    if (matchMedia("(max-width: 767px)").matches) $(".sc-inbox-answer", thread).scrollIntoView({ block: "end" });
  }

  const follow = (form) => {
    const chosen = $("[data-composer-sender]:checked", form);
    let closed = false;
    $$("[data-composer-block]", form).forEach((block) => {
      block.hidden = !chosen || block.dataset.composerBlock !== chosen.value;
      closed = closed || !block.hidden;
    });
    $("[data-composer-box]", form).hidden = closed;
    $("[data-composer-send]", form).hidden = closed;
  };
  $$("[data-composer]").forEach((form) => {
    follow(form);
    form.addEventListener("change", () => follow(form));
  });
})();
