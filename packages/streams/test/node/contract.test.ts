import { describe, it } from "vitest";
import type { ByteStream } from "@anyio/streams";
import { fromDuplex, toDuplex } from "@anyio/streams/node";
import { byteStreamContract } from "@anyio/testing";
import { socketPair } from "./support/nodes.js";

describe.each<[string, () => Promise<[ByteStream, ByteStream]>]>([
  ["fromDuplex over a socket", () => pair((stream) => stream)],
  ["fromDuplex over toDuplex", () => pair((stream) => fromDuplex(toDuplex(stream)))],
])("%s", (_name, makePair) => {
  for (const { name, run } of byteStreamContract(makePair)) it(name, run);
});

async function pair(wrap: (stream: ByteStream) => ByteStream): Promise<[ByteStream, ByteStream]> {
  const [near, far] = await socketPair();
  return [wrap(fromDuplex(near)), wrap(fromDuplex(far))];
}
