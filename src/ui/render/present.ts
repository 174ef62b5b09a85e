import { openSync } from "node:fs";
import { ReadStream } from "node:tty";
import type { OperationName, Operations, SummaryOf } from "../../contract/operations/index.ts";
import { isKeyboard, isTerminal, type Presentation } from "./io.ts";
import { createNdjson } from "./ndjson.ts";
import { resultOf, textRenderers } from "./text/index.ts";
import { createTextOut, type TextRenderer } from "./text/out.ts";
import type { LiveView, Screen } from "./view.ts";

/**
 * Shows an operation's events as they come: Ink on a terminal, NDJSON with `--json`, else plain text. All three read the
 * same events.
 *
 * @returns the summary, which is the operation's last event.
 * @throws what the operation throws, after the terminal was given back.
 */
export async function present<Name extends OperationName>(
  name: Name,
  events: AsyncIterable<Operations[Name]>,
  presentation: Presentation,
): Promise<SummaryOf<Name>> {
  const choices: Choices<Operations[Name]> = {
    ink: presentation.views.operations[name],
    text: textRenderers[name],
    ...(name === "dev" ? { first: "ready" } : {}),
  };
  // The operation's first waits (a compiler, the network) pass while the view loads.
  const started = begun(events);
  const view = await openView(choices, presentation);
  const { io } = presentation;
  let summary: SummaryOf<Name> | undefined;
  try {
    for await (const event of started) {
      view.push(event);
      if (isSummary<Name>(event)) summary = event;
    }
  } finally {
    await view.end();
  }
  if (!summary) throw new Error(`The operation ${name} ended without a summary.`);
  if (view.screen && !view.screen.showsResult) {
    const result = resultOf(summary);
    if (result !== undefined) createTextOut(io).result(result);
  }
  return summary;
}

/** @returns the same events, the first of them asked for already. */
function begun<Event>(events: AsyncIterable<Event>): AsyncIterable<Event> {
  const iterator = events[Symbol.asyncIterator]();
  const first = iterator.next();
  // Whoever reads the events is told; nobody else must be.
  first.catch(() => undefined);
  async function* all() {
    try {
      for (let step = await first; !step.done; step = await iterator.next()) yield step.value;
    } finally {
      await iterator.return?.();
    }
  }
  return all();
}

function isSummary<Name extends OperationName>(event: Operations[Name]): event is Operations[Name] & SummaryOf<Name> {
  return event.type === "summary";
}

/** Whichever renderer was chosen; `screen` is set when it is Ink. */
interface OpenedView<Event> extends LiveView<Event> {
  screen?: Screen;
}

/** How one operation can be shown. */
interface Choices<Event> {
  ink: (() => Promise<{ open(screen: Screen): LiveView<Event> }>) | undefined;
  text: TextRenderer<Event>;
  /** Type of the event that NDJSON begins with. */
  first?: string;
}

async function openView<Event extends { type: string }>(
  choices: Choices<Event>,
  presentation: Presentation,
): Promise<OpenedView<Event>> {
  const { io, format } = presentation;
  if (format === "json") {
    const ndjson = createNdjson(io, choices.first);
    return { push: ndjson.write, end: async () => ndjson.flush() };
  }
  const terminal = format === "auto" && choices.ink ? openScreen(presentation) : undefined;
  if (!choices.ink || !terminal)
    return { push: choices.text(createTextOut(io), presentation.now), end: async () => {} };
  const { screen, close } = terminal;
  const live = (await choices.ink()).open(screen);
  const end = async () => {
    await live.end();
    close();
  };
  return { screen, push: (event) => live.push(event), end };
}

/** @returns the terminal to draw and ask on, if there is one: stdout, or stderr where stdout is redirected. */
export function openScreen(presentation: Presentation): { screen: Screen; close(): void } | undefined {
  const { io } = presentation;
  if (io.plain) return undefined;
  const showsResult = isTerminal(io.stdout);
  const stream = isTerminal(io.stdout)
    ? io.stdout
    : !presentation.linesAreResult && isTerminal(io.stderr)
      ? io.stderr
      : undefined;
  const keyboard = stream && openKeyboard(io.stdin);
  if (!stream || !keyboard) return undefined;
  const { interrupt, now } = presentation;
  return {
    screen: { stdin: keyboard.stdin, stream, color: io.color, showsResult, interrupt, now },
    close: keyboard.close,
  };
}

/** Keyboards that a screen has closed. */
const paused = new WeakSet<NodeJS.ReadStream>();

/** Where stdin is a pipe (`... | ai-pipeline submit - --watch`), keys still come from the terminal itself. */
function openKeyboard(stdin: Presentation["io"]["stdin"]): { stdin: NodeJS.ReadStream; close(): void } | undefined {
  if (isKeyboard(stdin)) {
    // A question before has paused it: Ink alone would only listen, and hear no key any more, not even Ctrl-C.
    if (paused.delete(stdin)) stdin.resume();
    return { stdin, close: () => void paused.add(stdin.pause()) };
  }
  try {
    const stream = new ReadStream(openSync("/dev/tty", "r+"));
    return { stdin: stream, close: () => void stream.destroy() };
  } catch {
    return undefined;
  }
}
