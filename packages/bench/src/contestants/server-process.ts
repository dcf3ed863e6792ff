import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { heapInUse, residentMemory } from "../measure/memory.js";
import type { ServerMemory } from "./contestant.js";

const SERVICES = ["echo", "count", "greet", "hold", "datagrams", "count-tls", "count-tls-strict"] as const;

/** What a server does with each connection: see `SocketsFamily`. */
export type Service = (typeof SERVICES)[number];

/** Where a server is, and by what certificate it is trusted if it has one. */
export interface Address {
  readonly port: number;
  readonly certificate?: string;
}

/** A server in a process of its own. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly address: Address;

  private constructor(child: ChildProcess, address: Address) {
    this.#child = child;
    this.address = address;
  }

  /** Starts the contestant's program, `<contestant>-server`, with what this process was started with. */
  static async start(contestant: string, service: Service): Promise<ServerProcess> {
    const program = fileURLToPath(new URL(`${contestant}-server.js`, import.meta.url));
    const child = fork(program, [service]);
    const [address] = (await once(child, "message")) as [Address];
    return new ServerProcess(child, address);
  }

  async memory(): Promise<ServerMemory> {
    const answer = once(this.#child, "message") as Promise<[ServerMemory]>;
    this.#child.send("memory");
    return (await answer)[0];
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}

/** In the server's process: `serve` starts the service that was asked for, and returns where it is. */
export async function answerParent(serve: (service: Service) => Promise<Address>): Promise<void> {
  const service = SERVICES.find((name) => name === process.argv[2]);
  if (service === undefined) throw new Error(`no service "${process.argv[2]}"`);
  const address = await serve(service);
  process.on("message", () => process.send?.({ heap: heapInUse(), resident: residentMemory() } satisfies ServerMemory));
  process.on("disconnect", () => process.exit());
  process.send?.(address);
}
