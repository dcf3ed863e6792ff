import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { events, once } from "@anyio/streams/node";

class Clock extends EventEmitter<{ tick: [Date] }> {}

// A typed emitter tells the arguments of its events.
const [at] = await once(new Clock(), "tick");
at satisfies Date;
for await (const [time] of events(new Clock(), "tick")) time satisfies Date;

// Others are told.
const [chunk] = await once<[Buffer]>(new Socket(), "data");
chunk satisfies Buffer;
for await (const [event] of events<[Event]>(new AbortController().signal, "abort")) event satisfies Event;

// What nobody told is unknown.
const [unknown] = await once(new EventEmitter(), "data");
unknown satisfies unknown;
// @ts-expect-error -- it may be anything
unknown satisfies string;
(await once(process, "SIGTERM")) satisfies unknown[];

// @ts-expect-error -- no emitter
await once({}, "tick");
// @ts-expect-error -- no such policy
events(new Clock(), "tick", { overflow: "block" });
