// [data-board]: a card dropped into another stage is moved there by its own form, which the
// keyboard uses too. A closing asks for its reason, so it leads to the page of the move.
const board = document.querySelector("[data-board]");

function moved({ item, from, to }) {
  board.classList.remove("board--dragging");
  if (from === to) return;
  const { stage, kind } = to.dataset;
  if (kind !== "open") {
    const query = new URLSearchParams({ stage, next: board.dataset.back });
    window.location.assign(`${item.dataset.move}?${query}`);
    return;
  }
  const form = item.querySelector("form");
  form.elements.stage.value = stage;
  form.requestSubmit();
}

if (board) {
  for (const cards of board.querySelectorAll("[data-stage]")) {
    window.Sortable.create(cards, {
      group: "deals",
      draggable: "[data-card]",
      filter: ".board__move",
      preventOnFilter: false,
      sort: false,
      onStart: () => board.classList.add("board--dragging"),
      onEnd: moved,
    });
  }
}
