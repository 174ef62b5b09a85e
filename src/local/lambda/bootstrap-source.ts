/**
 * The program inside every environment: a client of the Runtime API that loads a Node handler, in plain CommonJS so that
 * it runs without a build wherever it is written. It speaks HTTP/1.1 over a bare socket, because `net` is loaded in
 * every Node process while `http` costs a cold start some milliseconds more, and because a bare socket lets the
 * response and the wish for the next event travel in one packet.
 *
 * fd 3 carries log records: four bytes of length (little endian), then UTF-8.
 */
export const BOOTSTRAP_SOURCE = String.raw`"use strict";
const net = require("net");
const fs = require("fs");
const path = require("path");
const util = require("util");

const env = process.env;
const [, host, port, base] = /^([^:]+):(\d+)(.*)$/.exec(env.AWS_LAMBDA_RUNTIME_API);
const root = base + "/2018-06-01/runtime/";
const json = env.AWS_LAMBDA_LOG_FORMAT === "JSON";
const LEVELS = { trace: 0, debug: 1, info: 2, warn: 3, error: 4, fatal: 5 };
const threshold = json && env.AWS_LAMBDA_LOG_LEVEL ? (LEVELS[env.AWS_LAMBDA_LOG_LEVEL.toLowerCase()] ?? 2) : 0;
let current;

function writeLog(text) {
  if (text.length > 1048576) text = text.slice(0, 1048576) + "... (" + (text.length - 1048576) + " more characters dropped)";
  const body = Buffer.from(text);
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32LE(body.length, 0);
  body.copy(frame, 4);
  for (let at = 0; at < frame.length; ) {
    try {
      at += fs.writeSync(3, frame, at);
    } catch (error) {
      if (error.code !== "EAGAIN") return;
    }
  }
}

function errorFields(error) {
  if (error instanceof Error) {
    return { errorType: error.name || "Error", errorMessage: error.message, trace: String(error.stack || "").split("\n") };
  }
  if (util.types.isNativeError(error)) return { errorType: error.name, errorMessage: error.message, trace: [] };
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function logError(level, title, error) {
  const { errorType, errorMessage, trace } = errorFields(error);
  const extra = error instanceof Error ? { ...error } : {};
  let text;
  try {
    text = JSON.stringify({ errorType, errorMessage, ...extra, stack: trace });
  } catch {
    text = JSON.stringify({ errorType, errorMessage, stack: trace });
  }
  const timestamp = new Date().toISOString();
  if (json) {
    writeLog(JSON.stringify({ timestamp, level, requestId: current, message: { errorType, errorMessage, stackTrace: trace } }));
  } else writeLog(timestamp + "\t" + current + "\t" + level + "\t" + title + " \t" + text);
}

function jsonReplacer(key, value) {
  if (value instanceof Error) return { ...value, errorType: value.name, errorMessage: value.message, stackTrace: String(value.stack).split("\n") };
  return typeof value === "bigint" ? String(value) : value;
}

function logLine(level, args) {
  if (LEVELS[level.toLowerCase()] < threshold) return;
  const timestamp = new Date().toISOString();
  if (!json) return writeLog(timestamp + "\t" + current + "\t" + level + "\t" + util.format(...args));
  const record = { timestamp, level, requestId: current };
  try {
    if (args.length === 1) return writeLog(JSON.stringify({ ...record, message: args[0] }, jsonReplacer));
  } catch {}
  record.message = util.format(...args);
  const error = args.find((arg) => arg instanceof Error);
  if (error) Object.assign(record, { errorType: error.name, errorMessage: error.message, stackTrace: String(error.stack).split("\n") });
  writeLog(JSON.stringify(record));
}

for (const [method, level] of [["log", "INFO"], ["info", "INFO"], ["warn", "WARN"], ["error", "ERROR"], ["debug", "DEBUG"], ["trace", "TRACE"]]) {
  console[method] = (...args) => logLine(level, args);
}

// Output written straight to the streams may still wait in this process when the handler is done; seen only when used.
const used = [];
for (const name of ["stdout", "stderr"]) {
  const original = Object.getOwnPropertyDescriptor(process, name);
  let stream;
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get() {
      if (!stream) used.push((stream = original.get.call(process)));
      return stream;
    },
  });
}
function flushed(then) {
  const waiting = used.filter((stream) => stream.writableLength > 0);
  if (waiting.length === 0) return then();
  let left = waiting.length;
  for (const stream of waiting) stream.write("", () => --left === 0 && then());
}

const socket = net.connect({ host, port: Number(port), noDelay: true });
// The stack is gone: nobody waits for this process any more.
socket.on("error", () => {});
socket.on("close", () => process.reallyExit(0));

function head(method, where, length, headers) {
  return method + " " + root + where + " HTTP/1.1\r\nHost: " + host + "\r\n" + (headers || "") +
    (method === "POST" ? "Content-Length: " + length + "\r\n" : "") + "\r\n";
}

function send(where, body, options) {
  const bytes = Buffer.from(body);
  const headers = "Content-Type: application/json\r\nX-Max-Rss-Kb: " + process.resourceUsage().maxRSS + "\r\n" +
    (options.errorType ? "Lambda-Runtime-Function-Error-Type: " + String(options.errorType).replace(/[^\x20-\x7e]/g, "?") + "\r\n" : "");
  socket.write(Buffer.concat([Buffer.from(head("POST", where, bytes.length, headers)), bytes,
    Buffer.from(options.last ? "" : head("GET", "invocation/next"))]), options.then);
}

let pending = [];
let size = 0;
let needed = 0;
socket.on("data", (chunk) => {
  pending.push(chunk);
  size += chunk.length;
  while (size >= needed && size > 0) {
    const all = pending.length === 1 ? pending[0] : Buffer.concat(pending);
    pending = [all];
    const end = all.indexOf("\r\n\r\n");
    if (end < 0) return;
    const lines = all.toString("latin1", 0, end).split("\r\n");
    const headers = {};
    for (const line of lines.slice(1)) {
      const colon = line.indexOf(":");
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    needed = end + 4 + Number(headers["content-length"] || 0);
    if (size < needed) return;
    const body = all.subarray(end + 4, needed);
    const rest = all.subarray(needed);
    pending = rest.length > 0 ? [rest] : [];
    size = rest.length;
    needed = 0;
    const id = headers["lambda-runtime-aws-request-id"];
    if (id) invoke(id, headers, body);
  }
});

let handler;
let settle;

function fail(id, error, title) {
  logError("ERROR", title || "Invoke Error", error);
  const fields = errorFields(error);
  flushed(() => send("invocation/" + id + "/error", JSON.stringify(fields), { errorType: fields.errorType }));
}

function succeed(id, value) {
  let text;
  try {
    text = JSON.stringify(value === undefined ? null : value);
    if (text === undefined) text = "null";
  } catch (error) {
    const wrapped = new Error("Unable to stringify response body as json: " + (error && error.message));
    wrapped.name = "Runtime.MarshalError";
    return fail(id, wrapped);
  }
  flushed(() => send("invocation/" + id + "/response", text, {}));
}

function invoke(id, headers, body) {
  current = id;
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  if (headers["lambda-runtime-trace-id"]) env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
  // An empty event loop is how Lambda knows that a callback will never come; the socket must not keep it from that.
  socket.unref();
  let over = false;
  let answer;
  const finish = (error, value) => {
    if (over) return;
    over = true;
    settle = undefined;
    socket.ref();
    if (error !== undefined && error !== null) fail(id, error);
    else succeed(id, value);
  };
  let isAsync = false;
  settle = (kind) => {
    if (kind === "empty" && answer) return finish(answer[0], answer[1]);
    if (kind === "empty" && isAsync) {
      const error = new Error("The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled.");
      error.name = "Runtime.NodeJsExit";
      error.stack = error.message;
      return finish(error);
    }
    finish(undefined, null);
  };
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: id,
    clientContext: headers["lambda-runtime-client-context"] ? JSON.parse(headers["lambda-runtime-client-context"]) : undefined,
    identity: undefined,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  const callback = (error, value) => {
    if (over || answer) return;
    if (context.callbackWaitsForEmptyEventLoop) answer = [error, value];
    else finish(error, value);
  };
  context.done = callback;
  context.succeed = (value) => callback(null, value);
  context.fail = (error) => callback(error === undefined || error === null ? "handled" : error);
  try {
    const result = handler(JSON.parse(body.toString()), context, callback);
    if (result && typeof result.then === "function") {
      isAsync = true;
      result.then((value) => finish(undefined, value), (error) => finish(error === undefined || error === null ? new Error(String(error)) : error));
    }
  } catch (error) {
    finish(error === undefined || error === null ? new Error(String(error)) : error);
  }
}

process.on("beforeExit", () => settle && settle("empty"));

function die(error, title) {
  socket.ref();
  logError("ERROR", title, error);
  const fields = errorFields(error);
  const where = handler && settle ? "invocation/" + current + "/error" : handler ? undefined : "init/error";
  // Nobody waits for an answer when it happens between two invocations.
  if (!where) return process.exit(129);
  settle = undefined;
  send(where, JSON.stringify(fields), { errorType: fields.errorType, last: true, then: () => process.exit(129) });
}
process.on("uncaughtException", (error) => die(error, "Uncaught Exception"));
process.on("unhandledRejection", (reason) => {
  const error = new Error(reason instanceof Error ? String(reason) : util.format(reason));
  error.name = "Runtime.UnhandledPromiseRejection";
  if (reason instanceof Error) error.stack = error.name + ": " + reason.stack;
  die(error, "Unhandled Promise Rejection");
});

function named(name, message, cause) {
  const error = new Error(message);
  error.name = name;
  error.stack = name + ": " + ((cause && cause.stack) || message);
  return error;
}

async function load() {
  const wanted = env._HANDLER;
  const folder = path.dirname(wanted);
  const [module, ...names] = path.basename(wanted).split(".");
  if (!module || names.length === 0) throw named("Runtime.MalformedHandlerName", "Bad handler '" + wanted + "': it must be file.export");
  const stem = path.resolve(env.LAMBDA_TASK_ROOT, folder, module);
  if (!stem.startsWith(path.resolve(env.LAMBDA_TASK_ROOT) + path.sep)) throw named("Runtime.MalformedHandlerName", "'" + wanted + "' leaves the code's folder");
  const file = [".js", ".mjs", ".cjs"].map((extension) => stem + extension).find((name) => fs.existsSync(name));
  if (!file) throw named("Runtime.ImportModuleError", "Error: Cannot find module '" + path.join(folder, module) + "' in " + env.LAMBDA_TASK_ROOT);
  let space;
  try {
    space = await import(require("url").pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw named("Runtime.UserCodeSyntaxError", String(error), error);
    if (error && (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND")) throw named("Runtime.ImportModuleError", String(error), error);
    throw error;
  }
  for (const start of [space, space.default]) {
    const found = names.reduce((value, name) => (value === undefined || value === null ? undefined : value[name]), start);
    if (typeof found === "function") return found;
    if (found !== undefined && start === space.default) throw named("Runtime.HandlerNotFound", wanted + " is not a function");
  }
  throw named("Runtime.HandlerNotFound", wanted + " is undefined or not exported");
}

load().then((found) => {
  handler = found;
  socket.write(head("GET", "invocation/next"));
}, (error) => die(error, "Uncaught Exception"));
`;
