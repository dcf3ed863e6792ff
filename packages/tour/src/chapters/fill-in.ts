// A thread of chapter 26's own, with a synchronous function in it that asks the event loop.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { connectPortal } from "@anyio/threads";
import type { Handlers } from "./26-portal.js";

const { port, template } = workerData as { port: MessagePort; template: string };
const portal = connectPortal<Handlers>(port);

try {
  portal.call(
    "print",
    template.replaceAll(/\{(\w+)\}/g, (_, name: string) => portal.call("lookUp", name)),
  );
} catch (error) {
  parentPort?.postMessage(String(error));
}
