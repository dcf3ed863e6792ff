/** The program that a worker process runs. Keep this file beside it: what is built is in one folder too. */
export const WORKER_URL: URL = new URL("./worker.js", import.meta.url);
