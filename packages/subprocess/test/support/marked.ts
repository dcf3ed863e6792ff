import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from "vitest";

/**
 * After each test of the file that calls this, the process table has nobody whom the test has started, nor a descendant of theirs. Says so
 * at the end.
 */
export function watchProcessTable(): void {
  const mark = new Mark("ANYIO_TEST_FILE");
  let tests = 0;
  beforeAll(() => void Object.assign(process.env, mark.env));
  // What is asked for first is done last: by then the test's own cleaning up has been done.
  beforeEach(() =>
    onTestFinished(() => {
      tests++;
      mark.expectGone();
    }),
  );
  afterAll(() => {
    delete process.env[mark.name];
    console.log(
      `the process table after ${tests} tests: ${processes().length} processes, ${mark.living.length} of theirs`,
    );
  });
}

/** A mark that children inherit with their environment, whatever becomes of them, and by which the process table knows them. */
export class Mark {
  readonly name: string;
  readonly value = `anyio-${randomUUID()}`;

  /** @param name the variable of the environment that it is in */
  constructor(name = "ANYIO_TEST_MARK") {
    this.name = name;
  }

  /** An environment with the mark. */
  get env(): Record<string, string | undefined> {
    return { ...process.env, [this.name]: this.value };
  }

  /** The processes that bear the mark and have not ended, as `pid command`. */
  get living(): string[] {
    return processes()
      .filter((pid) => this.#isOn(pid))
      .map(describe)
      .filter((line) => line !== undefined);
  }

  /** Waits until `count` processes bear the mark. */
  async seen(count: number): Promise<void> {
    await until(() => this.living.length >= count);
  }

  /** The process table has none of them. */
  expectGone(): void {
    expect(this.living).toEqual([]);
  }

  #isOn(pid: string): boolean {
    // That of a zombie is empty.
    return read(`/proc/${pid}/environ`).includes(this.value);
  }
}

/** Whether there is a process of that number that has not ended. */
export function isAlive(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== "" && !"ZX".includes(stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "");
}

/** Looks until it holds, some seconds at most. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("it has not come to that within ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The numbers in the process table. */
function processes(): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

/** Undefined for one that has ended by now. */
function describe(pid: string): string | undefined {
  const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
  return command === "" ? undefined : `${pid} ${command}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
