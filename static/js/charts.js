// [data-chart]: draws the figure whose JSON stands beside it. Colours come from the style sheet
// by role, so the same figure is right in light and dark; a click on a point opens its rows.
const fonts = () => getComputedStyle(document.body).fontFamily;
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colour = (role) => token(`--sm-chart-${role}`);

function themedTrace(trace) {
  const meta = trace.meta || {};
  const colours = meta.roles ? meta.roles.map(colour) : colour(meta.role || "series-1");
  const themed = { ...trace };
  if (trace.type === "sankey") {
    // A link has the colour of where it leads to, so that what was lost is seen as lost.
    const pale = trace.link.target.map((node) => token(`--sm-chart-${meta.roles[node]}-band`));
    themed.node = { ...trace.node, color: colours, line: { width: 0 } };
    themed.link = { ...trace.link, color: pale };
    themed.textfont = { color: token("--sm-chart-text") };
  } else if (trace.type === "bar") {
    themed.marker = { ...trace.marker, color: colours };
  } else if (meta.band) {
    themed.fillcolor = token(`--sm-chart-${meta.role}-band`);
    themed.line = { ...trace.line, color: "rgba(0,0,0,0)" };
  } else {
    themed.line = { width: 2, ...trace.line, color: colours };
    themed.marker = { size: 6, ...trace.marker, color: colours };
  }
  return themed;
}

function themedAxis(axis = {}) {
  return {
    automargin: true,
    gridcolor: token("--sm-chart-grid"),
    zerolinecolor: token("--sm-chart-axis"),
    linecolor: token("--sm-chart-axis"),
    fixedrange: true,
    ...axis,
  };
}

function themedLayout(layout, traces) {
  const named = traces.filter((trace) => trace.name && trace.showlegend !== false);
  const themed = {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: fonts(), size: 12, color: token("--sm-chart-text") },
    margin: { l: 8, r: 8, t: 8, b: 8 },
    separators: ".,",
    hovermode: traces.some((trace) => trace.orientation === "h") ? "closest" : "x unified",
    hoverlabel: {
      bgcolor: token("--sm-chart-surface"),
      bordercolor: token("--sm-chart-axis"),
      font: { color: token("--sm-chart-text") },
    },
    showlegend: named.length > 1,
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
    bargap: 0.3,
    ...layout,
    xaxis: themedAxis(layout.xaxis),
    yaxis: themedAxis(layout.yaxis),
  };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis\d+$/.test(key))) {
    themed[name] = themedAxis(layout[name]);
  }
  return themed;
}

function draw(chart) {
  const source = document.getElementById(chart.dataset.chart);
  const plot = chart.querySelector("[data-chart-plot]");
  const figure = JSON.parse(source.textContent);
  const options = { displayModeBar: false, responsive: true };
  const layout = themedLayout(figure.layout, figure.data);
  window.Plotly.react(plot, figure.data.map(themedTrace), layout, options);
  if (!chart.dataset.drawn) {
    chart.dataset.drawn = "yes";
    plot.on("plotly_click", (click) => open(meant(click, plot)));
  }
}

// A click over lines names a point of each: the one that lies nearest to the pointer is meant.
function meant({ points, event }, plot) {
  const linked = points.filter((each) => typeof each.customdata === "string");
  if (!event || linked.length < 2) {
    return linked[0];
  }
  const pointer = event.clientY - plot.getBoundingClientRect().top;
  const away = ({ y, yaxis }) => Math.abs(yaxis._offset + yaxis.d2p(y) - pointer);
  return linked.reduce((best, each) => (away(each) < away(best) ? each : best));
}

function open(point) {
  if (!point) return;
  // Only pages of this application: a figure's data never leads elsewhere.
  const address = new URL(point.customdata, window.location.href);
  if (address.origin === window.location.origin) window.location.assign(address);
}

const charts = () => [...document.querySelectorAll("[data-chart]")];

function drawNew() {
  charts().filter((chart) => !chart.dataset.drawn).forEach(draw);
}

// On paper a chart is as wide as the page between its margins (A4 or Letter, upright). Its colours
// follow the theme, which theme.js makes light for printing before these listeners run.
const PAPER_WIDTH = 640;

function fit({ paper }) {
  for (const chart of charts().filter((each) => each.dataset.drawn)) {
    const plot = chart.querySelector("[data-chart-plot]");
    const size = paper ? { width: PAPER_WIDTH, height: plot.clientHeight } : { autosize: true };
    window.Plotly.relayout(plot, size);
  }
}

window.addEventListener("beforeprint", () => fit({ paper: true }));
window.addEventListener("afterprint", () => fit({ paper: false }));

drawNew();
// htmx:load comes for all that htmx puts in, whichever way it is swapped.
document.addEventListener("htmx:load", drawNew);
document.addEventListener("themechange", () => charts().forEach(draw));
