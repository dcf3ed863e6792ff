import { isAscii } from "node:buffer";

/** How text is made of bytes and back: only encodings in which one can tell how many bytes a piece of text has. */
export interface Encoding {
  /** `TextDecoder`'s name for it. */
  readonly name: string;
  /** @throws {TypeError} when the bytes are no text */
  readonly decode: (bytes: Uint8Array) => string;
  /** How many of these bytes are whole characters. */
  readonly wholeLength: (bytes: Uint8Array) => number;
  /** How many bytes some text has that was decoded. */
  readonly byteLength: (text: string) => number;
  /** @throws {RangeError} when the text cannot be said in it */
  readonly encode: (text: string) => Uint8Array;
}

/**
 * @throws {TypeError} when `label` is no string
 * @throws {RangeError} when it is no label of `TextDecoder`'s, or one of an encoding that this cannot do
 */
export function encodingFor(label: string, isWritten: boolean): Encoding {
  if (typeof label !== "string") throw new TypeError(`encoding must be a string, not ${String(label)}`);
  const name = nameOf(label);
  if (MULTIBYTE.has(name)) {
    throw new RangeError(
      `encoding must be utf-8, utf-16le, utf-16be or one with a byte for each character, not ${JSON.stringify(label)}; ` +
        "decode it with new TextReceiveStream(await FileReadStream.fromPath(…), { encoding })",
    );
  }
  if (isWritten && !ENCODERS.has(name)) {
    throw new RangeError(
      `encoding must be utf-8, utf-16le or latin1 for a file to write, not ${JSON.stringify(label)}`,
    );
  }
  return made(name);
}

function nameOf(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch (cause) {
    throw new RangeError(`encoding must be a label that TextDecoder knows, not ${JSON.stringify(label)}`, { cause });
  }
}

const encodings = new Map<string, Encoding>();

function made(name: string): Encoding {
  const known = encodings.get(name);
  if (known !== undefined) return known;
  const isUtf16 = name.startsWith("utf-16");
  // Whole pieces, without `stream`: that is several times as fast on Node.js. What is cut off is kept by `wholeLength`.
  const decoder = new TextDecoder(name, { fatal: true, ignoreBOM: true });
  const encoding: Encoding = {
    name,
    decode: (bytes) => {
      // That much is the same in all of these encodings, and quicker.
      if (!isUtf16 && isAscii(bytes)) return asciiOf(bytes);
      try {
        return decoder.decode(bytes);
      } catch (cause) {
        throw new TypeError(`what was read is not ${name}; open the file with its encoding, or without one`, { cause });
      }
    },
    wholeLength:
      name === "utf-8" ? wholeUtf8 : isUtf16 ? wholeUtf16(name === "utf-16le" ? 1 : 2) : (bytes) => bytes.length,
    byteLength: name === "utf-8" ? (text) => Buffer.byteLength(text) : (text) => text.length * (isUtf16 ? 2 : 1),
    encode: ENCODERS.get(name) ?? refuse,
  };
  encodings.set(name, encoding);
  return encoding;
}

const MULTIBYTE: ReadonlySet<string> = new Set([
  "gbk",
  "gb18030",
  "big5",
  "euc-jp",
  "iso-2022-jp",
  "shift_jis",
  "euc-kr",
  "replacement",
]);

const ENCODERS: ReadonlyMap<string, (text: string) => Uint8Array> = new Map([
  ["utf-8", (text: string) => encode(text, "utf8", LONE_SURROGATE, "utf-8")],
  ["utf-16le", (text: string) => encode(text, "utf16le", LONE_SURROGATE, "utf-16le")],
  // U+0080 to U+009F are in Latin-1, but the web reads "latin1" as windows-1252, which has other characters in their place.
  ["windows-1252", (text: string) => encode(text, "latin1", /[^\0-\x7F\xA0-\xFF]/u, "latin1")],
]);

// With this flag the two halves of a pair are one character, so that what matches is alone.
const LONE_SURROGATE = /\p{Surrogate}/u;

function encode(text: string, encoding: BufferEncoding, unfit: RegExp, name: string): Uint8Array {
  const bad = unfit.exec(text);
  if (bad !== null) {
    const point = (bad[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    throw new RangeError(`text must be in ${name}, and at index ${bad.index} there is U+${point}`);
  }
  return Buffer.from(text, encoding);
}

function refuse(): never {
  throw new RangeError("nothing can be written in this encoding");
}

function asciiOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

function wholeUtf8(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] as number;
    if (byte < 0x80) return length;
    // A first byte: it says how many there are.
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? length - back : length;
  }
  return length;
}

function wholeUtf16(highByteFromEnd: 1 | 2): (bytes: Uint8Array) => number {
  return (bytes) => {
    const even = bytes.length - (bytes.length % 2);
    const high = even >= 2 ? (bytes[even - highByteFromEnd] as number) : 0;
    return high >= 0xd8 && high <= 0xdb ? even - 2 : even;
  };
}
