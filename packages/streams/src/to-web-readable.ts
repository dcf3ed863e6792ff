import { EndOfStreamError } from "@anyio/core";
import { bindScope } from "@anyio/core/lowlevel";
import type { ByteReceiveStream } from "./byte-stream.js";
import { closeQuietly } from "./internal/closing.js";

/**
 * Makes a web stream of a stream of ours. Nothing is read ahead: it receives when somebody reads, in the scope in which this was
 * called.
 *
 * `stream` belongs to the web stream from here on: it is closed at its end, when it fails, and when the web stream is
 * cancelled. Its failure is the web stream's.
 *
 * @example
 * const [send, receive] = createMemoryObjectStream<Uint8Array>(1);
 * await send.send(new TextEncoder().encode("hello"));
 * send.close();
 * const body = toWebReadable(new BufferedByteReceiveStream(receive));
 * await new Response(body).text(); // => "hello"
 */
export function toWebReadable(stream: ByteReceiveStream): ReadableStream<Uint8Array> {
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      controller.enqueue(await stream.receive());
    } catch (error) {
      if (!(error instanceof EndOfStreamError)) {
        await closeQuietly(stream);
        throw error;
      }
      await stream.close();
      controller.close();
    }
  };

  return new ReadableStream<Uint8Array>(
    { pull: bindScope(pull), cancel: bindScope(() => stream.close()) },
    { highWaterMark: 0 },
  );
}
