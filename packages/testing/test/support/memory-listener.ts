import { BusyResourceError, ClosedResourceError, forceClose } from "@anyio/core";
import {
  BufferedByteStream,
  createMemoryObjectStream,
  Listener,
  type MemoryObjectSendStream,
  type ServeOptions,
  StapledObjectStream,
} from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";

/** Two streams of bytes, each of which receives what goes into the other. */
export function memoryPair(): [BufferedByteStream, BufferedByteStream] {
  const [sendThere, receiveThere] = createMemoryObjectStream<Uint8Array>();
  const [sendBack, receiveBack] = createMemoryObjectStream<Uint8Array>();
  return [
    new BufferedByteStream(new StapledObjectStream(sendThere, receiveBack)),
    new BufferedByteStream(new StapledObjectStream(sendBack, receiveThere)),
  ];
}

/** What a test leaves out, to show that the contract notices. */
export type Flaw = "closes no stream" | "serves twice" | "ignores its status";

/** A listener in memory. */
export class MemoryListener extends Listener<BufferedByteStream> {
  readonly #flaw: Flaw | undefined;
  readonly #incoming: MemoryObjectSendStream<BufferedByteStream>;
  readonly #accepted;
  #isClosed = false;
  #serving: { cancel(): void; readonly ended: Promise<unknown> } | null = null;

  constructor(flaw?: Flaw) {
    super();
    this.#flaw = flaw;
    [this.#incoming, this.#accepted] = createMemoryObjectStream<BufferedByteStream>(Infinity);
  }

  readonly connect = async (): Promise<BufferedByteStream> => {
    const [near, far] = memoryPair();
    await this.#incoming.send(far);
    return near;
  };

  override async serve(
    handler: (stream: BufferedByteStream) => unknown,
    options: ServeOptions<BufferedByteStream> = {},
  ): Promise<never> {
    if (this.#isClosed) throw new ClosedResourceError();
    if (this.#serving !== null && this.#flaw !== "serves twice") throw new BusyResourceError();
    const ended = this.#accept(handler, options);
    try {
      await ended;
    } finally {
      this.#serving = null;
    }
    throw new ClosedResourceError();
  }

  override async close(): Promise<void> {
    this.#isClosed = true;
    this.#accepted.close();
    this.#incoming.close();
    this.#serving?.cancel();
    await this.#serving?.ended.catch(() => {});
  }

  #accept(
    handler: (stream: BufferedByteStream) => unknown,
    { taskGroup, status, onError }: ServeOptions<BufferedByteStream>,
  ): Promise<unknown> {
    const handle = async (stream: BufferedByteStream): Promise<void> => {
      try {
        await handler(stream);
      } catch (error) {
        if (onError === undefined) throw error;
        await onError(error, stream);
      } finally {
        if (this.#flaw !== "closes no stream") await forceClose(stream);
      }
    };
    let cancel = (): void => {};
    const ended = withTaskGroup(async (tg) => {
      cancel = () => tg.cancel();
      if (this.#flaw !== "ignores its status") status?.started(this);
      for (;;) {
        const stream = await this.#accepted.receive();
        (taskGroup ?? tg).startSoon(() => handle(stream));
      }
    });
    this.#serving = { cancel, ended };
    return ended;
  }
}
