// A table that becomes cards on a phone: each cell then carries the name of its column.

/**
 * @param {{ caption: string, columns: string[], rows: preact.ComponentChildren[][], hideCaption?: boolean }} props
 */
export const Table = ({ caption, columns, rows, hideCaption }) => (
  <table class="wide">
    <caption class={hideCaption ? "visually-hidden" : ""}>{caption}</caption>
    <thead><tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
    <tbody>
      {rows.map((row, number) => <tr key={number}>{row.map((cell, index) => <td key={columns[index]} data-column={columns[index]}>{cell}</td>)}</tr>)}
    </tbody>
  </table>
);
