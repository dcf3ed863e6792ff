import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

const PLACES = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The path of a Chromium: one that is there, or Debian's, installed where that is allowed; else why there is none. */
export function chromium(): { path: string } | { missing: string } {
  const path = installed();
  if (path !== undefined) return { path };
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    return { missing: "there is no Chromium; install one, or say where it is: CHROMIUM=/path/to/it" };
  }
  try {
    const options = {
      stdio: "ignore",
      timeout: 240_000,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    } as const;
    execFileSync("apt-get", ["update", "-qq"], options);
    execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], options);
  } catch (error) {
    return { missing: `there is no Chromium, and it cannot be installed: ${String(error)}` };
  }
  const found = installed();
  return found === undefined ? { missing: "Debian's chromium is not where it should be" } : { path: found };
}

function installed(): string | undefined {
  return PLACES.find((path) => path !== undefined && existsSync(path));
}
