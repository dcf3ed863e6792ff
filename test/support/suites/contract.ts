/** One thing that everything of a kind has to do. It knows no test framework: it fails by throwing. */
export interface ContractCase {
  /** What is so, in the present tense. */
  readonly name: string;
  readonly run: () => Promise<void>;
}
