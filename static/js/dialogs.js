// [data-opens-dialog=ID]: opens the dialog over the page instead of following the link.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens-dialog]");
  const withKey = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
  if (!opener || withKey) return;
  const dialog = document.getElementById(opener.dataset.opensDialog);
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
});

// A click on the backdrop closes, as Escape does. The dialog itself has no padding, so only the
// backdrop has it as its target.
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement) event.target.close();
});
