import { checkpoint } from "@anyio/core/lowlevel";

/** Spends the fairness budget: from here on all that ends is told in later turns. */
export function spendBudget(): void {
  for (let i = 0; i < 2000; i++) void checkpoint();
}
