import { readFileSync } from "node:fs";

/**
 * A drawing as a part of the page, with more attributes. Its own colour and style are for code hosts, which show it as a picture.
 *
 * @param file its SVG file
 */
export function drawing(file: string, attributes: string): string {
  const bare = readFileSync(file, "utf8")
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/ color="[^"]*"/, "");
  return bare.replace("<svg ", `<svg ${attributes} `).trim();
}
