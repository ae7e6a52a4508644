// A value that is changed in its place comes selected: what one types replaces it. With the cursor
// before its first digit, a new amount would be put in front of the old one.
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("td input[autofocus], td textarea[autofocus]")) target.select();
});
