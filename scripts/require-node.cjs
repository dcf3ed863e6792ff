// Preloaded before every command of this repository. Keep this file in the syntax of the oldest Node: where the
// version is too low, one clear line has to appear in place of a syntax error.
var found = process.versions.node.split(".");
var major = Number(found[0]);
var minor = Number(found[1]);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error("AnyIO for TypeScript needs Node.js 20.19 or newer; this is " + process.version + ".");
  process.exit(1);
}
