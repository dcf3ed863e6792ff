import { describe, expect, it } from "vitest";
import { workerFlags } from "../src/internal/pool/worker-flags.js";

describe("workerFlags", () => {
  it.each([
    [
      ["--import", "tsx", "--conditions=source"],
      ["--import", "tsx", "--conditions=source"],
    ],
    [["--inspect-brk=127.0.0.1:9229", "--max-old-space-size=100"], ["--max-old-space-size=100"]],
    [["--input-type=module", "--eval", "await main()", "--no-warnings"], ["--no-warnings"]],
    [["-e", "1", "-p", "2", "--eval=3"], []],
    [["--test", "--test-reporter=dot", "--watch", "--inspect"], []],
  ])("keeps of %j what is for workers", (flags, expected) => {
    expect(workerFlags(flags)).toEqual(expected);
  });
});
