// Keys and small comforts of the console; every page works without it.
"use strict";

// On a phone the bar on top is longer than the window: the present section comes into sight.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Forms of filters are sent as soon as a choice changes.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-send-on-change]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
});

// A menu closes when one clicks elsewhere or presses Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
});

// `data-key` on a link or button: the key that presses it, unless one is typing.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const pressed = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (pressed) { event.preventDefault(); pressed.click(); }
});

// A question before what cannot be undone.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

// `data-step`: j and k go from one to the next; `data-in-step` names the key that presses a button in the present one.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const steps = [...document.querySelectorAll("[data-step]")];
  const asked = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const present = steps.find((step) => step.contains(document.activeElement)) || steps.find((step) => step === asked);
  const at = steps.indexOf(present);
  if (event.key === "j" || event.key === "k") {
    const next = steps[Math.min(Math.max(event.key === "j" ? at + 1 : at - 1, 0), steps.length - 1)];
    if (next) { event.preventDefault(); next.focus(); next.scrollIntoView({ block: "nearest" }); }
  } else if (/^[1-9]$/.test(event.key)) {
    const button = (present || (steps.length === 1 && steps[0]) || undefined)?.querySelector(`[data-in-step="${event.key}"]`);
    if (button) { event.preventDefault(); button.click(); }
  }
});
