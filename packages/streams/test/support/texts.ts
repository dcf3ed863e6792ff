import { encode } from "./byte-sources.js";

/** All texts up to the end. */
export async function receiveAll(stream: AsyncIterable<string>): Promise<string[]> {
  const texts: string[] = [];
  for await (const text of stream) texts.push(text);
  return texts;
}

/** Text in an encoding, lone surrogates of utf-16le as they are. */
export function toBytes(text: string, encoding: string): Uint8Array {
  return encoding === "utf-16le" ? new Uint8Array(Buffer.from(text, "utf16le")) : encode(text);
}
