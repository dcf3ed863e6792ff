import type { Narrator } from "../narrator.js";

/** What the file of a chapter exports. */
export interface Chapter {
  readonly title: string;
  tell(say: Narrator): Promise<void>;
}
