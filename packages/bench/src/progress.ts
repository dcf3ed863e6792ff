import type { Job } from "./schedule.js";

/** One line that says where we are, on a terminal; nothing elsewhere. */
export class Progress {
  readonly #total: number;
  readonly #stream: NodeJS.WriteStream;
  #begun = 0;

  constructor(total: number, stream: NodeJS.WriteStream = process.stderr) {
    this.#total = total;
    this.#stream = stream;
  }

  begin({ workload, contestant, round }: Job): void {
    this.#begun += 1;
    this.#write(`[${this.#begun}/${this.#total}] ${workload.name}, ${contestant}, round ${round}`);
  }

  end(): void {
    this.#write("");
  }

  #write(text: string): void {
    if (!this.#stream.isTTY) return;
    this.#stream.cursorTo(0);
    this.#stream.clearLine(1);
    this.#stream.write(text);
  }
}
