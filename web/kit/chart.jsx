// Charts over time. Behind each lies a table with the same numbers, for those who cannot or will not read a chart.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { Fold } from "./card.jsx";
import { useLanguage } from "./language.js";
import { messages } from "./messages.js";
import { Table } from "./table.jsx";

const t = messages({ table: "The numbers as a table" }, { table: "표로 보기" });
/** @typedef {{ name: string, color: string, values: (number | null)[] }} Series */
const HEIGHT = 160;

/**
 * Bars or a line for each of `labels`. Colours are names of the page's custom properties, such as `--good`.
 * @param {{ title: string, column: string, labels: string[], series: Series[], bars?: boolean, band?: [number, number] }} props
 */
export function Chart({ title, column, labels, series, bars, band }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null)), language = useLanguage();
  useEffect(() => {
    const target = place.current;
    if (!target) return undefined;
    const plot = new uPlot(optionsOf(target, labels, series, bars, band), [labels.map((_, index) => index), ...series.map(({ values }) => values)], target);
    const resized = new ResizeObserver(() => plot.setSize({ width: target.clientWidth, height: HEIGHT }));
    resized.observe(target);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [labels.join(), JSON.stringify(series), bars, language]);
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={place} role="img" aria-label={title} />
      <Fold title={t("table")}>
        <Table caption={title} hideCaption columns={[column, ...series.map(({ name }) => name)]} rows={labels.map((label, index) => [label, ...series.map(({ values }) => values[index] ?? "")])} />
      </Fold>
    </figure>
  );
}

/** @type {(target: HTMLElement, labels: string[], series: Series[], bars?: boolean, band?: [number, number]) => uPlot.Options} */
function optionsOf(target, labels, series, bars, band) {
  const colors = getComputedStyle(target), color = (/** @type {string} */ name) => colors.getPropertyValue(name).trim() || name;
  const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  return {
    width: target.clientWidth || 320, height: HEIGHT, cursor: { show: false }, legend: { show: series.length > 1 },
    scales: { x: { time: false, range: [-0.6, labels.length - 0.4] }, y: { range: (_, low, high) => [Math.min(0, low, band?.[0] ?? 0), Math.max(1, high, band?.[1] ?? 1) * 1.1] } },
    axes: [{ ...axis, grid: { show: false }, splits: labels.map((_, index) => index), values: (_, all) => all.map((index) => labels[index] ?? "") }, { ...axis, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10000] }],
    series: [{}, ...series.map(({ name, color: stroke }) => ({ label: name, stroke: color(stroke), fill: bars ? color(stroke) : undefined, width: 2, points: { show: !bars }, paths: bars ? uPlot.paths.bars?.({ size: [0.5, 40] }) : undefined }))],
    hooks: band ? { drawClear: [(plot) => drawBand(plot, band, color("--tint"))] } : {},
  };
}

/** @type {(plot: uPlot, band: [number, number], fill: string) => void} */
function drawBand(plot, [low, high], fill) {
  const top = plot.valToPos(high, "y", true), bottom = plot.valToPos(low, "y", true);
  plot.ctx.fillStyle = fill;
  plot.ctx.fillRect(plot.bbox.left, top, plot.bbox.width, bottom - top);
}
