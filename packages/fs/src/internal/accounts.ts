import * as fs from "node:fs";
import { userInfo } from "node:os";
import { calling, systemError } from "./system-call.js";

/** Node.js asks the system for no other account than its own, so these are read where a Unix lists them. */
const USERS = "/etc/passwd";
const GROUPS = "/etc/group";

/** The name of a user. */
export async function userName(id: number, path: string): Promise<string> {
  const { uid, username } = userInfo();
  if (uid === id) return username;
  const record = (await recordsOf(USERS)).find(([, , uid]) => uid === String(id));
  if (record === undefined) throw systemError("ENOENT", `no name is known for user ${id}`, "getpwuid", path);
  return record[0] as string;
}

/** The name of a group. */
export async function groupName(id: number, path: string): Promise<string> {
  const record = (await recordsOf(GROUPS)).find(([, , gid]) => gid === String(id));
  if (record === undefined) throw systemError("ENOENT", `no name is known for group ${id}`, "getgrgid", path);
  return record[0] as string;
}

/** The home directory of a user, by name. */
export async function homeOf(user: string, path: string): Promise<string> {
  const record = (await recordsOf(USERS)).find(([name]) => name === user);
  const home = record?.[5];
  if (!home) throw systemError("ENOENT", `no home is known for user ${user}`, "getpwnam", path);
  return home;
}

async function recordsOf(file: string): Promise<string[][]> {
  const text = await calling<string>((done) => fs.readFile(file, "utf8", done));
  return text.split("\n").map((line) => line.split(":"));
}
