// QR codes, drawn here: nothing is sent anywhere for it.
import { generate } from "lean-qr";
import { toSvgPath } from "lean-qr/extras/svg";

/** Modules of white around the code, as the standard asks. */
const QUIET_ZONE = 4;

/** The text as a QR code, dark on white in both colour schemes. @param {{ text: string, label: string }} props */
export function Qr({ text, label }) {
  const code = generate(text), size = code.size + 2 * QUIET_ZONE;
  return (
    <svg class="qr" viewBox={`${-QUIET_ZONE} ${-QUIET_ZONE} ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect x={-QUIET_ZONE} y={-QUIET_ZONE} width={size} height={size} fill="#ffffff" />
      <path d={toSvgPath(code)} fill="#000000" />
    </svg>
  );
}
