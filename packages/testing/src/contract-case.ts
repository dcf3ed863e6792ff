/** One promise of a contract, and what proves it: a test, for whatever framework there is. */
export interface ContractCase {
  /** What is promised, in the present tense: a title for the test. */
  readonly name: string;
  /** Rejects where the promise is not kept. */
  readonly run: () => Promise<void>;
  /** It leaves something behind on purpose, so that a check of leaks would find it. */
  readonly leavesBehind?: true;
}
