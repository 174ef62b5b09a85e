import type { Desk, DeskIntent, DeskMemory } from "../../contract/desk.ts";
import type { OperationName, Operations } from "../../contract/operations/index.ts";
import type { PipelineError } from "../../contract/errors.ts";

/** Where a view draws, and what it is told of its surroundings. */
export interface Screen {
  stdin: NodeJS.ReadStream;
  /** The terminal to draw on: stdout, or stderr when stdout is redirected. */
  stream: NodeJS.WriteStream;
  /** False under NO_COLOR. */
  color: boolean;
  /** True when `stream` is stdout: then the view shows the result itself; else the result is written to stdout after it. */
  showsResult: boolean;
  /** What Ctrl-C does. Ink's raw mode swallows the signal, so the view calls this on the key; a second call forces the end. */
  interrupt(): void;
  /** Milliseconds since the epoch, injected. */
  now(): number;
}

/** A view at work: it holds state, fed from outside React. */
export interface LiveView<Event> {
  push(event: Event): void;
  /** Draws the last frame, gives the terminal back. Called once, after the summary or after a failure. */
  end(): Promise<void>;
}

/** What a module in src/ui/views exports for an operation. */
export interface ViewModule<Name extends OperationName> {
  open(screen: Screen): LiveView<Operations[Name]>;
}

/** A question for the terminal; the answer's type follows the kind. */
export type Question =
  | {
      name: string;
      kind: "text";
      message: string;
      initial?: string;
      /** @returns what is wrong, or undefined. */ validate?(value: string): string | undefined;
    }
  | {
      name: string;
      kind: "select";
      message: string;
      choices: { value: string; label: string; hint?: string }[];
      initial?: string;
    }
  | {
      name: string;
      /** A text that is not shown, neither while it is typed nor after. */
      kind: "secret";
      message: string;
      /** @returns what is wrong, or undefined. */ validate?(value: string): string | undefined;
    }
  | { name: string; kind: "confirm"; message: string; initial?: boolean };

export interface PromptModule {
  /** @returns answers by name (`"true"` or `"false"` for a confirm); undefined when the user left by Ctrl-C or Escape. */
  ask(questions: Question[], screen: Screen): Promise<Record<string, string> | undefined>;
}

/** The screen of dead letters. */
export interface DeskModule {
  /** @returns what is to be done; undefined when the user left. */
  open(desk: Desk, memory: DeskMemory | undefined, screen: Screen): Promise<DeskIntent | undefined>;
}

export interface ErrorModule {
  /** Draws message, place and next steps once. `stack` only with `--debug`. */
  drawError(error: PipelineError, screen: Screen, options: { stack?: string }): Promise<void>;
}

/**
 * Views by operation, each loaded only when it is drawn. An operation without a view falls back to plain text.
 * `src/ui/views/index.ts` exports one of these as `views`.
 */
export interface ViewRegistry {
  operations: { [Name in OperationName]?: () => Promise<ViewModule<Name>> };
  prompts?: () => Promise<PromptModule>;
  desk?: () => Promise<DeskModule>;
  error?: () => Promise<ErrorModule>;
}
