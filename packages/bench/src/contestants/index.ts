import type { Contestant } from "./contestant.js";

/** In the order of the table's columns; ours first. */
export const CONTESTANTS = ["anyio", "native", "native-lean", "native-bare", "effect", "effection"] as const;
export type ContestantName = (typeof CONTESTANTS)[number];
export type PeerName = Exclude<ContestantName, "anyio">;

/** Loads one contestant and its library, and no other. */
export async function loadContestant(name: ContestantName): Promise<Contestant> {
  switch (name) {
    case "anyio":
      return (await import("./anyio/index.js")).anyio;
    case "native":
      return (await import("./native/index.js")).native;
    case "native-lean":
      return (await import("./native-lean/index.js")).nativeLean;
    case "native-bare":
      return (await import("./native-bare/index.js")).nativeBare;
    case "effect":
      return (await import("./effect/index.js")).effect;
    case "effection":
      return (await import("./effection/index.js")).effection;
  }
}
