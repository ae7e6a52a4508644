// A value that is changed in its place comes selected: what one types replaces it. With the cursor
// before its first digit, a new amount would be put in front of the old one.
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("td input[autofocus], td textarea[autofocus]")) target.select();
});

// Saved or given up, it leads to the same list made anew: there at the same line, on the same value.
const KEY = "edited-in-place";
const here = () => location.pathname + location.search;

function remember(form) {
  const place = { page: here(), top: window.scrollY, edit: new URL(form.action).pathname };
  sessionStorage.setItem(KEY, JSON.stringify(place));
}

document.addEventListener("submit", ({ target }) => {
  if (target.matches("td form")) remember(target);
});
document.addEventListener("click", ({ target }) => {
  const form = target.closest("td form .kit-buttons a")?.closest("form");
  if (form) remember(form);
});

const place = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
if (place) sessionStorage.removeItem(KEY);
if (place?.page === here()) {
  const links = document.querySelectorAll("td .kit-edit");
  const link = [...links].find((each) => new URL(each.href).pathname === place.edit);
  link?.focus({ preventScroll: true });
  window.scrollTo(0, place.top);
}
