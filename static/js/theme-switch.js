// [data-theme-switch]: radio buttons for light, dark or the system's choice, kept in localStorage.
for (const group of document.querySelectorAll("[data-theme-switch]")) {
  group.hidden = false;
  let chosen = "system";
  try {
    chosen = localStorage.getItem("theme") || "system";
  } catch {
    group.hidden = true; // Without storage there is nothing to switch.
  }
  for (const radio of group.querySelectorAll("input")) {
    radio.checked = radio.value === chosen;
  }
  group.addEventListener("change", (event) => {
    localStorage.setItem("theme", event.target.value);
    document.dispatchEvent(new CustomEvent("themechosen"));
  });
}
