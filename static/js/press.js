// A press counts for what was pressed, even if the page moves before it is let go. Parts that
// arrive later move what is below them; a press that began on a link would then end beside it, and
// the browser would click on neither, or on what has come to lie there. Runs at once, so that it
// hears the first press.
(function () {
  const CLICKED = "a[href], button, summary, label, input";
  const STILL = 5; // How far a hand may tremble, in pixels.
  let press = null;

  function place(element) {
    const { left, top } = element.getBoundingClientRect();
    return { left, top };
  }

  function moved(element, before) {
    const now = place(element);
    return Math.abs(now.left - before.left) > 1 || Math.abs(now.top - before.top) > 1;
  }

  document.addEventListener(
    "pointerdown",
    (event) => {
      const element = event.target.closest(CLICKED);
      const plain = event.isPrimary && event.button === 0;
      press = plain && element ? { element, at: place(element), x: event.clientX, y: event.clientY } : null;
    },
    { capture: true },
  );

  document.addEventListener(
    "click",
    (event) => {
      if (!press || !event.isTrusted || event.detail === 0) return;
      const { element, at, x, y } = press;
      press = null;
      const drawn = Math.hypot(event.clientX - x, event.clientY - y) > STILL;
      if (drawn || element.contains(event.target) || !element.isConnected || !moved(element, at)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { ctrlKey, metaKey, shiftKey, altKey } = event;
      const kept = { ctrlKey, metaKey, shiftKey, altKey, bubbles: true, cancelable: true, view: window };
      element.dispatchEvent(new MouseEvent("click", kept));
      element.focus();
    },
    { capture: true },
  );
})();
