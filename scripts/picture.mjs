// `npm run picture`: draws who imports whom in the kernel, into CONTRIBUTING.md.
import { readFileSync, writeFileSync } from "node:fs";
import { PAGE, withPicture } from "./lib/kernel-picture.mjs";

writeFileSync(PAGE, withPicture(readFileSync(PAGE, "utf8")));
