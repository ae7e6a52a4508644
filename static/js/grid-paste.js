// Spreads cells copied from a spreadsheet over the inputs of a table marked data-grid-paste,
// to the right and down from the input that the paste lands in.

const CELLS = "input:not([type=hidden]), select";

function inputsByRow(table) {
  return Array.from(table.tBodies[0].rows, (row) => Array.from(row.querySelectorAll(CELLS)));
}

// A list takes the option that reads like the cell; a moment may have a blank before its time.
function put(input, text) {
  if (input instanceof HTMLSelectElement) {
    const wanted = text.toLowerCase();
    const alike = (option) => [option.value, option.text].some((one) => one.toLowerCase() === wanted);
    input.value = Array.from(input.options).find(alike)?.value ?? input.value;
  } else {
    input.value = input.type === "datetime-local" ? text.replace(" ", "T") : text;
  }
}

function spread(table, start, text) {
  const lines = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n");
  const rows = inputsByRow(table).filter((inputs) => inputs.length > 0);
  const top = rows.findIndex((inputs) => inputs.includes(start));
  const left = rows[top].indexOf(start);
  lines.forEach((line, down) => {
    line.split("\t").forEach((value, right) => {
      const input = rows[top + down]?.[left + right];
      if (input) {
        put(input, value.trim());
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  });
}

document.addEventListener("paste", (event) => {
  const input = event.target.closest?.("[data-grid-paste] input");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!input || !/[\t\n]/.test(text.trimEnd())) {
    return;
  }
  event.preventDefault();
  spread(input.closest("table"), input, text);
});
