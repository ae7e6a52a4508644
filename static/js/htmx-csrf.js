// Sends Django's CSRF token with each htmx request that changes something.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") {
    const token = document.querySelector("meta[name=csrf-token]").content;
    event.detail.headers["X-CSRFToken"] = token;
  }
});
