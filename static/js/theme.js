// Runs before the first paint, so it is a plain script: sets light or dark from the stored choice.
(function () {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function choice() {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return "system"; // Storage may be switched off.
    }
  }
  function apply() {
    const chosen = choice();
    show(chosen === "system" ? (dark.matches ? "dark" : "light") : chosen);
  }
  function show(theme) {
    document.documentElement.setAttribute("data-bs-theme", theme);
    document.dispatchEvent(new CustomEvent("themechange"));
  }
  apply();
  // Paper is light, whatever the screen is.
  window.addEventListener("beforeprint", () => show("light"));
  window.addEventListener("afterprint", apply);
  dark.addEventListener("change", apply);
  document.addEventListener("themechosen", apply);
})();
