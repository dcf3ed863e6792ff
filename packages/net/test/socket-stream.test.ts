import { byteStreamContract } from "@anyio/testing";
import { describe, it } from "vitest";
import { tcpPair, unixPair } from "./support/pairs.js";

describe("SocketStream over TCP", () => {
  for (const { name, run } of byteStreamContract(tcpPair)) it(name, run);
});

describe("SocketStream over a Unix socket", () => {
  for (const { name, run } of byteStreamContract(unixPair)) it(name, run);
});
