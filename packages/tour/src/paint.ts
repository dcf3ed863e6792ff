import { styleText } from "node:util";

/** Bold and coloured. Keep one style to a call: given several, Node 20 colours pipes too, and against NO_COLOR. */
export function strong(colour: "cyan" | "green" | "yellow", text: string): string {
  return styleText("bold", styleText(colour, text));
}
