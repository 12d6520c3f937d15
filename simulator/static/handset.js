// The handset page: polls what changed once a second, sends texts and switches behaviour. Works on server-made HTML.
"use strict";

const body = document.body;
const state = { phone: body.dataset.phone, sender: body.dataset.sender, wire: body.dataset.wire };
const shown = {};
const thread = document.getElementById("thread");
const field = document.getElementById("message-body");
const problem = document.getElementById("problem");
let asking = false;

async function call(path, data, method = "POST") {
  const answer = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: method === "GET" ? undefined : JSON.stringify(data || {}),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error || `The carrier answered ${answer.status}.`);
  return json;
}

function put(name, html) {
  if (shown[name] === html) return false;
  const place = document.querySelector(`[data-part="${name}"]`);
  const first = !(name in shown) && place.innerHTML.trim() === html.trim();
  shown[name] = html;
  if (!first) place.innerHTML = html;
  return !first;
}

function toEnd() {
  thread.scrollTop = thread.scrollHeight;
}

async function refresh() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const view = await call(`/view?${new URLSearchParams(state)}`, null, "GET");
    const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
    for (const [name, html] of Object.entries(view.parts)) {
      if (put(name, html) && name === "thread" && atEnd) toEnd();
    }
    for (const box of document.querySelectorAll("[data-behaviour]")) {
      const value = view.behaviour[box.dataset.behaviour];
      if (box === document.activeElement) continue;
      if (box.type === "checkbox") box.checked = Boolean(value);
      else if (typeof value === "number") box.value = value;
    }
    body.removeAttribute("data-lost");
  } catch {
    body.dataset.lost = "1";
  } finally {
    asking = false;
  }
}

async function act(path, data) {
  problem.textContent = "";
  try {
    await call(path, data);
  } catch (error) {
    problem.textContent = error.message;
  }
  await refresh();
}

async function send(text) {
  if (!text || !state.phone || !state.sender) return;
  const sent = act("/sim/inbound", { from: state.phone, to: state.sender, body: text });
  window.setTimeout(refresh, 120);
  await sent;
  toEnd();
}

document.getElementById("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  const chip = event.submitter && event.submitter.dataset.text;
  const text = chip || field.value;
  if (!chip) field.value = "";
  send(text);
});

document.addEventListener("click", (event) => {
  const again = event.target.closest("[data-again]");
  if (!again) return;
  const last = again.closest("[data-sid]").dataset;
  act("/sim/inbound", {
    from: state.phone, to: last.to, body: "", sid: last.sid, bad_signature: again.dataset.again === "bad",
  });
});

document.getElementById("reset").addEventListener("click", async () => {
  await act("/sim/reset");
});

for (const box of document.querySelectorAll("[data-behaviour]")) {
  box.addEventListener("change", () => {
    const on = box.dataset.on === undefined ? true : Number(box.dataset.on);
    const off = box.dataset.on === undefined ? false : 0;
    const value = box.type === "checkbox" ? (box.checked ? on : off) : Math.max(0, Number(box.value) || 0);
    act("/sim/behaviour", { [box.dataset.behaviour]: value });
  });
}

const pick = document.querySelector('[data-test="sender-select"]');
if (pick) {
  pick.addEventListener("change", () => {
    window.location.search = new URLSearchParams({ phone: state.phone, sender: pick.value, wire: state.wire });
  });
}

document.addEventListener("visibilitychange", refresh);
window.setInterval(refresh, 1000);
toEnd();
