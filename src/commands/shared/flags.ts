import { InvalidArgumentError, type Command } from "commander";
import { CONCURRENCY } from "../../contract/consumption.ts";
import { IAC_KINDS, type IacKind } from "../../contract/infrastructure.ts";
import type { LettersChoice } from "../../lib/dlq/letters.ts";
import type { StageChoice } from "../../lib/stage.ts";
import type { OutputFlags } from "./cli.ts";

export type StageFlags = StageChoice & OutputFlags;
export type IacFlags = StageFlags & { iac?: IacKind };
export type LettersFlags = LettersChoice & OutputFlags;

/** Adds `--json` and `--debug`. */
export function outputFlags(command: Command): Command {
  return command.option("--json", "print versioned NDJSON on stdout").option("--debug", "show the stack of an error");
}

/** Adds what says which stage is meant. */
export function stageFlags(command: Command): Command {
  return accountFlags(
    command
      .option("--stage <name>", "stage to work on (default: AI_PIPELINE_STAGE, else local)")
      .option("--app <name>", "app to work on, without a checkout of it"),
  );
}

/** Adds what says which stage is meant, and which infrastructure of its project. */
export function iacFlags(command: Command): Command {
  const iac = command.createOption("--iac <kind>", "which, where the project has several");
  return stageFlags(command.addOption(iac.choices(IAC_KINDS)));
}

/** Adds what says which account and region are meant. */
export function accountFlags(command: Command): Command {
  return outputFlags(
    command
      .option("--profile <name>", "AWS profile")
      .option("--region <name>", "AWS region")
      .option("--endpoint-url <url>", "another AWS-compatible endpoint", httpAddress),
  );
}

/** Adds what says which dead letters are meant. */
export function lettersFlags(command: Command): Command {
  return stageFlags(
    command.option(
      "--queue <queue>",
      "any dead-letter queue, or a queue that has one, instead of a stage: name, URL or ARN",
    ),
  );
}

/** Adds examples; `$ ` before a word becomes the command that works here. */
export function examples(command: Command, invocation: string, lines: string[]): Command {
  const text = lines.map((line) => `  ${line.replace(/\$ (?=[a-z])/, `${invocation} `)}`).join("\n");
  return command.addHelpText("after", `\nExamples:\n${text}`);
}

/** @returns a parser of whole numbers for Commander. */
export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Write a whole number from ${min} to ${max}.`);
  };
}

/** @returns a limit of concurrency: a number that AWS takes, or `configured` for what the configuration says. */
export function concurrency(text: string): number | "configured" {
  const value = Number(text);
  if (text === "configured") return text;
  if (/^\d+$/.test(text) && value >= CONCURRENCY.min && value <= CONCURRENCY.max) return value;
  throw new InvalidArgumentError(
    `Write a whole number from ${CONCURRENCY.min} to ${CONCURRENCY.max}, as event source mappings take it, or "configured" for what the configuration says. To let nothing run: pause.`,
  );
}

/** @returns the address of a server, for Commander. */
export function httpAddress(text: string): string {
  if (/^https?:\/\/[^/]/i.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError("Write an address such as http://127.0.0.1:4566.");
}

/** @returns a parser of numbers above `min` for Commander. */
export function decimal(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d*\.?\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Write a number from ${min} to ${max}.`);
  };
}

/** @returns a share from 0 to 1 of `5%`, or of `0.05`, for Commander. */
export function share(text: string): number {
  const [, number, percent] = /^(\d*\.?\d+)(%?)$/.exec(text) ?? [];
  const value = Number(number) / (percent ? 100 : 1);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("Write a share of all from 0% to 100%, such as 5%.");
}

/** Collects a flag that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** @returns only what names a stage. */
export function choiceOf(flags: StageFlags): StageChoice {
  const { stage, app, profile, region, endpointUrl } = flags;
  return {
    ...(stage === undefined ? {} : { stage }),
    ...(app === undefined ? {} : { app }),
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
    ...(endpointUrl === undefined ? {} : { endpointUrl }),
  };
}

/** @returns only what names dead letters. */
export function lettersOf(flags: LettersFlags): LettersChoice {
  return { ...choiceOf(flags), ...(flags.queue === undefined ? {} : { queue: flags.queue }) };
}
