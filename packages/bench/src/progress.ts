import type { Job } from "./schedule.js";

/** One line that says where we are, on a terminal; nothing elsewhere. */
export class Progress {
  readonly #total: number;
  #begun = 0;

  constructor(total: number) {
    this.#total = total;
  }

  begin({ workload, contestant, round }: Job): void {
    this.#begun += 1;
    this.#write(`[${this.#begun}/${this.#total}] ${workload.name}, ${contestant}, round ${round}`);
  }

  end(): void {
    this.#write("");
  }

  #write(text: string): void {
    const { stderr } = process;
    if (!stderr.isTTY) return;
    stderr.cursorTo(0);
    stderr.clearLine(1);
    stderr.write(text);
  }
}
