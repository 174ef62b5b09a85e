import { randomUUID } from "node:crypto";
import type { LocalContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { sendError } from "../wire/json.ts";
import { invalid, missingGroup } from "./errors.ts";
import { encodeEvent } from "./event-stream.ts";
import { groupArn, groupNameOf, type Input, optionalText, optionalTexts } from "./input.ts";
import { compilePattern, type MessageTest } from "./pattern.ts";
import type { LogStore } from "./store.ts";

/** AWS tells at most so many events a second and says `sampled` when there were more. */
const MAX_PER_SECOND = 500;
/** AWS sends an update each second, also an empty one. Ours comes sooner when there is something to tell. */
const UPDATE_MS = 1000;
const SOON_MS = 50;

interface TailRequest {
  groups: Set<string>;
  streamNames: string[];
  streamPrefixes: string[];
  pattern: string;
  matches: MessageTest;
}

/** The live tails of a stack. */
export interface LiveTails {
  /** Answers `StartLiveTail`; the answer lasts until the client or the stack ends it. */
  serve(exchange: Exchange): Promise<void>;
  close(): void;
}

export function createLiveTails(ctx: LocalContext, store: LogStore): LiveTails {
  const ends = new Set<() => void>();

  const serve = async (exchange: Exchange) => {
    let request: TailRequest;
    try {
      request = readRequest(store, parseBody(await exchange.body()));
    } catch (error) {
      return sendError(exchange, { version: "1.1" }, error);
    }
    const { res } = exchange;
    res.writeHead(200, {
      "content-type": "application/vnd.amazon.eventstream",
      "x-amzn-requestid": exchange.requestId,
    });
    res.write(encodeEvent("initial-response", {}));
    res.write(
      encodeEvent("sessionStart", {
        requestId: exchange.requestId,
        sessionId: randomUUID(),
        logGroupIdentifiers: [...request.groups].map((name) => groupArn(ctx, name)),
        logStreamNames: request.streamNames,
        logStreamNamePrefixes: request.streamPrefixes,
        logEventFilterPattern: request.pattern,
      }),
    );
    const stop = follow(ctx, store, request, (update) => {
      // A reader that does not keep up gets a sample.
      if (res.writableNeedDrain) return false;
      res.write(encodeEvent("sessionUpdate", update));
      return true;
    });
    const end = () => {
      ends.delete(end);
      stop();
      res.end();
    };
    ends.add(end);
    res.once("close", end);
  };

  return {
    serve,
    close() {
      for (const end of ends) end();
    },
  };
}

/** @param send false when the update could not be taken. @returns its end. */
function follow(
  ctx: LocalContext,
  store: LogStore,
  request: TailRequest,
  send: (update: unknown) => boolean,
): () => void {
  let results: unknown[] = [];
  let sampled = false;
  let told = 0;
  let second = 0;
  let soon: NodeJS.Timeout | undefined;

  const update = () => {
    clearTimeout(soon);
    soon = undefined;
    const done = send({ sessionMetadata: { sampled }, sessionResults: results });
    sampled = !done && (sampled || results.length > 0);
    results = [];
  };
  const unsubscribe = store.subscribe((group, stream, events, ingestionTime) => {
    if (!request.groups.has(group) || !wantsStream(request, stream)) return;
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) {
      second = now;
      told = 0;
    }
    for (const { timestamp, message } of events) {
      if (!request.matches(message)) continue;
      told += 1;
      if (told > MAX_PER_SECOND) sampled = true;
      else
        results.push({
          logStreamName: stream,
          logGroupIdentifier: `${ctx.accountId}:${group}`,
          message,
          timestamp,
          ingestionTime,
        });
    }
    if (results.length > 0) soon ??= setTimeout(update, SOON_MS);
  });
  const timer = setInterval(update, UPDATE_MS);
  return () => {
    unsubscribe();
    clearInterval(timer);
    clearTimeout(soon);
  };
}

function wantsStream({ streamNames, streamPrefixes }: TailRequest, stream: string): boolean {
  if (streamNames.length > 0) return streamNames.includes(stream);
  return streamPrefixes.length === 0 || streamPrefixes.some((prefix) => stream.startsWith(prefix));
}

function readRequest(store: LogStore, input: Input): TailRequest {
  const identifiers = optionalTexts(input, "logGroupIdentifiers") ?? [];
  if (identifiers.length < 1 || identifiers.length > 10)
    throw invalid("logGroupIdentifiers must name 1 to 10 log groups.");
  // Other operations take names too, and ARNs with an asterisk at their end.
  const wrong = identifiers.find((identifier) => !/^arn:.+[^*]$/.test(identifier));
  if (wrong !== undefined)
    throw invalid(`logGroupIdentifiers must be ARNs of log groups, without an asterisk at their end: ${wrong}`);
  const names = identifiers.map(groupNameOf);
  if (names.some((name) => !store.group(name))) throw missingGroup();
  const streamNames = optionalTexts(input, "logStreamNames") ?? [];
  const streamPrefixes = optionalTexts(input, "logStreamNamePrefixes") ?? [];
  if (streamNames.length > 0 && streamPrefixes.length > 0)
    throw invalid("logStreamNames and logStreamNamePrefixes exclude each other.");
  if (names.length > 1 && streamNames.length + streamPrefixes.length > 0) {
    throw invalid("Log streams can be named only with a single log group.");
  }
  const pattern = optionalText(input, "logEventFilterPattern") ?? "";
  return { groups: new Set(names), streamNames, streamPrefixes, pattern, matches: compilePattern(pattern) };
}

function parseBody(body: Buffer): Input {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Told below.
  }
  throw invalid("The request body is not a JSON object.");
}
