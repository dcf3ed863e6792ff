import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CancelScope, run } from "@anyio/core";
import { createMemoryObjectStream, type MemoryObjectReceiveStream, type MemoryObjectSendStream } from "@anyio/streams";
import { skipExplored } from "#support/explored";
import { check } from "#support/property";
import { SeededScheduler } from "#support/seeded-scheduler";
import { turn } from "#support/turn";
import { ChannelModel, type Outcome } from "./support/channel-model.js";

type Action =
  | { readonly kind: "send" | "sendNowait" | "receive" | "receiveNowait" | "next"; readonly end: number }
  | { readonly kind: "cloneSend" | "cloneReceive" | "closeSend" | "closeReceive"; readonly end: number }
  | { readonly kind: "cancel"; readonly back: number }
  | { readonly kind: "turn" };

const end = fc.nat({ max: 4 });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom("send", "receive"), end }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom("sendNowait", "receiveNowait", "next"), end }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("cancel"), back: fc.nat({ max: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("cloneSend", "cloneReceive"), end }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("closeSend", "closeReceive"), end }) },
  { weight: 2, arbitrary: fc.constant({ kind: "turn" } as const) },
) as fc.Arbitrary<Action>;

const programs = fc.record({
  maxBufferSize: fc.constantFrom(0, 0, 1, 3, Infinity),
  actions: fc.array(action, { maxLength: 60, size: "max" }),
});

interface Program {
  readonly maxBufferSize: number;
  readonly actions: readonly Action[];
}

/** Does the same to a stream and to its model, and compares what they tell after each step, and how each operation ends. */
class Comparison {
  readonly #model: ChannelModel;
  readonly #sends: MemoryObjectSendStream<number>[];
  readonly #receives: MemoryObjectReceiveStream<number>[];
  readonly #scopes: CancelScope[] = [];
  readonly #outcomes: Promise<Outcome>[] = [];
  #lastItem = 0;

  constructor(maxBufferSize: number) {
    const [send, receive] = createMemoryObjectStream<number>(maxBufferSize);
    this.#model = new ChannelModel(maxBufferSize);
    this.#sends = [send];
    this.#receives = [receive];
  }

  async perform(actions: readonly Action[]): Promise<void> {
    for (const each of actions) {
      if (each.kind === "turn") await turn();
      else if (each.kind === "cancel") this.#cancel(this.#outcomes.length - 1 - each.back);
      else this.#act(each.kind, each.end);
      this.#compareStatistics();
    }
    for (let id = 0; id < this.#outcomes.length; id++) this.#cancel(id);
    expect(await Promise.all(this.#outcomes)).toEqual(this.#model.outcomes);
  }

  #act(kind: Exclude<Action["kind"], "cancel" | "turn">, chosen: number): void {
    const model = this.#model;
    const from = chosen % this.#sends.length;
    const to = chosen % this.#receives.length;
    const send = this.#sends[from] as MemoryObjectSendStream<number>;
    const receive = this.#receives[to] as MemoryObjectReceiveStream<number>;
    switch (kind) {
      case "send":
      case "sendNowait": {
        const item = ++this.#lastItem;
        model.send(from, item, kind === "send");
        return this.#begin(async () => {
          await (kind === "send" ? send.send(item) : send.sendNowait(item));
          return "sent";
        });
      }
      case "receive":
      case "receiveNowait":
        model.receive(to, kind === "receive");
        return this.#begin(
          async () => `received ${kind === "receive" ? await receive.receive() : receive.receiveNowait()}`,
        );
      case "next":
        model.receive(to, true);
        return this.#begin(async () => {
          const { value, done } = await receive[Symbol.asyncIterator]().next();
          return done ? "EndOfStreamError" : `received ${value}`;
        });
      case "cloneSend":
        if (model.sends[from]) this.#sends[model.sends.push(true) - 1] = send.clone();
        return;
      case "cloneReceive":
        if (model.receives[to]) this.#receives[model.receives.push(true) - 1] = receive.clone();
        return;
      case "closeSend":
        if (model.sends[from]) model.closeSend(from);
        return send.close();
      case "closeReceive":
        if (model.receives[to]) model.closeReceive(to);
        return receive.close();
    }
  }

  #begin(operation: () => Promise<string>): void {
    const scope = new CancelScope();
    this.#scopes.push(scope);
    let outcome: Outcome;
    const ended = scope.run(async () => {
      try {
        outcome = await operation();
      } catch (error) {
        outcome = (error as Error).constructor.name;
      }
    });
    this.#outcomes.push(ended.then(() => outcome));
  }

  #cancel(id: number): void {
    this.#model.cancel(id);
    this.#scopes[id]?.cancel();
  }

  #compareStatistics(): void {
    const model = this.#model;
    expect(this.#sends[0]?.statistics()).toEqual({
      currentBufferUsed: model.buffer.length,
      maxBufferSize: model.maxBufferSize,
      openSendStreams: model.sends.filter(Boolean).length,
      openReceiveStreams: model.receives.filter(Boolean).length,
      tasksWaitingSend: model.senders.length,
      tasksWaitingReceive: model.receivers.length,
    });
  }
}

function compare({ maxBufferSize, actions }: Program): Promise<void> {
  return new Comparison(maxBufferSize).perform(actions);
}

describe("a memory object stream", () => {
  it("does what the model of the rules says", async () => {
    skipExplored("it has schedulers of its own");
    await check(fc.asyncProperty(programs, compare), 1_000);
  });

  it("does the same under every schedule", async () => {
    skipExplored("it has schedulers of its own");
    await check(
      fc.asyncProperty(programs, fc.integer(), (program, seed) =>
        run(() => compare(program), { signals: [], backend: { scheduler: new SeededScheduler(seed) } }),
      ),
      300,
    );
  });
});
