// Charts over time. Behind each lies a table with the same numbers, for those who cannot or will not read a chart.
import { useEffect, useRef } from "preact/hooks";
import { Fold } from "./card.jsx";
import { useLanguage } from "./language.js";
import { messages } from "./messages.js";
import { Table } from "./table.jsx";

const t = messages({ table: "The numbers as a table" }, { table: "표로 보기" });
/** @typedef {{ name: string, color: string, values: (number | null)[] }} Series */
/** @import uPlot from "uplot" */
/** @typedef {typeof uPlot} Plotter */
const HEIGHT = 160, LETTER = 6.5, WIDE_LETTER = 12, GAP = 6, AXIS = 60, PLOT_ADDRESS = "/web/built/plot.js";

/** @type {() => Promise<Plotter>} */
const loadPlotter = async () => (await import(PLOT_ADDRESS)).default;

/**
 * Bars or a line for each of `labels`; bars of several series stand on one another. Colours are names of the page's custom
 * properties, such as `--good`. Where the title stands above the chart already, `label` gives it to those who do not see it.
 * @param {{ title: string, label?: string, column: string, labels: string[], series: Series[], bars?: boolean, band?: [number, number] }} props
 */
export function Chart({ title, label = title, column, labels, series, bars, band }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null)), language = useLanguage();
  useEffect(() => {
    const shown = bars ? stacked(series) : series, drawn = { end: () => {}, isOver: false };
    loadPlotter().then((plotter) => {
      if (place.current && !drawn.isOver) drawn.end = draw(plotter, place.current, labels, shown, bars, band);
    }, () => undefined); // The table says the same.
    return () => {
      drawn.isOver = true;
      drawn.end();
    };
  }, [labels.join(), JSON.stringify(series), bars, language]);
  return (
    <figure class="chart">
      {title && <figcaption>{title}</figcaption>}
      <div ref={place} role="img" aria-label={label} />
      {series.length > 1 && <p class="legend">{series.map(({ name, color }) => <span key={name}><i style={{ background: `var(${color})` }} />{name}</span>)}</p>}
      <Fold title={t("table")}>
        <Table caption={label} hideCaption columns={[column, ...series.map(({ name }) => name)]} rows={labels.map((name, index) => [name, ...series.map(({ values }) => values[index] ?? "")])} />
      </Fold>
    </figure>
  );
}

/** The highest first, each with those below it added, so that the lower ones are drawn over it. @type {(series: Series[]) => Series[]} */
const stacked = (series) => series.map((one, index) => ({ ...one, values: one.values.map((_, place) => series.slice(0, index + 1).reduce((sum, { values }) => sum + (values[place] ?? 0), 0)) })).reverse();

/** Draws, and gives the end of the drawing. @type {(Plotter: Plotter, target: HTMLElement, labels: string[], series: Series[], bars?: boolean, band?: [number, number]) => () => void} */
function draw(Plotter, target, labels, series, bars, band) {
  const plot = new Plotter(optionsOf(Plotter, target, labels, series, bars, band), [labels.map((_, index) => index), ...series.map(({ values }) => values)], target);
  const resized = new ResizeObserver(() => plot.setSize({ width: target.clientWidth, height: HEIGHT }));
  resized.observe(target);
  return () => {
    resized.disconnect();
    plot.destroy();
  };
}

/** @type {(Plotter: Plotter, target: HTMLElement, labels: string[], series: Series[], bars?: boolean, band?: [number, number]) => uPlot.Options} */
function optionsOf(Plotter, target, labels, series, bars, band) {
  const colors = getComputedStyle(target), color = (/** @type {string} */ name) => colors.getPropertyValue(name).trim() || name;
  const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  return {
    width: target.clientWidth || 320, height: HEIGHT, cursor: { show: false }, legend: { show: false },
    scales: { x: { time: false, range: [-0.6, labels.length - 0.4] }, y: { range: (_, low, high) => [Math.min(0, low, band?.[0] ?? 0), Math.max(1, high, band?.[1] ?? 1) * 1.1] } },
    axes: [{ ...axis, grid: { show: false }, splits: labels.map((_, index) => index), values: (plot, all) => all.map((index) => ((labels.length - 1 - index) % stepOf(plot.width - AXIS, labels) ? "" : (labels[index] ?? ""))) }, { ...axis, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10000] }],
    series: [{}, ...series.map(({ name, color: stroke }) => ({ label: name, stroke: color(stroke), fill: bars ? color(stroke) : undefined, width: 2, points: { show: !bars }, paths: bars ? Plotter.paths.bars?.({ size: [0.5, 40] }) : undefined }))],
    hooks: band ? { drawClear: [(plot) => drawBand(plot, band, color("--tint"))] } : {},
  };
}

/** Of how many labels one is shown, so that none lies on another. @type {(width: number, labels: string[]) => number} */
const stepOf = (width, labels) => Math.max(1, Math.ceil((labels.length * Math.max(...labels.map(widthOf))) / width));

/** About how wide a label is, with the gap after it. @type {(label: string) => number} */
const widthOf = (label) => [...label].reduce((sum, letter) => sum + (letter > "\u1100" ? WIDE_LETTER : LETTER), GAP);

/** @type {(plot: uPlot, band: [number, number], fill: string) => void} */
function drawBand(plot, [low, high], fill) {
  const top = plot.valToPos(high, "y", true), bottom = plot.valToPos(low, "y", true);
  plot.ctx.fillStyle = fill;
  plot.ctx.fillRect(plot.bbox.left, top, plot.bbox.width, bottom - top);
}
