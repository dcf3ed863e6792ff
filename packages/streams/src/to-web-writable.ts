import { forceClose } from "@anyio/core";
import { bindScope } from "@anyio/core/lowlevel";
import type { ByteSendStream } from "./byte-stream.js";
import { checkBytes } from "./internal/checks.js";
import { closeQuietly } from "./internal/closing.js";

/**
 * Makes a web stream of a stream of ours, for bytes to be written to. It sends in the scope in which this was called, a chunk at a time.
 *
 * `stream` belongs to the web stream from here on. Closing the web stream closes it; aborting the web stream closes it too, without
 * waiting for what is under way; and so does a failure, which is the web stream's.
 *
 * @example
 * const [send, receive] = createMemoryObjectStream<Uint8Array>(1);
 * const [, receiveNothing] = createMemoryObjectStream<Uint8Array>();
 * const stream = new BufferedByteStream(new StapledObjectStream(send, receiveNothing));
 * await new Response("hello").body?.pipeTo(toWebWritable(stream));
 * new TextDecoder().decode(await receive.receive()); // => "hello"
 */
export function toWebWritable(stream: ByteSendStream): WritableStream<Uint8Array> {
  // A web stream waits for the write under way before it says that it was aborted; closing ends that write.
  const abortNow = bindScope(() => void closeQuietly(stream));

  // The signal is of this web stream alone, and goes with it.
  const start = (controller: WritableStreamDefaultController): void => {
    (controller as { signal?: AbortSignal }).signal?.addEventListener("abort", abortNow);
  };

  const write = async (chunk: unknown): Promise<void> => {
    try {
      checkBytes(chunk, "a chunk of a web stream of bytes");
      await stream.send(chunk);
    } catch (error) {
      await closeQuietly(stream);
      throw error;
    }
  };

  return new WritableStream<Uint8Array>({
    start,
    write: bindScope(write),
    close: bindScope(() => stream.close()),
    abort: bindScope(() => forceClose(stream)),
  });
}
