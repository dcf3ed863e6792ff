/** What a label of `TextDecoder`'s stands for. */
export function encodingOf(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch (error) {
    throw new RangeError(`encoding must be a label that TextDecoder knows, not ${JSON.stringify(label)}`, {
      cause: error,
    });
  }
}

/** Makes bytes of well-formed and other texts. */
export type Encode = (text: string) => Uint8Array;

/** @throws {RangeError} when nothing can be sent in that encoding */
export function encoderFor(label: string): Encode {
  const encode = ENCODERS.get(encodingOf(label));
  if (encode === undefined) {
    throw new RangeError(
      `encoding must be utf-8, utf-16le or latin1 for text that is sent, not ${JSON.stringify(label)}`,
    );
  }
  return encode;
}

const encoder = new TextEncoder();

// By the names that `TextDecoder` has for them.
const ENCODERS: ReadonlyMap<string, Encode> = new Map([
  ["utf-8", (text: string) => encoder.encode(text)],
  ["utf-16le", toUtf16],
  ["windows-1252", toLatin1],
]);

function toUtf16(text: string): Uint8Array {
  // In this mode the two halves of a pair are one character, so that what matches is alone.
  const units = text.replaceAll(/\p{Surrogate}/gu, "\uFFFD");
  const bytes = new Uint8Array(units.length * 2);
  for (let i = 0; i < units.length; i++) {
    const unit = units.charCodeAt(i);
    bytes[2 * i] = unit & 0xff;
    bytes[2 * i + 1] = unit >> 8;
  }
  return bytes;
}

// U+0080 to U+009F are in Latin-1, but the web reads "latin1" as windows-1252, which has other characters in their place.
function toLatin1(text: string): Uint8Array {
  const bad = /[^\0-\x7F\xA0-\xFF]/u.exec(text);
  if (bad !== null) {
    const point = (bad[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    throw new RangeError(`text must be in latin1, and at index ${bad.index} there is U+${point}; send utf-8 instead`);
  }
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
