/** Starts `count` async functions and waits for all: the tasks of contestants that bring none of their own. */
export async function startAll(count: number, task: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => task(index)));
}
