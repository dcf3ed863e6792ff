import { StringDecoder } from "node:string_decoder";

/** Decodes chunk by chunk and splits the text: faster than to decode line by line. */
export class TextLineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  #begun = "";

  /** The lines that end in this chunk. */
  split(chunk: Uint8Array): string[] {
    const lines = (this.#begun + this.#decoder.write(chunk)).split("\n");
    this.#begun = lines.pop() ?? "";
    return lines;
  }
}

const NEWLINE = 10;

/** Hands out views of the chunks; only a line that began in an earlier chunk is copied together. */
export class ByteLineSplitter {
  #begun: Buffer[] = [];

  /** The lines that end in this chunk. */
  split(chunk: Uint8Array): Buffer[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      lines.push(this.#complete(bytes.subarray(start, end)));
      start = end + 1;
    }
    if (start < bytes.length) this.#begun.push(bytes.subarray(start));
    return lines;
  }

  #complete(end: Buffer): Buffer {
    if (this.#begun.length === 0) return end;
    const line = Buffer.concat([...this.#begun, end]);
    this.#begun = [];
    return line;
  }
}
