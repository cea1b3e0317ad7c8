// The page's own few lines: a question in a card opens the chat and asks it.

for (const button of document.querySelectorAll("button[data-ask]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await customElements.whenDefined("dalil-chat");
    const chat = /** @type {import("./dalil-chat.js").DalilChat | null} */ (document.querySelector("dalil-chat"));
    chat?.ask(button.dataset.ask ?? "");
  });
}
