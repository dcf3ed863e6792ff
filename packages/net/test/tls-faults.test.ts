import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CancelScope, EndOfStreamError, BrokenResourceError, forceClose } from "@anyio/core";
import type { TLSStream } from "@anyio/net";
import { ByteStream } from "@anyio/streams";
import { check } from "#support/property";
import { makeCertificates } from "./support/certificates.js";
import { memoryPair, tlsOver } from "./support/tls-pairs.js";

const certificates = makeCertificates();

describe("TLSStream over a stream that misbehaves", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "takes no cut for an end, wherever it is, where it is strict (%s)",
    async (maxVersion) => {
      const [whole] = await receiveCut(0, true, maxVersion);
      expect(whole).toBe("a message that matters, and the end");

      for (let cut = 1; cut <= 90; cut++) {
        const [strict, strictly] = await receiveCut(cut, true, maxVersion);
        expect(strictly, `with ${cut} bytes less`).toBeInstanceOf(BrokenResourceError);
        expect("a message that matters").toContain(strict);
      }
    },
    20_000,
  );

  it("takes every cut for an end where it is not strict, and makes up nothing", async () => {
    for (let cut = 0; cut <= 90; cut += 7) {
      const [text, end] = await receiveCut(cut, false, "TLSv1.3");

      expect(end).toBeInstanceOf(EndOfStreamError);
      expect("a message that matters, and the end").toContain(text);
    }
  });

  it("hands over what was sent, however it is divided and whatever is cancelled", async () => {
    const property = fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 1, max: 20_000 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
      fc.boolean(),
      async (sizes, most, maxBytes, cancels, standardCompatible) => {
        const [near, far] = memoryPair();
        const [connected, served] = await tlsOver([new Chopped(near, most), new Chopped(far, most)], certificates, {
          both: { standardCompatible },
        });
        const all = Buffer.concat(sizes.map((size, i) => Buffer.alloc(size, i + 1)));
        const sending = (async () => {
          for (const [i, size] of sizes.entries()) await served.send(Buffer.alloc(size, i + 1));
          await served.close();
        })();

        const received = await receiveAll(connected, maxBytes, cancels);

        expect(Buffer.compare(received, all)).toBe(0);
        await Promise.all([connected.close(), sending]);
      },
    );

    await check(property, 25);
  }, 30_000);

  it("works where every byte comes by itself", async () => {
    const [near, far] = memoryPair();
    const [connected, served] = await tlsOver([new Chopped(near, 1), new Chopped(far, 1)], certificates);

    const [received] = await Promise.all([
      receiveAll(connected, 1_000, [false]),
      served.send(Buffer.alloc(3_000, "abc")).then(() => served.close()),
    ]);

    expect(received.toString()).toBe("abc".repeat(1_000));
    await connected.close();
  });
});

/** What a client receives when so many bytes are missing at the end of what the server sends, and how that ends. */
async function receiveCut(
  cut: number,
  standardCompatible: boolean,
  maxVersion: "TLSv1.2" | "TLSv1.3",
): Promise<[string, unknown]> {
  const [near, far] = memoryPair();
  const cable = new Chopped(near, 7);
  const [connected, served] = await tlsOver([cable, far], certificates, {
    client: { standardCompatible, maxVersion },
    server: { standardCompatible: false },
  });
  const sending = (async () => {
    await served.send(Buffer.from("a message that matters"));
    if (cut === 0 || !standardCompatible) await served.send(Buffer.from(", and the end"));
    await served.close();
  })();
  await cable.cutOff(cut);
  await sending;
  const pieces: Uint8Array[] = [];
  try {
    for (;;) pieces.push(await connected.receive());
  } catch (error) {
    await forceClose(connected);
    return [Buffer.concat(pieces).toString(), error];
  }
}

/** Receives everything; of the receives some are cancelled, by turns. */
async function receiveAll(stream: TLSStream, maxBytes: number, cancels: boolean[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let i = 0; ; i++) {
    const scope = new CancelScope();
    const receiving = scope.run(() => stream.receive(maxBytes));
    for (let j = 0; j < i % 5; j++) await Promise.resolve();
    if (cancels[i % cancels.length] === true && i % 2 === 0) scope.cancel();
    try {
      const piece = await receiving;
      if (piece !== undefined) pieces.push(piece);
    } catch (error) {
      if (error instanceof EndOfStreamError) return Buffer.concat(pieces);
      throw error;
    }
  }
}

/** A stream from which bytes come in small pieces, and which can be cut. */
class Chopped extends ByteStream {
  readonly #stream: ByteStream;
  readonly #most: number;
  #rest: Buffer | null = null;

  constructor(stream: ByteStream, most: number) {
    super();
    this.#stream = stream;
    this.#most = most;
  }

  /** Takes everything until the end, and keeps the last bytes of it back. */
  async cutOff(count: number): Promise<void> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#stream) pieces.push(piece);
    const all = Buffer.concat(pieces);
    this.#rest = all.subarray(0, Math.max(0, all.length - count));
  }

  override async receive(maxBytes = 65_536): Promise<Uint8Array> {
    if (this.#rest === null) return this.#stream.receive(Math.min(maxBytes, this.#most));
    if (this.#rest.length === 0) throw new EndOfStreamError();
    const piece = this.#rest.subarray(0, this.#most);
    this.#rest = this.#rest.subarray(this.#most);
    return piece;
  }

  override send(bytes: Uint8Array): Promise<void> {
    return this.#stream.send(bytes);
  }

  override sendEof(): Promise<void> {
    return this.#stream.sendEof();
  }

  override close(): Promise<void> {
    return this.#stream.close();
  }
}
