// A program of its own: is given temperatures in °C, a line each, and answers in °F, until there are no more.
import { run } from "@anyio/core";
import { LineReceiveStream, TextReceiveStream } from "@anyio/streams";
import { fromReadable } from "@anyio/streams/node";

await run(async () => {
  for await (const line of new LineReceiveStream(new TextReceiveStream(fromReadable(process.stdin)))) {
    console.log(`${Math.round(Number(line) * 1.8 + 32)} °F`);
  }
});
