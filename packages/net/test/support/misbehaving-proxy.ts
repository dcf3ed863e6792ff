import { connect, createServer, type Server, type Socket } from "node:net";

/** What a proxy does to what passes through it. */
export interface Misbehaviour {
  /** Holds every chunk back for so long, in ms. */
  readonly delay?: number;
  /** Hands every byte over by itself, each in a turn of its own. */
  readonly splits?: boolean;
  /** Resets both sides when so many bytes have passed in one direction. */
  readonly resetsAfter?: number;
  /** Ends in order when so many bytes have passed, in each direction. */
  readonly endsAfter?: number;
}

/** Stands between a client and the server on `port`, on sockets of Node's alone. */
export class MisbehavingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #how: Misbehaviour;

  private constructor(server: Server, how: Misbehaviour) {
    this.#server = server;
    this.#how = how;
  }

  static async before(port: number, how: Misbehaviour): Promise<MisbehavingProxy> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    const proxy = new MisbehavingProxy(server, how);
    server.on("connection", (client) => proxy.#pass(client, connect({ port, host: "127.0.0.1", allowHalfOpen: true })));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.#sockets.add(socket.setNoDelay(true));
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    }
    void this.#forward(client, server);
    void this.#forward(server, client);
  }

  async #forward(from: Socket, to: Socket): Promise<void> {
    const { delay = 0, splits = false, resetsAfter = Infinity, endsAfter = Infinity } = this.#how;
    const most = Math.min(resetsAfter, endsAfter);
    let passed = 0;
    try {
      for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
        const rest = chunk.subarray(0, most - passed);
        for (let at = 0; at < rest.length; at += splits ? 1 : rest.length) {
          to.write(rest.subarray(at, splits ? at + 1 : rest.length));
          await new Promise((resolve) => setImmediate(resolve));
        }
        passed += rest.length;
        if (passed < most) continue;
        if (passed >= resetsAfter) await this.#reset(from, to);
        to.end();
        from.resume();
        return;
      }
      to.end();
    } catch {
      to.destroy();
    }
  }

  /** What has passed is with the other side first: a reset overtakes it. */
  async #reset(...sockets: Socket[]): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const socket of sockets) socket.resetAndDestroy();
  }
}
