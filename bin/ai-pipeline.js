#!/usr/bin/env node
// Runs the built program, on a Node that can. Every Node since 12.17 must be able to read this file: static imports,
// top-level await and recent syntax stay out of it.

/* global process, URL, console */

const NEEDED = [22, 18];
const HANDED_OVER = "AI_PIPELINE_HANDED_OVER";

if (isCurrent(process.versions.node)) {
  start();
} else {
  handOver();
}

/** @returns whether this version, such as `22.18.0`, is one the program runs on. */
function isCurrent(version) {
  const parts = version.split(".").map(Number);
  return parts[0] > NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] >= NEEDED[1]);
}

function start() {
  const builtin = process.getBuiltinModule;
  builtin("module").enableCompileCache();
  silenceSqliteWarning();
  if (process.env[HANDED_OVER]) endWithParent();

  const program = new URL("../dist/main.js", import.meta.url);
  import(program.href).then(
    (loaded) => loaded.main(),
    (error) => {
      if (builtin("fs").existsSync(program)) throw error;
      console.error("ai-pipeline is not built yet.\n\nBuild it first:\n  npm ci && npm run build");
      process.exitCode = 1;
    },
  );
}

/** `node:sqlite` needs no package, but warns on Node 22. That one warning tells a user nothing. */
function silenceSqliteWarning() {
  const emitWarning = process.emitWarning;
  process.emitWarning = function (warning, ...rest) {
    const type = typeof rest[0] === "object" && rest[0] !== null ? rest[0].type : rest[0];
    if (type === "ExperimentalWarning" && String(warning).startsWith("SQLite ")) return;
    emitWarning.call(process, warning, ...rest);
  };
}

/** The channel to the older Node that started us closes when that is killed: end then, as if told to. */
function endWithParent() {
  delete process.env[HANDED_OVER];
  if (!process.channel) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}

/** Runs this file again with a `node` package of the project's or of our own, or says what to run. */
function handOver() {
  const modules = Promise.all([import("child_process"), import("fs"), import("path"), import("url")]);
  const done = modules.then(([childProcess, fs, path, url]) => {
    const self = url.fileURLToPath(import.meta.url);
    const args = process.argv.slice(2);
    const found = findNode(fs, path, process.cwd()) || findNode(fs, path, path.dirname(self));
    if (found) {
      runWith(childProcess, found, [self].concat(args));
      return;
    }
    console.error(
      [
        "ai-pipeline needs Node " + NEEDED.join(".") + " or newer; this is Node " + process.versions.node + ".",
        "",
        "Run it with a current Node, which npm fetches for this one call:",
        "  npx --yes -p node@24 node " + [self].concat(args).map(quote).join(" "),
        "or give the project one of its own, and run the same command again:",
        "  npm install --save-dev node@24",
      ].join("\n"),
    );
    process.exitCode = 1;
  });
  // Before Node 15 a rejection alone would end in success.
  done.catch((error) => {
    console.error("ai-pipeline could not look for a newer Node: " + error.message);
    process.exitCode = 1;
  });
}

/** @returns the binary of the nearest `node` package that is current, from `from` up to the root. */
function findNode(fs, path, from) {
  const folder = path.join(from, "node_modules", "node");
  const binary = path.join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    if (isCurrent(manifest.version) && fs.existsSync(binary)) return binary;
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
  }
  const parent = path.dirname(from);
  return parent === from ? undefined : findNode(fs, path, parent);
}

/** Runs it in our place: same streams, its exit code or signal is ours. */
function runWith(childProcess, node, args) {
  const env = Object.assign({}, process.env, { [HANDED_OVER]: "1" });
  const child = childProcess.spawn(node, args, { stdio: ["inherit", "inherit", "inherit", "ipc"], env });
  // A terminal sends Ctrl-C and its hang-up to both of us; passed on, the child would count two.
  const fromTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  ["SIGINT", "SIGHUP", "SIGTERM"].forEach((signal) => {
    process.on(signal, () => {
      if (signal === "SIGTERM" || !fromTerminal) child.kill(signal);
    });
  });
  child.on("error", (error) => {
    console.error("ai-pipeline could not start " + node + ": " + error.message);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else {
      process.exit(code);
    }
  });
}

/** @returns the argument as a POSIX shell, and where it needs no quotes any shell, reads it. */
function quote(argument) {
  return /^[\w@%+=:,./\\-]+$/.test(argument) ? argument : "'" + argument.replace(/'/g, "'\\''") + "'";
}
