// [data-choices=LABEL]: many boxes to tick get a field above them that narrows them by name. What
// is ticked stays in sight, whatever is typed.
const MANY = 12;

function addFilter(group) {
  const options = [...group.querySelectorAll("label")];
  if (options.length <= MANY || group.querySelector("[type=search]")) return;
  const filter = document.createElement("input");
  filter.type = "search";
  filter.className = "form-control kit-choices__filter";
  filter.placeholder = "Type a part of the name";
  filter.setAttribute("aria-label", `Find in ${group.dataset.choices}`);
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const option of options) {
      const box = option.querySelector("input");
      const line = option.parentElement;
      line.hidden = !box.checked && !option.textContent.toLowerCase().includes(wanted);
    }
  });
  // Enter would send the form.
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  group.prepend(filter);
}

function addFilters() {
  document.querySelectorAll("[data-choices]").forEach(addFilter);
}

addFilters();
document.addEventListener("htmx:load", addFilters);
