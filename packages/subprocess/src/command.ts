/** What to run: an array is a program and its arguments, a string goes through the shell. */
export type Command = string | readonly string[];
