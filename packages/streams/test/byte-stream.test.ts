import { BufferedByteStream } from "@anyio/streams";
import { describe, it } from "vitest";
import { byteStreamContract } from "@anyio/testing";
import { bufferedPair, thereAndBackPair, webPair } from "./support/pairs.js";

describe.each([
  ["a BufferedByteStream over objects", bufferedPair],
  ["a BufferedByteStream over objects, some of which may wait", () => bufferedPair(3)],
  [
    "a BufferedByteStream over a stream of bytes",
    async () => {
      const [a, b] = await webPair();
      return [new BufferedByteStream(a), new BufferedByteStream(b)] as [BufferedByteStream, BufferedByteStream];
    },
  ],
  ["a StapledByteStream of web streams", webPair],
  ["a StapledByteStream of web streams of ours", thereAndBackPair],
] as const)("%s", (_name, makePair) => {
  for (const { name, run } of byteStreamContract(makePair)) it(name, run);
});
