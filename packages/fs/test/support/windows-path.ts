import { PurePath } from "@anyio/fs";
import { type Flavour, POSIX, WINDOWS } from "../../src/internal/lexical.js";

/** Paths as they are on Windows, on any system. */
export class WindowsPath extends PurePath {
  protected override get flavour(): Flavour {
    return WINDOWS;
  }
}

/** Paths as they are on all other systems. */
export class PosixPath extends PurePath {
  protected override get flavour(): Flavour {
    return POSIX;
  }
}
